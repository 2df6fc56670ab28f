"""From the rows of outcomes and their steps to how far the first ones came over time.  Pure.

Which operations are steps, and which of them are cut off, the experiment says.  Knows no
experiment, no file and no figure.
"""

from __future__ import annotations

import numpy as np

from bench.analysis.shapes import Strips
from bench.analysis.trialdata import TrialData
from bench.model.experiment import Progress

MOST_CLIENTS, MOST_OUTCOMES = 4, 8
"""More strips, and more outcomes in each, cannot be distinguished in a panel."""

MOST_STEPS = 400


def strips_of(data: TrialData, progress: Progress | None) -> Strips | None:
    """The steps of each client's first outcomes in the window; None where there are none."""
    if progress is None or progress.step not in data.operations:
        return None
    codes = [data.operations.index(one) for one in (progress.step, progress.cut)]
    shown = _first_of_each(data.outcomes)
    wanted = {_key(one): int(one["bytes_down"]) for one in shown if one["bytes_down"]}
    rows = data.rows[np.isin(data.rows["operation"], codes)]
    rows = rows[np.argsort(rows["sent_ns"], kind="stable")]
    steps = [one for one in rows if _key(one) in wanted][:MOST_STEPS]
    if not steps:
        return None
    done = dict.fromkeys(wanted, 0)
    levels = []
    for one in steps:
        key, before = _key(one), done[_key(one)]
        done[key] = before + int(one["bytes_down"])
        whole = wanted[key]
        reached = min(whole, before + int(one["bytes_up"]))
        levels.append((before / whole, reached / whole, min(whole, done[key]) / whole))
    found = np.array(steps, rows.dtype)
    before, reached, kept = np.array(levels).T
    return Strips(
        found["client"].astype(np.int64),
        (found["sent_ns"] - data.t0_ns) / 1e9,
        (found["done_ns"] - data.t0_ns) / 1e9,
        before,
        reached,
        kept,
        found["operation"] == codes[1],
    )


def _key(row: np.void) -> tuple[int, int]:
    return int(row["client"]), int(row["sequence"])


def _first_of_each(outcomes: np.ndarray) -> np.ndarray:
    """The first outcomes of the clients with the lowest numbers."""
    ordered = outcomes[np.lexsort((outcomes["sent_ns"], outcomes["client"]))]
    clients = np.unique(ordered["client"])[:MOST_CLIENTS]
    kept = [ordered[ordered["client"] == one][:MOST_OUTCOMES] for one in clients]
    return np.concatenate(kept) if kept else ordered
