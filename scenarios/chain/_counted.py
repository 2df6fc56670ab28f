"""What the services of a chain count themselves (`service.2.begun`).  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.trialdata import TrialData
from bench.model import samples


def services(data: TrialData) -> int:
    return int(data.load.get("services", 0))


def counter(data: TrialData, service: int, name: str) -> float:
    """The change of what a service counts over the window; NaN where it does not."""
    key = f"service.{service}.{name}"
    start, end = data.counted.get("t0", {}), data.counted.get("t1", {})
    return end[key] - start[key] if key in start and key in end else math.nan


def upstream(data: TrialData) -> range:
    """The services before the troubled one."""
    return range(int(data.load.get("troubled", 0)))


def most_under_way(data: TrialData, numbers: range) -> float:
    """Since the window's beginning; each mark has the greatest number since the one before."""
    marks = [data.counted.get(mark, {}) for mark in ("t1", "end")]
    names = [f"service.{number}.under_way_max" for number in numbers]
    return max((mark[name] for mark in marks for name in names if name in mark), default=math.nan)


def begun_at(data: TrialData, service: int) -> float:
    return data.counted_change(f"service.{service}.begun")


def all_requests(data: TrialData) -> np.ndarray:
    """Of the warm-up too."""
    code = data.operations.index(data.outcome_operation)
    found: np.ndarray = data.rows[data.rows["operation"] == code]
    return found


def mean_ns(data: TrialData, service: int, total: str, count: str) -> float:
    number = counter(data, service, count)
    return counter(data, service, total) / number if number > 0 else math.nan


def hop_ns(data: TrialData) -> list[float]:
    """What a call of each service to the next takes beside what the next one does with it.

    Nothing where some requests leave a service out: calls of one service then lead to two others.
    """
    if data.load.get("bypass"):
        return []
    return [
        mean_ns(data, n, "called_ns", "calls") - mean_ns(data, n + 1, "handled_ns", "finished")
        for n in range(services(data) - 1)
    ]


def begun_and_useful(data: TrialData) -> tuple[float, float]:
    """Attempts that all services began in the whole trial, and what answered requests need."""
    begun = sum(begun_at(data, number) for number in range(services(data)))
    answered = _answered(data, data.outcome_operation) * services(data)
    return begun, answered - _answered(data, "bypass")


def _answered(data: TrialData, operation: str) -> int:
    if operation not in data.operations:
        return 0
    rows = data.rows[data.rows["operation"] == data.operations.index(operation)]
    return int(np.count_nonzero(rows["outcome"] == samples.OK))
