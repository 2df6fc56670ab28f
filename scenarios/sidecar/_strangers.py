"""What became of calls to the service's entrance by kind of credential.  Pure."""

from __future__ import annotations

import numpy as np

from bench.analysis.trialdata import TrialData
from bench.model.metric import Counts

OWN = 3
"""The place of the right certificate among the kinds; those before it are strangers'."""


def admitted(data: TrialData, *, own: bool) -> Counts | None:
    """How many were let in, of those with the right certificate, or of the others."""
    rows = data.select("knock")
    rows = rows[(rows["bytes_up"] == OWN) == own]
    if not len(rows):
        return None
    return Counts(float(np.count_nonzero(rows["bytes_down"])), float(len(rows)), "share")
