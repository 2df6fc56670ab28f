"""Findings of `page_load`: long streams may take every connection.

Pure; imports neither Locust nor a server.
"""

from __future__ import annotations

import numpy as np

from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding
from bench.model.samples import PENDING


def streams_hold_all(data: TrialData) -> Finding | None:
    """Pages that wait are no fault; a page that failed is one."""
    pages = data.select(data.outcome_operation)
    if not data.load.get("streams", 0) or not len(pages):
        return None
    if np.any(pages["outcome"] != PENDING):
        return None
    return Finding(
        "streams_hold_all",
        "note",
        "no page was loaded while its streams were held open",
        "none needed where the streams take every connection; otherwise raise drain",
    )


EXCUSES = (streams_hold_all,)
