"""Each service has a circuit breaker of a library (circuitbreaker) before the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version

from circuitbreaker import CircuitBreaker, CircuitBreakerError  # type: ignore[import-untyped]

from scenarios.chain._slip import Stop
from targets.chain._service import BehindFailed, HttpService, NotAsked, Unanswered

TITLE = "breaker in the application"
EXAMPLE = "curl -i 'http://{host}:{port}/work'"
PARTS = ({"name": "service", "role": "server", "count": "services"},)

Attempt = Callable[[Sequence[Stop], float], Awaitable[None]]


def is_failure(kind: type[BaseException], _: BaseException) -> bool:
    """What is held against the next service: no answer, a failure of its own, or that it is full.

    A caller that left before the answer counts as a timeout: the library knows only failures and
    successes, and a success closes the circuit.
    """
    if issubclass(kind, BehindFailed):
        return False
    return issubclass(kind, Unanswered | NotAsked | asyncio.CancelledError)


class Service(HttpService):
    """After so many failures in a row the next service is not asked for a while.

    Then all requests are let through until the first of them has ended: the library does not
    limit how many try whether the service is back.
    """

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)
        self._guarded: dict[int, Attempt] = {}
        self.facts["circuit breaker"] = f"circuitbreaker {version('circuitbreaker')}"

    async def attempt(self, slip: Sequence[Stop], patience_s: float) -> None:
        number = slip[0].number
        if number not in self._guarded:
            own = self.load.own
            breaker = CircuitBreaker(
                own.breaker_failures, own.breaker_rest_s, is_failure, f"service {number}"
            )
            self._guarded[number] = breaker.decorate(super().attempt)
        try:
            await self._guarded[number](slip, patience_s)
        except CircuitBreakerError:
            raise NotAsked("its circuit is open") from None
