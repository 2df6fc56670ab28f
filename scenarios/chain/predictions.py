"""The laws of `chain` as they apply to its patterns and metrics.  Pure.

Each fills a formula of laws.py from a load and from the facts that it declares, and gives the value
in the metric's unit.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.model.domain import FREE, Condition, Domain, Free, Range, Units, Wanted
from bench.model.law import Calibration, Facts, Law
from bench.model.load import Load
from scenarios.chain import laws
from scenarios.chain.load import EVERY, SAME, TROUBLED, ChainLoad, failing, service_s

Asked = Load[ChainLoad]

DIRECT, BREAKER, LIBRARY, QUEUE = "direct", "breaker", "library_breaker", "queues"
ALL = (DIRECT, BREAKER, LIBRARY, QUEUE)
BREAKERS = (BREAKER, LIBRARY)
CALLING = (DIRECT, BREAKER, LIBRARY)
"""Patterns in which a service waits for the next one."""

SHORT_CHAIN = 3
MOST_HOPS_PER_S = 400
"""Attempts per second over all services that leave the cores of a small machine mostly idle."""


def hops_per_s(load: Asked) -> float:
    """Work items of all services in a second."""
    return load.own.request_rate_per_s * load.own.services


SHORT = Calibration(
    "short",
    {
        "services": SHORT_CHAIN,
        # Each service is called as often: one that has slept for longer takes longer.
        "request_rate": lambda load: min(
            load.own.request_rate_per_s, MOST_HOPS_PER_S / SHORT_CHAIN
        ),
        "slow_factor": 1.0,
        "troubled": 0,
        "warmup": 0.3,
        "duration": 3.0,
    },
    ("entry", "hop", "own_time"),
    text="three services, each called as often: what a call and a service's work take",
)

_SHARED: Mapping[str, Wanted] = {
    "clients": Range(2, 50),
    "warmup": Free(0.3),
    "drain": FREE,
    "line": FREE,
    "queue_length": FREE,
    "breaker_requests": FREE,
    "breaker_failures": FREE,
    "breaker_rest": FREE,
    "good_within": FREE,
}
UNHURRIED = Condition(
    f"all services together begin at most {MOST_HOPS_PER_S} attempts per second",
    lambda load: hops_per_s(load) * expected_attempts(load) <= MOST_HOPS_PER_S,
)
PATIENT = Condition(
    "an attempt may take ten times the work of all services: none is given up",
    lambda load: load.own.attempt_timeout_s >= 10 * sum(works_s(load)),
)


def works_s(load: Asked) -> list[float]:
    """How long each service works."""
    return [service_s(load.own, number) for number in range(load.own.services)]


def shares(load: Asked) -> list[float]:
    """At which share of attempts each service fails."""
    return [failing(load.own, number) for number in range(load.own.services)]


def expected_attempts(load: Asked) -> float:
    """At the last service, per request."""
    return laws.attempts_at_last(shares(load), load.own.retries)


# --- latency --------------------------------------------------------------------------------------

ROW = Domain(
    {
        **_SHARED,
        "services": Range(1, 12),
        "request_rate": Range(10, 200),
        "service_time": Range(0.002, 0.05),
        "slow_factor": Range(1, 10),
        "troubled": (0,),
        "service_workers": Range(24, 200),
        "attempt_timeout": Range(1.0, 3.0),
        "timeouts": (SAME,),
    },
    where=(
        UNHURRIED,
        PATIENT,
        Condition(
            "there are at least three times as many workers as are busy, and 8 more",
            lambda load: (
                load.own.service_workers >= 3 * load.own.request_rate_per_s * sum(works_s(load)) + 8
            ),
        ),
    ),
    units=Units("requests", 200, lambda load: load.own.request_rate_per_s, at_least_s=3),
)


def latency_ms(load: Asked, facts: Facts) -> float:
    """CHAIN-1: what the short chain's calls and work take, for as many services."""
    added_ms = facts["short.own_time"] - load.own.service_time_s * 1e3
    works = [seconds * 1e3 + added_ms for seconds in works_s(load)]
    return laws.latency(works, facts["short.entry"], facts["short.hop"])


# --- failures -------------------------------------------------------------------------------------

LEAST_REQUESTS = 1500

FAILING: Mapping[str, Wanted] = {
    **_SHARED,
    "services": Range(1, 8),
    "request_rate": Range(20, 200),
    "service_time": Range(0.001, 0.005),
    "failing": Range(0.02, 0.3),
    "failing_at": (EVERY, TROUBLED),
    "troubled": (0,),
    "service_workers": Range(24, 200),
    "attempt_timeout": Range(1.0, 3.0),
    "timeouts": (SAME,),
    "retries": (0, 1, 2),
}
SURVIVING = Domain(
    FAILING,
    where=(
        UNHURRIED,
        PATIENT,
        Condition(
            "at least a fifth of the requests is answered", lambda load: success(load, {}) >= 0.2
        ),
    ),
    units=Units("requests", LEAST_REQUESTS, lambda load: load.own.request_rate_per_s, at_least_s=3),
)


def success(load: Asked, _: Facts) -> float:
    """CHAIN-1."""
    return laws.success(shares(load), load.own.retries)


def attempts(load: Asked, _: Facts) -> float:
    """CHAIN-1."""
    return expected_attempts(load)


LATENCY = Law(
    "CHAIN-1",
    "R0 + k S + (k - 1) R",
    "each service waits for the next one; R and what a service adds to S from a chain of three",
    "latency_mean",
    CALLING,
    latency_ms,
    ROW,
    (),
    (SHORT,),
    passed_with=(9412,),
)
SUCCESS = Law(
    "CHAIN-1",
    "1 - F1^(r+1), Fi = q + (1 - q) F(i+1)^(r+1); without retries (1 - q)^k",
    "failures are independent; checked by simulation",
    "success_share",
    (DIRECT,),
    success,
    SURVIVING,
    (),
    passed_with=(7101, 9412),
)
ATTEMPTS = Law(
    "CHAIN-1",
    "product of (1 - q)(1 + F + ... + F^r) over the callers; (1+r)^k where the last always fails",
    "failures are independent; checked by simulation",
    "attempts_at_last",
    (DIRECT,),
    attempts,
    SURVIVING,
    (),
    passed_with=(7101, 9412),
)
PREDICTIONS = (LATENCY, SUCCESS, ATTEMPTS)
