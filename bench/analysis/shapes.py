"""What is kept of raw data to be drawn: loads over time, a distribution, one outcome.  Pure.

Only the shapes; who makes them of raw data is in `raw` and `waterfalls`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class RoleLoad:
    """What one role used in a trial's window; `cpu_share[i]` is over the step that ends
    `time_s[i]` after the window's start."""

    time_s: np.ndarray
    cpu_share: np.ndarray
    peak_memory_bytes: int
    context_switches: int


@dataclass(frozen=True)
class Distribution:
    """Pooled latencies: `exceedance[i]` is the share of samples that are at least `ms[i]`.

    `observations` is how many of the samples are independent of each other.
    """

    ms: np.ndarray
    exceedance: np.ndarray
    samples: int
    observations: int


@dataclass(frozen=True)
class Timeline:
    """Latency over a trial's window, in steps of equal length.

    `time_s[i]` is the middle of a step, from the window's start; `median_ms[i]` and
    `greatest_ms[i]` are of what was intended in it. A step without any has no entry.
    """

    time_s: np.ndarray
    median_ms: np.ndarray
    greatest_ms: np.ndarray


@dataclass(frozen=True)
class Goodput:
    """What became of outcomes over a trial's window, in steps of equal length.

    Of those intended in the step whose middle is `time_s[i]`, in each second `good[i]` were
    there in time, `late[i]` later, and `missing[i]` never.
    """

    time_s: np.ndarray
    good: np.ndarray
    late: np.ndarray
    missing: np.ndarray


@dataclass(frozen=True)
class CourseOverTime:
    """The share of an operation's good rows over a trial's window, in steps of equal length.

    `share[i]` is of the `rows[i]` that were done in the step whose middle is `time_s[i]`, NaN where
    there are none; `law[i]` is the law's, NaN where it says nothing.
    """

    time_s: np.ndarray
    share: np.ndarray
    rows: np.ndarray
    law: np.ndarray


@dataclass(frozen=True)
class Waterfall:
    """One outcome, piece by piece: ms since it was asked for.

    `ready_ms[i]` is when the connection that was opened for piece i was ready, and
    `intended_ms[i]` where none was.  Of its `pieces` every `every`-th is kept.
    `connections` were opened for it; it is the median of `outcomes`.
    """

    intended_ms: np.ndarray
    ready_ms: np.ndarray
    sent_ms: np.ndarray
    first_byte_ms: np.ndarray
    done_ms: np.ndarray
    makespan_ms: float
    pieces: int
    every: int
    connections: int
    outcomes: int


@dataclass(frozen=True)
class Strips:
    """How far outcomes came over time: their steps in the order in which they began.

    Times are s from the window's start.  `before`, `reached` and `kept` are shares of the
    outcome: what was there when a step began, what it brought it to, and what of that lasted.
    """

    client: np.ndarray
    begin_s: np.ndarray
    end_s: np.ndarray
    before: np.ndarray
    reached: np.ndarray
    kept: np.ndarray
    is_cut: np.ndarray


@dataclass(frozen=True)
class Lives:
    """Outcomes from when they were asked for until they were known: ms since then.

    NaN where something did not happen: what is lost has only `ended_ms`, when its client left.
    Absences are those of the outcomes' clients: `away_of[i]` is the place of the outcome.
    """

    acknowledged_ms: np.ndarray
    begun_ms: np.ndarray
    finished_ms: np.ndarray
    ended_ms: np.ndarray
    is_lost: np.ndarray
    away_of: np.ndarray
    away_ms: np.ndarray
    back_ms: np.ndarray


@dataclass(frozen=True)
class Losses:
    """What crashes lost of what had been acknowledged, one entry a crash, in order of time.

    `began_s` is s from the window's start, `window_ms` how long before that the oldest lost
    outcome was acknowledged (0: none is lost), `noticed_ns` when the first client noticed it.
    """

    began_s: np.ndarray
    window_ms: np.ndarray
    lost: np.ndarray
    lost_bytes: np.ndarray
    noticed_ns: np.ndarray
