"""From a trial's raw rows to latency, loop lag, goodput and shares over the window.  Pure.

Keeps a few numbers for each step; must not know how they are drawn.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.analysis.metrics.harness import caller_ticks
from bench.analysis.shapes import CourseOverTime, Goodput, Timeline
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.experiment import Course

MOST_STEPS = 80
COURSE_STEPS = 40
CourseLaw = Callable[[float], float]
"""Seconds after the first row: the share of good ones."""
NS_PER_MS = 1e6


def timeline_of(data: TrialData) -> Timeline | None:
    """Latency by the time for which it was intended; None where there is none."""
    return _steps(data, data.outcomes["intended_ns"], data.latencies_ns) if data.is_timed else None


def loop_lag_of(data: TrialData) -> Timeline | None:
    """How late the event loops of parts that call came to a timer; None where there are none."""
    ticks = caller_ticks(data)
    return _steps(data, ticks["intended_ns"], difference_ns(ticks, "done_ns", "intended_ns"))


def goodput_of(data: TrialData, in_time: str) -> Goodput | None:
    """What became of what was due in each step; None where nothing was, or nothing is good.

    `in_time` is the field of the load that says within how many seconds an outcome is good.
    """
    rows = data.select(data.outcome_operation)
    length = data.t1_ns - data.t0_ns
    if not in_time or not len(rows) or length <= 0:
        return None
    step = (rows["intended_ns"] - data.t0_ns) * MOST_STEPS // length
    is_there = rows["outcome"] == samples.OK
    took_ns = difference_ns(rows, "done_ns", "intended_ns")
    is_good = is_there & (took_ns <= float(data.load[in_time]) * 1e9)
    step_s = length / MOST_STEPS / 1e9

    def per_s(chosen: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.bincount(step[chosen], minlength=MOST_STEPS) / step_s
        return found

    return Goodput(
        (np.arange(MOST_STEPS) + 0.5) * step_s,
        per_s(is_good),
        per_s(is_there & ~is_good),
        per_s(~is_there),
    )


def course_of(
    data: TrialData, course: Course | None, law: CourseLaw | None
) -> CourseOverTime | None:
    """The share of good rows in each step; None where there are none.

    The law's time counts from when the first row was done.
    """
    if course is None or course.operation not in data.operations:
        return None
    rows = data.rows[data.rows["operation"] == data.operations.index(course.operation)]
    is_within = (rows["done_ns"] >= data.t0_ns) & (rows["done_ns"] < data.t1_ns)
    rows = rows[is_within & (rows["outcome"] != samples.PENDING)]
    if not len(rows):
        return None
    length = data.t1_ns - data.t0_ns
    step = (rows["done_ns"] - data.t0_ns) * COURSE_STEPS // length
    counts = np.bincount(step, minlength=COURSE_STEPS)
    good = np.bincount(step[rows["outcome"] == samples.OK], minlength=COURSE_STEPS)
    time_s = (np.arange(COURSE_STEPS) + 0.5) * (length / COURSE_STEPS / 1e9)
    since_s = time_s - float(rows["done_ns"].min() - data.t0_ns) / 1e9
    return CourseOverTime(
        time_s,
        np.where(counts > 0, good / np.maximum(1, counts), np.nan),
        counts,
        np.array([law(one) if law and one >= 0 else np.nan for one in since_s]),
    )


def _steps(data: TrialData, intended: np.ndarray, latency: np.ndarray) -> Timeline | None:
    """Sorted by step only: with millions of rows a sort by latency would take seconds."""
    length = data.t1_ns - data.t0_ns
    if not len(intended) or length <= 0:
        return None
    step = ((intended - data.t0_ns) * MOST_STEPS // length).astype(np.uint8)
    counts = np.bincount(step, minlength=MOST_STEPS)
    found = np.flatnonzero(counts)
    by_step = np.split(latency[np.argsort(step, kind="stable")], np.cumsum(counts)[:-1])
    middles = [np.partition(by_step[n], (counts[n] - 1) // 2)[(counts[n] - 1) // 2] for n in found]
    return Timeline(
        time_s=(found + 0.5) * (length / MOST_STEPS / 1e9),
        median_ms=np.array(middles) / NS_PER_MS,
        greatest_ms=np.array([by_step[n].max() for n in found]) / NS_PER_MS,
    )
