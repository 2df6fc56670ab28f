"""The claims of `sessions`: what the field repeats, as data with a rule.  Pure.

Each names the trials that it needs and the rule of its verdict; the laws are in
predictions.py.  Numbers (bounds, bands, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, EveryTrial, Threshold
from bench.verdicts.trends import Crossover
from scenarios.sessions.predictions import (
    ADDED,
    BROKEN,
    BYTES,
    HASHED,
    MEMORY,
    MOVED,
    POINTS,
    PURE,
    RESTART,
    REVOCABLE,
    STORE,
    STORE_LATENCY,
    TOKEN,
    TOKEN_LATENCY,
    round_trips_break_even,
)

BRIEF = {"warmup": "300ms", "backends": "2", "steps": "6"}
STATELESS = (STORE, TOKEN, PURE)

# 90 workflows of 1.6 s are open when a backend dies, and have ended before the window does.
MANY = {**BRIEF, "clients": "100", "pause": "200ms", "duration": "3s"}
RESTARTED = ClaimSetup((STORE, TOKEN), {**MANY, "backends": "1,2,4", "fault": RESTART})
# Shares are asked of them: 430 workflows of 4 s are open, at as many requests per second.
CROWD = {
    "warmup": "300ms",
    "clients": "480",
    "steps": "2",
    "pause": "1s",
    "duration": "5s",
}
RESTARTED_CROWD = ClaimSetup((MEMORY,), {**CROWD, "backends": "1,2,4", "fault": RESTART})
RESTARTED_PURE = ClaimSetup((PURE,), {**MANY, "fault": RESTART})
RESTARTED_ROWS = ClaimSetup((STORE,), {**MANY, "store": "postgres", "fault": RESTART})
# Nobody asks from 1 s to 3.4 s; meanwhile all backends die, and are back.
IDLE_RESTART = "backend:restart@1.2s"
AT_NIGHT = ClaimSetup(
    (MEMORY, *STATELESS),
    {
        **MANY,
        "idle_from": "1s",
        "idle_for": "2400ms",
        "fault": IDLE_RESTART,
        "duration": "5s",
    },
)
WITHOUT_AFFINITY = ClaimSetup(
    (MEMORY,),
    {**BRIEF, "clients": "40", "pause": "100ms", "affinity": "none", "duration": "2s"},
)
JOINED = ClaimSetup(
    (HASHED,),
    {**CROWD, "backends": "2,4", "hashing": "modulo,consistent", "fault": ADDED},
)
STORES = ("redis", "postgres")
STOPPED = tuple(
    ClaimSetup(
        (STORE,),
        {
            **MANY,
            "clients": "40",
            "store": store,
            "fault": f"{store}:stop@1s,for=1s",
        },
    )
    for store in STORES
)
FORGETTING = tuple(
    ClaimSetup(
        (STORE,),
        {**MANY, "store": store, "fault": f"{store}:restart@800ms", "duration": "3500ms"},
    )
    for store in STORES
)
FEW = {**BRIEF, "clients": "10", "pause": "50ms", "duration": "2500ms"}
ALGORITHMS = ("HS256", "ES256", "RS256")
SIGNED = ClaimSetup((TOKEN,), {**FEW, "algorithm": ",".join(ALGORITHMS), "duration": "2s"})
KEPT = ClaimSetup((STORE,), {**FEW, "duration": "2s"})
FAR = {**FEW, "algorithm": "RS256", "services_link": "emulated"}
BETWEEN = ClaimSetup((TOKEN, STORE), {**FAR, "services_rtt": "200us,500us,2ms,5ms"})
REVOKED = ClaimSetup((REVOCABLE,), {**FAR, "services_rtt": "2ms,5ms"})

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "services_link": "loopback",
    "affinity": "cookie",
    "store": "redis",
    "idle_for": 0,
}
"""What holds for evidence where a rule does not ask for something else."""

AT_RESTART: Mapping[str, Any] = {"fault": RESTART, "clients": lambda count: count >= 100}
ROWS_AT_RESTART: Mapping[str, Any] = {**AT_RESTART, "store": "postgres"}
IDLE: Mapping[str, Any] = {"fault": IDLE_RESTART, "idle_for": lambda seconds: seconds > 0}
SCATTERED: Mapping[str, Any] = {"affinity": "none", "backends": lambda count: count > 1}
JOINING: Mapping[str, Any] = {"fault": ADDED}
MODULO: Mapping[str, Any] = {**JOINING, "hashing": "modulo"}
RING: Mapping[str, Any] = {**JOINING, "hashing": "consistent"}
NEARBY: Mapping[str, Any] = {"clients": 10}
BY_DEFAULT: Mapping[str, Any] = {**NEARBY, "algorithm": "ES256"}
OVER_A_LINK: Mapping[str, Any] = {
    **NEARBY,
    "services_link": "emulated",
    "algorithm": "RS256",
    "services_rtt": lambda seconds: seconds > 0,
}
ROUND_TRIP: Mapping[str, Any] = {
    **OVER_A_LINK,
    "services_rtt": lambda seconds: seconds >= 0.002,
}


def store_fault(store: str, verb: str) -> Mapping[str, Any]:
    """Trials in which this happens to the store."""
    return {"store": store, "fault": lambda text: text.startswith(f"{store}:{verb}")}


NEVER = 0.02
"""Of 500 open workflows none breaks: that says fewer than 1 of 100."""

NEARLY_ALL = 0.95
RARELY = 0.01
"""None of some thousand requests asked the store: an exact interval never ends at zero."""

ALL_BUT_LOGINS = 0.8
"""Of the eight requests of a workflow the login alone brings no token that could be revoked."""

STANDSTILL = 0.1
"""What was on its way when the store was stopped is still answered."""

BINOMIAL = Band(0.15, "430 workflows of which a quarter breaks scatter by 8 % from trial to trial")
ON_A_RING = Band(0.25, POINTS)

ENOUGH_OPEN = 200


def _none_break(pattern: str, where: Mapping[str, Any]) -> Threshold:
    return Threshold("open_broken_share", "", pattern, at_most=NEVER, where=where)


def _nearly_all_break(pattern: str, where: Mapping[str, Any]) -> Threshold:
    return Threshold("open_broken_share", "", pattern, at_least=NEARLY_ALL, where=where)


def _open(patterns: tuple[str, ...], where: Mapping[str, Any]) -> MustSee:
    return MustSee("open_workflows", ENOUGH_OPEN, patterns, "open workflows", where)


def _nothing_leaks(patterns: tuple[str, ...], where: Mapping[str, Any]) -> tuple[EveryTrial, ...]:
    return tuple(EveryTrial("leaked", "", one, at_most=0, where=where) for one in patterns)


CLAIMS = (
    Claim(
        "S1",
        "A stateful backend loses its clients when it is restarted; a stateless one does not",
        (RESTARTED_CROWD, RESTARTED, RESTARTED_PURE),
        AllOf(
            (
                AgreesWithLaw(
                    "open_broken_share", "", MEMORY, BROKEN, "ST-1", AT_RESTART, BINOMIAL
                ),
                *(_none_break(one, AT_RESTART) for one in STATELESS),
            )
        ),
        "ST-1",
        preconditions=_nothing_leaks((MEMORY, *STATELESS), AT_RESTART),
        must_see=(_open((MEMORY, *STATELESS), AT_RESTART),),
    ),
    Claim(
        "S1b",
        "It loses them even if all backends are restarted while nobody asks; a stateless one "
        "loses none",
        (AT_NIGHT,),
        AllOf(
            (
                _nearly_all_break(MEMORY, IDLE),
                *(_none_break(one, IDLE) for one in STATELESS),
            )
        ),
        preconditions=_nothing_leaks((MEMORY, *STATELESS), IDLE),
        must_see=(_open((MEMORY, *STATELESS), IDLE),),
    ),
    Claim(
        "S1c",
        "A stateful backend needs a proxy that leads its clients back to it",
        (WITHOUT_AFFINITY,),
        AllOf((Threshold("whole_share", "", MEMORY, at_most=0.1, where=SCATTERED),)),
        preconditions=_nothing_leaks((MEMORY,), SCATTERED),
    ),
    Claim(
        "S1d",
        "One more backend moves most sessions where clients are spread by modulo, and few where "
        "they are spread by a consistent hash",
        (JOINED,),
        AllOf(
            (
                AgreesWithLaw("moved_workflow_share", "", HASHED, MOVED, "ST-1", MODULO),
                AgreesWithLaw("moved_workflow_share", "", HASHED, MOVED, "ST-1", RING, ON_A_RING),
                Threshold("moved_workflow_share", "", HASHED, at_least=0.5, where=MODULO),
                Threshold("moved_workflow_share", "", HASHED, at_most=0.5, where=RING),
            )
        ),
        "ST-1",
        preconditions=_nothing_leaks((HASHED,), JOINING),
        must_see=(_open((HASHED,), JOINING),),
    ),
    Claim(
        "S2",
        "A store makes the backend stateless and the system stateful",
        (RESTARTED, RESTARTED_ROWS, *STOPPED),
        AllOf(
            (
                *(_none_break(STORE, where) for where in (AT_RESTART, ROWS_AT_RESTART)),
                *(
                    Threshold(
                        "kept_throughput",
                        "",
                        STORE,
                        at_most=STANDSTILL,
                        where=store_fault(store, "stop"),
                    )
                    for store in STORES
                ),
            )
        ),
        must_see=tuple(
            MustSee("faults_done", 1, (STORE,), "stops", store_fault(store, "stop"), per="trial")
            for store in STORES
        ),
    ),
    Claim(
        "S2b",
        "A store that keeps sessions in memory alone loses all of them when it is restarted; one "
        "that writes them down loses none",
        FORGETTING,
        AllOf(
            (
                _nearly_all_break(STORE, store_fault("redis", "restart")),
                _none_break(STORE, store_fault("postgres", "restart")),
            )
        ),
        must_see=tuple(_open((STORE,), store_fault(store, "restart")) for store in STORES),
    ),
    Claim(
        "S3",
        "A token costs bytes, a store costs a round trip",
        (SIGNED, KEPT, BETWEEN),
        AllOf(
            (
                Ratio(
                    "request_bytes", TOKEN, STORE, above=1.0, where=NEARBY, other_where=BY_DEFAULT
                ),
                AgreesWithLaw("request_bytes", "B", TOKEN, BYTES, "ST-2", NEARBY),
                AgreesWithLaw("latency_p50", "ms", STORE, STORE_LATENCY, "ST-2", ROUND_TRIP),
                Threshold("store_operations_per_request", "", TOKEN, at_most=RARELY, where=NEARBY),
            )
        ),
        "ST-2",
    ),
    Claim(
        "S3b",
        "A token is faster than a store",
        (BETWEEN,),
        Crossover(
            "latency_p50",
            TOKEN,
            STORE,
            "services_rtt",
            round_trips_break_even,
            "ST-2",
            where=OVER_A_LINK,
            form="straight",
            calibrated_by=(TOKEN_LATENCY, STORE_LATENCY),
        ),
        "ST-2",
    ),
    Claim(
        "S3c",
        "A token that can be revoked costs the round trip again",
        (REVOKED,),
        AllOf(
            (
                AgreesWithLaw("latency_p50", "ms", REVOCABLE, STORE_LATENCY, "ST-2", ROUND_TRIP),
                Threshold(
                    "store_operations_per_request",
                    "",
                    REVOCABLE,
                    at_least=ALL_BUT_LOGINS,
                    where=ROUND_TRIP,
                ),
            )
        ),
        "ST-2",
    ),
)
