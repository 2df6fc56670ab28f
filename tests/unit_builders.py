"""Short ways to make raw trial data by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.readings import Reading
from bench.model.trial import Trial

OPERATIONS = ("request", "delivery", "connect", "tick", "receipt")
MS = 1_000_000
SECOND = 1_000_000_000


def row(operation: str = "delivery", **values: int) -> dict[str, int]:
    """One sample; what is not named is 0."""
    return {"operation": OPERATIONS.index(operation), **values}


def table(rows: Iterable[dict[str, int]]) -> np.ndarray:
    entries = list(rows)
    found = np.zeros(len(entries), samples.DTYPE)
    for index, entry in enumerate(entries):
        for name, value in entry.items():
            found[name][index] = value
    return found


def events(*entries: tuple[int, int, int, int]) -> np.ndarray:
    """Events as (feed, sequence, intended_ns, published_ns)."""
    return np.array(list(entries), samples.EVENT_DTYPE)


def latencies(values_ns: Iterable[int], intended_ns: int = 0) -> np.ndarray:
    """Deliveries to client 0 with these latencies."""
    return table(
        row(sequence=number, intended_ns=intended_ns, done_ns=intended_ns + value)
        for number, value in enumerate(values_ns)
    )


def data(rows: np.ndarray | None = None, clients: int = 1, **values: Any) -> TrialData:
    """A trial with the window [0 s, 1 s)."""
    settings: dict[str, Any] = {
        "load": {"clients": clients},
        "operations": OPERATIONS,
        "outcome_operation": "delivery",
        "rows": table([]) if rows is None else rows,
        "events": events(),
        "t0_ns": 0,
        "t1_ns": SECOND,
    }
    return TrialData(**(settings | values))


def reading(time_ns: int, cpu_ns: int = 0, memory_bytes: int = 0) -> Reading:
    return Reading(time_ns, cpu_ns, memory_bytes, 0)


def trial(number: int = 0, **values: Any) -> Trial:
    settings: dict[str, Any] = {
        "pattern": "notifications/sse",
        "level": {"clients": 10},
        "repeat": 1,
        "seed": 7,
        "load": {"clients": 10, "warmup_s": 1.0, "duration_s": 10.0},
    }
    return Trial(number=number, **(settings | values))
