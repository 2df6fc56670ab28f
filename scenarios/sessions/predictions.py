"""The laws of `sessions` as they apply to its patterns and metrics.  Pure.

Each fills a formula of laws.py from a load and from the facts that it declares, and gives the value
in the metric's unit.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.model.domain import FREE, Condition, Domain, Free, Range, Template, Units, Wanted
from bench.model.law import Calibration, Facts, Law
from bench.model.load import Load
from scenarios.sessions import laws
from scenarios.sessions.load import (
    CONSISTENT,
    COOKIE,
    ES256,
    HS256,
    MODULO,
    NONE,
    POSTGRES,
    REDIS,
    RS256,
    SessionsLoad,
)

Asked = Load[SessionsLoad]

MEMORY, HASHED, STORE = "memory_session", "hashed_session", "store_session"
TOKEN, REVOCABLE, PURE = "jwt", "jwt_deny_list", "pure_function"
ALL = (MEMORY, HASHED, STORE, TOKEN, REVOCABLE, PURE)
TOKENS = (TOKEN, REVOCABLE)

MOST_REQUESTS_PER_S = 500
"""That leave the cores of a small machine mostly idle."""


def requests_per_s(load: Asked) -> float:
    """Of all clients, if answers took no time."""
    return load.window.clients / load.own.pause_s


def workflow_s(load: Asked) -> float:
    """How long a workflow takes, if answers took no time."""
    return load.own.pause_s * load.own.requests


UNHURRIED = Condition(
    f"clients send at most {MOST_REQUESTS_PER_S} requests per second",
    lambda load: requests_per_s(load) <= MOST_REQUESTS_PER_S,
)
ANYHOW: Mapping[str, Wanted] = {
    "warmup": Free(0.3),
    "drain": FREE,
    "patience": FREE,
    "session_life": FREE,
    "store_timeout": FREE,
    "item": Range(16, 200),
}
"""What all laws allow."""

# --- who moves, and who breaks --------------------------------------------------------------------

RESTART = "backend.0:restart@800ms"
ADDED = "balancer:restart@800ms"

BREAKING = Domain(
    {
        **ANYHOW,
        "clients": Range(100, 500),
        "backends": Range(1, 4),
        "steps": Range(2, 12),
        "pause": Range(0.2, 1.2),
        "fault": Template("backend.0:restart@{at}ms", {"at": Range(600, 990)}),
        "affinity": (COOKIE,),
        "store": FREE,
        "algorithm": FREE,
        "hashing": FREE,
    },
    where=(
        UNHURRIED,
        Condition(
            "a workflow takes 1.2 to 6 s: most are open when a backend is restarted",
            lambda load: 1.2 <= workflow_s(load) <= 6,
        ),
    ),
    units=Units("open workflows", 100, lambda load: load.window.clients / 6, at_least_s=6),
)
MOVING = Domain(
    {
        **ANYHOW,
        "clients": Range(200, 500),
        "backends": Range(1, 4),
        "steps": Range(2, 8),
        "pause": Range(0.5, 1.2),
        "fault": Template("balancer:restart@{at}ms", {"at": Range(600, 990)}),
        "hashing": (MODULO, CONSISTENT),
        "store": FREE,
        "algorithm": FREE,
        "affinity": FREE,
    },
    where=(UNHURRIED,),
    units=Units("open workflows", 200, lambda load: load.window.clients / 7, at_least_s=7),
)
POINTS = (
    "nginx gives each server 160 places on its ring: the share of one scatters by 8 %, and that of "
    "so many workflows by 10 %"
)


def broken(load: Asked, _: Facts) -> float:
    """ST-1."""
    return laws.broken_share(load.own.backends)


def moved(load: Asked, _: Facts) -> float:
    """ST-1."""
    return laws.moved_share(load.own.backends, load.own.hashing == CONSISTENT)


BROKEN = Law(
    "ST-1",
    "1/B",
    "each backend has as many sessions as the others",
    "open_broken_share",
    (MEMORY,),
    broken,
    BREAKING,
    (),
    band=0.15,
    band_reason="100 workflows of which a quarter breaks scatter by up to 17 %, and by less where "
    "they are dealt out in turn",
    passed_with=(9145,),
)
MOVED = Law(
    "ST-1",
    "B/(B+1) by modulo, 1/(B+1) by a consistent hash",
    "h mod B = h mod (B+1) for B of B(B+1) values; a ring loses 1/(B+1) of its places",
    "moved_workflow_share",
    (HASHED,),
    moved,
    MOVING,
    (),
    band=0.25,
    band_reason=POINTS,
    passed_with=(9145,),
)

# --- what a request costs -------------------------------------------------------------------------

WITHOUT_TOKENS = Calibration(
    "without_tokens",
    {"backends": 1, "affinity": NONE, "duration": 2.0},
    ("request_bytes",),
    MEMORY,
    text="the same requests with a session's id and one backend: what they take apart from a token",
)
NEAR = Calibration(
    "near",
    {"services_rtt": 0.0},
    ("latency_p50",),
    text="the same over a link to the store without delay",
)

COSTING: Mapping[str, Wanted] = {
    **ANYHOW,
    "clients": Range(4, 30),
    "backends": Range(1, 4),
    "steps": Range(4, 20),
    "pause": Range(0.05, 0.3),
    "hashing": FREE,
    "affinity": FREE,
}
SIGNED: Mapping[str, Wanted] = {**COSTING, "algorithm": (HS256, RS256, ES256), "store": FREE}
BYTES = Law(
    "ST-2",
    "H + token up + token down - id",
    "a token: header, claims and 43, 86 or 342 characters of signature (RFC 7515, 7518); H from "
    "requests with an id",
    "request_bytes",
    TOKENS,
    lambda load, facts: (
        facts["without_tokens.request_bytes"]
        + laws.token_bytes(load.own.algorithm, load.own.steps, load.own.item_bytes)
    ),
    Domain(
        SIGNED,
        where=(UNHURRIED,),
        units=Units("requests", 400, requests_per_s, at_least_s=3),
    ),
    (),
    (WITHOUT_TOKENS,),
    passed_with=(9145,),
)

FAR: Mapping[str, Wanted] = {
    **COSTING,
    "services_link": ("emulated",),
    "services_rtt": Range(0.0002, 0.03),
}
FAR_UNITS = Units("requests", 400, requests_per_s, at_least_s=3)
STORE_LATENCY = Law(
    "ST-2",
    "T0 + R",
    "one round trip for each request; T0 over a link without delay",
    "latency_p50",
    (STORE, REVOCABLE),
    lambda load, facts: laws.store_latency(facts["near.latency_p50"], load.services.rtt_s * 1e3),
    Domain(
        {**FAR, "store": (REDIS, POSTGRES), "algorithm": (HS256, RS256, ES256)},
        where=(UNHURRIED,),
        units=FAR_UNITS,
    ),
    (),
    (NEAR,),
)
TOKEN_LATENCY = Law(
    "ST-2",
    "T0",
    "a token asks nobody: T0 over a link without delay",
    "latency_p50",
    (TOKEN,),
    lambda _, facts: facts["near.latency_p50"],
    Domain(
        {**FAR, "store": FREE, "algorithm": (HS256, RS256, ES256)},
        where=(UNHURRIED,),
        units=FAR_UNITS,
    ),
    (),
    (NEAR,),
)


def round_trips_break_even(_: Asked, token: Facts, store: Facts) -> float:
    """ST-2: in seconds; of what both take over a link without delay."""
    found_ms = laws.break_even_round_trip(token["near.latency_p50"], store["near.latency_p50"])
    return found_ms / 1e3


PREDICTIONS = (BROKEN, MOVED, BYTES, STORE_LATENCY, TOKEN_LATENCY)
