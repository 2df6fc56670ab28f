"""Reads from a trial that is over what disturbed it; what is too much is said elsewhere.

Of the rows only the load process's own timers are looked at, never an outcome.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.analysis.disturbance import Placed, disturbance_of, late_share
from bench.lab.meters import Meters
from bench.model.disturbance import Disturbance
from bench.model.part import GENERATOR, cores_of
from bench.model.readings import Reading
from bench.model.records import MeterRow
from bench.model.samples import COMMON_OPERATIONS

CLIENTS = 0
"""In the column `part`: rows of the load process."""

TICK = COMMON_OPERATIONS.index("tick")
ANYWHERE = "link"
"""The role of the process that is pinned to no core."""


def disturbance(
    meters: Meters, rows: np.ndarray, sets: dict[str, list[int]], t0_ns: int, t1_ns: int
) -> Disturbance | None:
    """What disturbed a window; None where it was not gone through to its end."""
    if not {"t0", "t1"} <= meters.hosts.keys():
        return None
    mine = (rows["operation"] == TICK) & (rows["part"] == CLIENTS)
    mine &= (rows["intended_ns"] >= t0_ns) & (rows["intended_ns"] < t1_ns)
    ticks = rows[mine]
    return disturbance_of(
        meters.hosts["t0"],
        meters.hosts["t1"],
        placed(meters.rows, sets),
        late_share(ticks["done_ns"] - ticks["intended_ns"]),
    )


def placed(rows: Sequence[MeterRow], sets: dict[str, list[int]]) -> list[Placed]:
    """The parts with what they used between t0 and t1, and the cores to which they are pinned."""
    at: dict[str, dict[str, Reading]] = {"t0": {}, "t1": {}}
    roles = {}
    for row in rows:
        if row.mark in at:
            at[row.mark][row.part] = row.reading
            roles[row.part] = row.role
    found = []
    for part, last in at["t1"].items():
        if (first := at["t0"].get(part)) is None:
            continue
        role = roles[part]
        cores = () if role == ANYWHERE else tuple(sets[cores_of(role)])
        span = max(1, last.time_ns - first.time_ns)
        found.append(Placed(part, cores, (last.cpu_ns - first.cpu_ns) / span, role == GENERATOR))
    return found
