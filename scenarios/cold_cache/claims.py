"""The claims of `cold_cache`: what the field repeats, as data with a rule.  Pure.

Numbers (bounds, bands, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, Threshold
from scenarios.cold_cache.predictions import (
    BAND,
    CACHED,
    FIRST,
    MISSES,
    RESTART,
    SECOND,
    THIRD,
    UNCACHED,
    WHY,
)

# Each of two backends gets 300 of 600 lookups a second: a turn over 300 keys takes a second.
RESTARTED = {
    "warmup": "300ms",
    "keys": "300",
    "lookup_rate": "600/s",
    "fault": RESTART,
    "services_link": "emulated",
    "services_rtt": "5ms",
    "duration": "5800ms",
}
KEPT = ClaimSetup((CACHED,), {**RESTARTED, "skew": "0,1"})
READ = ClaimSetup((UNCACHED,), {**RESTARTED, "skew": "0"})

NORMAL: Mapping[str, Any] = {"fault": "", "link": "loopback", "keys": 300}
"""What holds for evidence where a rule does not ask for something else."""

EVENLY: Mapping[str, Any] = {"fault": RESTART, "skew": 0}
BY_ZIPF: Mapping[str, Any] = {"fault": RESTART, "skew": 1}

ALL_ANSWERED = 0.99
SLOWER = 1.2
"""A read from the store takes 5 ms more: in the first turn that is seen."""

OVER = 1.5
LITTLE_SAVED = 0.5
SCATTER = Band(BAND, WHY)

CLAIMS = (
    Claim(
        "S6",
        "A stateless backend may keep what it can safely lose: a restart costs latency and store "
        "load for a while, and breaks no request",
        (KEPT,),
        AllOf(
            (
                *(
                    Threshold("completeness", "", CACHED, at_least=ALL_ANSWERED, where=where)
                    for where in (EVENLY, BY_ZIPF)
                ),
                *(
                    AgreesWithLaw(law.metric, "", CACHED, law, "ST-4", where, SCATTER)
                    for where in (EVENLY, BY_ZIPF)
                    for law in (FIRST, SECOND, THIRD)
                ),
                AgreesWithLaw("cold_misses_per_key", "", CACHED, MISSES, "ST-4", EVENLY),
                Threshold("cold_slowdown", "", CACHED, at_least=SLOWER, where=EVENLY),
                Threshold("late_slowdown", "", CACHED, at_most=OVER, where=EVENLY),
            )
        ),
        "ST-4",
        must_see=tuple(
            MustSee("cold_answers", 500, (CACHED,), "answers of a cold cache", where, per="trial")
            for where in (EVENLY, BY_ZIPF)
        ),
    ),
    Claim(
        "S6b",
        "A cache spares the store most reads, restarts included",
        (KEPT, READ),
        Ratio("store_operations_per_lookup", CACHED, UNCACHED, below=LITTLE_SAVED, where=EVENLY),
    ),
)
