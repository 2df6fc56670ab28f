"""From what clients found after crashes to what each crash lost, and since when.  Pure.

Which operation says it the experiment says (`Experiment.losses`): a row of it is what one client
found after a crash.  `sequence` is the number of outcomes that had been acknowledged and are
lost, `bytes_up` their bytes; `intended_ns` is when the oldest lost one was acknowledged,
`sent_ns` when the client noticed the crash.  Knows no experiment, no file and no figure.
"""

from __future__ import annotations

import numpy as np

from bench.analysis.shapes import Losses
from bench.analysis.trialdata import TrialData

NS_PER_MS = 1e6


def losses_of(data: TrialData, operation: str) -> Losses | None:
    """What each crash lost that a client looked into; None where there was none."""
    if operation not in data.operations:
        return None
    rows = data.rows[data.rows["operation"] == data.operations.index(operation)]
    times = [data.t0_ns + one.began_ns for one in data.faults if one.began_ns is not None]
    began = np.unique(np.array(times, np.int64))
    # A client notices a fault after it began, and before the next one.
    which = np.searchsorted(began, rows["sent_ns"], side="right") - 1
    crashes = [int(one) for one in np.unique(which) if one >= 0]
    if not crashes:
        return None
    found = [rows[which == one] for one in crashes]
    begins = began[crashes]
    windows = [_window_ns(begin, one) for begin, one in zip(begins, found, strict=True)]
    return Losses(
        began_s=(begins - data.t0_ns) / 1e9,
        window_ms=np.array(windows, np.float64) / NS_PER_MS,
        lost=np.array([int(one["sequence"].sum()) for one in found], np.int64),
        lost_bytes=np.array([int(one["bytes_up"].sum()) for one in found], np.int64),
        noticed_ns=np.array([int(one["sent_ns"].min()) for one in found], np.int64),
    )


def _window_ns(began_ns: int, rows: np.ndarray) -> int:
    """How old the oldest lost outcome was when the crash began; 0 where none is lost."""
    lost = rows[rows["sequence"] > 0]
    return max(0, began_ns - int(lost["intended_ns"].min())) if len(lost) else 0
