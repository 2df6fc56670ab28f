"""The claims of `durability`: what the field repeats, as data with a rule.  Pure.

Numbers stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import AgreesWithLaw, Threshold
from scenarios.durability.predictions import FLUSHED, REPLICATED, TYPICAL

COMMITS = COMMIT_SYNC, COMMIT_ASYNC = "commit_sync", "commit_async"
REPLICAS = REPLICATE_SYNC, REPLICATE_ASYNC = "replicate_sync", "replicate_async"
WRITES = FSYNC, CACHE = "fsync_each", "page_cache"
RATE, LATENCY, LOSSY = "deliveries_per_s", "latency_mean", "lossy_crashes"

BRIEF = {"warmup": "300ms", "duration": "2s"}
# Four crashes in each of six trials.
KILLED = ClaimSetup(
    COMMITS, {"warmup": "0", "duration": "11s", "fault": "postgres:restart@1s,every=2500ms,times=4"}
)
# Four in each of six; a disk takes up to 2 s to start where other work runs.
POWER_CUT = ClaimSetup(
    WRITES,
    {
        "warmup": "0",
        "duration": "16s",
        "disk": "volatile",
        "fault": "disk:restart@1s,every=3500ms,times=4",
    },
)
# The primary and its link go together, as when a machine dies: what was under way is lost.
FAILOVER = ClaimSetup(
    REPLICAS,
    {
        "warmup": "0",
        "duration": "15s",
        "standby_link": "emulated",
        "standby_rtt": "20ms",
        "fault": "standby_path:down@1s,every=3500ms,times=4,for=200ms;"
        "postgres:failover@1s,every=3500ms,times=4",
    },
)
COMMIT_SPEED = ClaimSetup(COMMITS, {**BRIEF, "clients": "1,4"})
# One client alone takes turns with the kernel's threads that write for it, as if it were disturbed.
WRITE_SPEED = ClaimSetup(WRITES, {"warmup": "300ms", "duration": "1s", "clients": "4"})
SLOW_DISK = ClaimSetup((FSYNC,), {**BRIEF, "disk": "volatile", "flush_time": "5ms,20ms"})
FAR = {**BRIEF, "standby_link": "emulated"}
DISTANCES = ClaimSetup(REPLICAS, {**FAR, "standby_rtt": "0,5ms,20ms", "clients": "1"})
MODES = ClaimSetup(
    (REPLICATE_SYNC,),
    {**FAR, "standby_rtt": "5ms", "standby_mode": "remote_write,remote_apply", "clients": "1"},
)

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "standby_link": "loopback",
    "disk": "real",
    "flush_time": 0,
    "standby_mode": "on",
}
"""What holds for evidence where a rule does not ask for something else."""

KILLS = {"fault": lambda text: "restart" in text}
POWER_CUTS = {"fault": lambda text: "restart" in text, "disk": "volatile"}
FAILOVERS = {"fault": lambda text: "failover" in text, "standby_link": "emulated"}
ANY_DISTANCE = {"standby_link": "emulated"}
SLOW = {"disk": "volatile", "flush_time": lambda seconds: seconds > 0}
AT_A_DISTANCE = {
    "standby_link": "emulated",
    "standby_rtt": lambda seconds: seconds > 0,
    "standby_mode": lambda _: True,
}

ENOUGH_CRASHES = 20
NEVER, SOMETIMES = 0.2, 0.2
"""0 of 24 crashes says, at 95 %, fewer than 15 of 100; so many show no less than this."""

LOSS_MS = 600
"""PostgreSQL's documentation: at most three times wal_writer_delay, which is 200 ms."""


def _loses_nothing(pattern: str, where: Mapping[str, Any]) -> Threshold:
    return Threshold(LOSSY, "", pattern, at_most=NEVER, where=where)


def _can_lose(pattern: str, where: Mapping[str, Any]) -> Threshold:
    return Threshold(LOSSY, "", pattern, at_least=SOMETIMES, where=where)


def _crashes(patterns: tuple[str, ...], where: Mapping[str, Any]) -> tuple[MustSee, ...]:
    return (MustSee("crashes", ENOUGH_CRASHES, patterns, "crashes", where),)


CLAIMS = (
    Claim(
        "W5",
        "Asynchronous commit is faster and can lose the last moment",
        (COMMIT_SPEED, KILLED),
        AllOf(
            (
                Ratio(RATE, COMMIT_ASYNC, COMMIT_SYNC, above=1),
                _loses_nothing(COMMIT_SYNC, KILLS),
                _can_lose(COMMIT_ASYNC, KILLS),
                Threshold("loss_window_max", "ms", COMMIT_ASYNC, at_most=LOSS_MS, where=KILLS),
            )
        ),
        "SYNC-2",
        must_see=_crashes(COMMITS, KILLS),
    ),
    Claim(
        "W6",
        "fsync is the price of durability",
        (WRITE_SPEED, SLOW_DISK, POWER_CUT),
        AllOf(
            (
                Ratio(RATE, FSYNC, CACHE, below=1),
                AgreesWithLaw(RATE, "/s", FSYNC, FLUSHED, "SYNC-2", SLOW),
                _loses_nothing(FSYNC, POWER_CUTS),
                _can_lose(CACHE, POWER_CUTS),
            )
        ),
        "SYNC-2",
        must_see=_crashes(WRITES, POWER_CUTS),
    ),
    Claim(
        "W7",
        "Asynchronous replication is faster and can lose the last moment at failover",
        (DISTANCES, MODES, FAILOVER),
        AllOf(
            (
                Ratio(LATENCY, REPLICATE_ASYNC, REPLICATE_SYNC, below=1, where=ANY_DISTANCE),
                AgreesWithLaw(TYPICAL, "ms", REPLICATE_SYNC, REPLICATED, "SYNC-3", AT_A_DISTANCE),
                _loses_nothing(REPLICATE_SYNC, FAILOVERS),
                _can_lose(REPLICATE_ASYNC, FAILOVERS),
            )
        ),
        "SYNC-3",
        must_see=_crashes(REPLICAS, FAILOVERS),
    ),
)
