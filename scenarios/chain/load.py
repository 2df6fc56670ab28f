"""The load: the experiment's own parameters, and what they make of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter
from bench.model.units import show

MOST_SERVICES = 16
MOST_ATTEMPTS = 10_000
"""That one request may become at the last service."""

EVERY, TROUBLED = "every", "troubled"
NESTED, SAME = "nested", "same"

MARGIN = 1.1
"""Nested timeouts: a caller waits so many times as long as the one behind it may take."""


@dataclass(frozen=True, kw_only=True)
class ChainLoad:
    """Requests that go through services in a row, one of which may be in trouble."""

    services: int = parameter(
        4, "", "services in the row; they are numbered from 0", low=1, high=MOST_SERVICES
    )
    request_rate_per_s: float = parameter(
        50.0, "/s", "requests per second over all clients, Poisson", low=0.001, high=100_000
    )
    service_time_s: float = parameter(
        0.005, "s", "time that each service works on a request", low=0.0001, high=60
    )
    service_workers: int = parameter(
        100,
        "",
        "requests that a service handles at a time; one that waits for the next service keeps "
        "its worker",
        low=1,
        high=10_000,
    )
    line: int = parameter(
        200,
        "",
        "requests that wait for a worker of a service at most; it refuses those beyond (503)",
        low=0,
        high=100_000,
    )
    troubled: int = parameter(
        0, "", "number of the service that is slow, failing, or left out", low=0, high=MOST_SERVICES
    )
    slow_factor: float = parameter(
        1.0, "", "times that the troubled service takes longer", low=1, high=10_000
    )
    failing: float = parameter(
        0.0, "%", "share of attempts at which a service fails (500)", low=0, high=1
    )
    failing_at: str = parameter(
        EVERY,
        "",
        "whether every service fails so often, or only the troubled one",
        choices=(EVERY, TROUBLED),
    )
    bypass: float = parameter(
        0.0, "%", "share of requests whose way leaves out the troubled service", low=0, high=1
    )
    attempt_timeout_s: float = parameter(
        2.0,
        "s",
        "how long the last caller waits for one attempt; see timeouts",
        low=0.001,
        high=3600,
    )
    timeouts: str = parameter(
        NESTED,
        "",
        "whether each caller waits for all attempts of the one behind it and a tenth longer, or "
        "all wait the same time",
        choices=(NESTED, SAME),
    )
    retries: int = parameter(
        0, "", "further attempts of each caller after one that failed", low=0, high=20
    )
    breaker_requests: int = parameter(
        30,
        "",
        "breaker: requests under way to a service at most, for each service from there to the end",
        low=1,
        high=10_000,
    )
    breaker_failures: int = parameter(
        5, "", "breakers: failures in a row that open the circuit", low=1, high=10_000
    )
    breaker_rest_s: float = parameter(
        0.5, "s", "breakers: how long an open circuit stays open", low=0.01, high=3600
    )
    queue_length: int = parameter(
        1000, "", "queue: messages that wait for a service at most", low=1, high=1_000_000
    )
    good_within_s: float = parameter(
        0.25, "s", "a request is good if it is answered within this time", low=0.001, high=3600
    )


LOAD = LoadType(
    ChainLoad,
    changes={"clients": Change(default=10, high=10_000)},
    without=frozenset({"second_path"}),
)


def patience_s(own: ChainLoad, number: int) -> float:
    """How long a caller waits for one attempt at service `number`."""
    if own.timeouts == SAME:
        return own.attempt_timeout_s
    behind = own.services - 1 - number
    return own.attempt_timeout_s * float((MARGIN * (1 + own.retries)) ** behind)


def service_s(own: ChainLoad, number: int) -> float:
    """How long service `number` works on a request."""
    return own.service_time_s * (own.slow_factor if number == own.troubled else 1.0)


def failing(own: ChainLoad, number: int) -> float:
    """At which share of its attempts service `number` fails."""
    return own.failing if own.failing_at == EVERY or number == own.troubled else 0.0


def under_way_limit(own: ChainLoad, number: int) -> int:
    """Requests that the breaker before service `number` lets through at a time.

    By Little's law those on their way are as many more as services are still before them.
    """
    return own.breaker_requests * (own.services - number)


def route(own: ChainLoad, is_bypass: bool) -> list[int]:
    """The services that a request goes through, in order."""
    return [n for n in range(own.services) if not (is_bypass and n == own.troubled)]


def check(load: Load[ChainLoad]) -> None:
    """UsageError where a service is none, or where timeouts, retries and work do not fit."""
    own = load.own
    if own.troubled >= own.services:
        raise UsageError(
            f"troubled={own.troubled}: services={own.services} are numbered from 0 to "
            f"{own.services - 1}; use one of these"
        )
    if own.bypass and not own.troubled:
        raise UsageError(
            "troubled=0: every request goes through the first service, so bypass cannot leave it "
            "out; use troubled=1 or more"
        )
    _check_attempts(load)
    for number in range(own.services):
        least_s = sum(service_s(own, n) for n in range(number, own.services))
        if patience_s(own, number) <= least_s:
            raise UsageError(
                f"{_timeout_text(own)}: the caller of service {number} gives up "
                f"after {show(patience_s(own, number), 's')}, but the work from there on takes "
                f"{show(least_s, 's')}; use a longer timeout"
            )


def _timeout_text(own: ChainLoad) -> str:
    return f"attempt_timeout={show(own.attempt_timeout_s, 's')}"


def _check_attempts(load: Load[ChainLoad]) -> None:
    own = load.own
    attempts = (1 + own.retries) ** own.services
    if attempts > MOST_ATTEMPTS:
        raise UsageError(
            f"retries={own.retries}: with services={own.services} one request may become "
            f"{attempts:,} attempts at the last service, and {MOST_ATTEMPTS:,} are the most; use "
            "fewer retries"
        )
    longest_s = patience_s(own, 0) * (1 + own.retries)
    if longest_s > load.window.drain_s:
        raise UsageError(
            f"retries={own.retries} {_timeout_text(own)}: a client may have to wait "
            f"{show(longest_s, 's')} for all attempts of services={own.services}, longer than "
            f"drain={show(load.window.drain_s, 's')}; use fewer retries, a shorter timeout or "
            "timeouts=same"
        )
