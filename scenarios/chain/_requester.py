"""What every client does: ask by its plan, and try again as often as the load says.

A pattern writes `attempt`.  Knows no protocol, and nothing of what lies behind the first service.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from bench.clock import now_ns
from bench.load.working import WorkingClient, WorkItem
from bench.model.samples import FAILED, OK, PENDING
from scenarios.chain import _planned as planned
from scenarios.chain.load import patience_s, route


class Unanswered(OSError):
    """An attempt ended without an answer, or with one that says that something failed."""


class Refused(OSError):
    """The first service, or the broker, takes no more: to ask again at once would be no help."""


class ChainClient(WorkingClient):
    """One client; its requests are due by the plan, whether or not the ones before are answered."""

    abstract = True
    experiment = "chain"

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        session = self.session
        code = session.recorder.code
        self._attempt, self._bypass = code("attempt"), code("bypass")
        own = session.load.own
        self.routes = {is_bypass: route(own, is_bypass) for is_bypass in (False, True)}
        self.patience_s = patience_s(own, 0)
        self.tries = 1 + own.retries
        self._is_bypass: dict[int, bool] = {}

    async def attempt(self, item: WorkItem, way: list[int]) -> None:
        """One attempt over the services of a way; Unanswered, Refused or another OSError."""
        raise NotImplementedError

    def schedule(self) -> Iterator[int]:
        session = self.session
        for sequence, one in enumerate(planned.requests(session.load, session.seed, self.number)):
            self._is_bypass[sequence] = one.is_bypass
            yield one.due_ns

    async def work(self, item: WorkItem) -> None:
        is_bypass = self._is_bypass.pop(item.sequence)
        outcome = FAILED
        try:
            await self._ask(item, self.routes[is_bypass])
            outcome = OK
        except asyncio.CancelledError:
            outcome = PENDING
            raise
        finally:
            if is_bypass:
                self._row(self._bypass, outcome, item, item.intended_ns, item.sent_ns)

    async def _ask(self, item: WorkItem, way: list[int]) -> None:
        """All attempts that the load allows; the last one's error where all failed."""
        for left in reversed(range(self.tries)):
            sent_ns, outcome = now_ns(), FAILED
            item.sent_ns = item.sent_ns or sent_ns
            try:
                await self.attempt(item, way)
            except Refused:
                raise
            except (OSError, TimeoutError):
                if not left:
                    raise
            except asyncio.CancelledError:
                outcome = PENDING
                raise
            else:
                outcome = OK
                return
            finally:
                self._row(self._attempt, outcome, item, sent_ns, sent_ns)

    def _row(
        self, operation: int, outcome: int, item: WorkItem, intended_ns: int, sent_ns: int
    ) -> None:
        number, sequence, now = self.number, item.sequence, now_ns()
        self.record(operation, outcome, number, sequence, intended_ns, sent_ns, 0, now, 0, 0)
