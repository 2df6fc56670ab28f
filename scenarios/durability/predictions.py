"""The laws of `durability` as they apply to its patterns and metrics.  Pure.

What a record takes without a slow disk, and what a standby takes without distance, no law can
know: other trials supply it.  None reads the rate or the time that it predicts.
"""

from __future__ import annotations

from bench.model.domain import Domain, Free, Range, Units
from bench.model.law import Calibration, Facts, Law, not_below_zero
from bench.model.load import Load
from scenarios.durability import laws
from scenarios.durability.load import MODES, VOLATILE, DurabilityLoad

Asked = Load[DurabilityLoad]

RATE, LATENCY, TYPICAL = "deliveries_per_s", "latency_mean", "latency_p50"

QUICK_S = 0.002
QUICK = Calibration(
    "quick",
    {"flush_time": QUICK_S, "duration": 2.0},
    (LATENCY,),
    text="a disk that flushes in 2 ms: what a record takes in addition, with waking up after it",
)
LOCAL = Calibration(
    "local",
    {"standby_rtt": 0.0, "standby_mode": "on", "duration": 2.0},
    (TYPICAL,),
    pattern="replicate_async",
    text="asynchronous replication to a standby at no distance: what a commit takes",
)
NEAR_S = 0.004
NEAR = Calibration(
    "near",
    {"standby_rtt": NEAR_S, "duration": 2.0},
    (TYPICAL,),
    text="a standby 4 ms away: what the standby takes in addition to the commit's own time, and "
    "what it takes all to wake up for it",
)

SLOWEST_S = 0.003
"""More than a record takes beside a flush or a round trip; for the length of windows only."""


def _flushed_per_s(load: Asked) -> float:
    return load.window.clients / (SLOWEST_S + load.own.flush_time_s)


def _replicated_per_s(load: Asked) -> float:
    return load.window.clients / (SLOWEST_S + load.standby.rtt_s)


SLOW_DISK = Domain(
    {
        "disk": (VOLATILE,),
        "flush_time": Range(0.005, 0.1),
        "clients": Range(1, 8),
        "record": Range(16, 10_000),
        "warmup": Free(0.3),
    },
    units=Units("records", 200, _flushed_per_s, at_least_s=2),
)
FAR_STANDBY = Domain(
    {
        "standby_link": ("emulated",),
        "standby_rtt": Range(0.005, 0.05),
        "standby_mode": MODES,
        "clients": Range(1, 2),  # four wait for each other at the standby
        "record": Range(16, 4_000),  # with a full page, less than a first window
        "warmup": Free(0.3),
    },
    units=Units("records", 200, _replicated_per_s, at_least_s=2),
)


def stored_per_s(load: Asked, facts: Facts) -> float:
    """SYNC-2; no flush ends early, so a record that takes less has not waited for its own."""
    work_s = not_below_zero(
        facts[QUICK.key(LATENCY)] / 1e3 - QUICK_S,
        "on the disk that flushes in 2 ms a record took less than that",
    )
    return laws.stored_per_s(load.window.clients, work_s, load.own.flush_time_s)


def replicated_ms(load: Asked, facts: Facts) -> float:
    """SYNC-3, its parts as they are measured with hardly any distance."""
    commit_ms = facts[LOCAL.key(TYPICAL)]
    standby_ms = facts[NEAR.key(TYPICAL)] - commit_ms - NEAR_S * 1e3
    return laws.replicated_s(commit_ms / 1e3, load.standby.rtt_s, standby_ms / 1e3) * 1e3


FLUSHED = Law(
    "SYNC-2",
    "C/(t_x + t_f)",
    "each writer has a file of its own and waits for its own flush; t_x from a disk that flushes "
    "in 2 ms",
    RATE,
    ("fsync_each",),
    stored_per_s,
    SLOW_DISK,
    (),
    (QUICK,),
    fitted_with=(31,),
    passed_with=(6054,),
)
REPLICATED = Law(
    "SYNC-3",
    "commit + R + s",
    "the log goes to the standby and its answer comes back; the commit at no distance, s at 4 "
    "ms; medians, because a stall of the disk is not part of it",
    TYPICAL,
    ("replicate_sync",),
    replicated_ms,
    FAR_STANDBY,
    (),
    (LOCAL, NEAR),
    fitted_with=(4711, 6022, 23, 6032, 34, 6053),
    passed_with=(6055,),
)
PREDICTIONS = (FLUSHED, REPLICATED)
