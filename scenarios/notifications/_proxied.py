"""Clients that reach the server through a proxy, which may refuse them or hold what they ask for.

A mixin for the client of any pattern.  Knows nothing of what the proxy does.
"""

from __future__ import annotations

import asyncio

from bench.clock import now_ns
from bench.model.samples import FAILED, OK, PENDING
from scenarios.notifications._listener import Listener
from scenarios.notifications.load import AROUND

PATIENCE_S = 1.0
"""How long an answer may take; by then it is held somewhere."""


class Proxied(Listener):
    """Records whether it gets through: answered, refused, or held (no answer in time).

    One that is refused does not ask again; one that is held goes on waiting.
    """

    abstract = True
    entering: asyncio.Task[None] | None = None

    @property
    def place(self) -> tuple[str, int]:
        if self.session.load.own.proxy == AROUND:
            return super().place
        front = self.session.address.listeners["front"]
        return front.host, front.port

    async def connect(self) -> None:
        began_ns = now_ns()
        self.entering = asyncio.create_task(super().connect())
        done, _ = await asyncio.wait((self.entering,), timeout=PATIENCE_S)
        outcome = PENDING if not done else OK if self.refusal is None else FAILED
        now, code = now_ns(), self.session.recorder.code("passage")
        self.record(code, outcome, self.number, 0, began_ns, began_ns, now, now, 0, 0)

    @property
    def refusal(self) -> BaseException | None:
        """Why it was turned away; OSError where there was nobody to do so."""
        assert self.entering is not None
        error = self.entering.exception()
        if isinstance(error, OSError) and error.errno is None:
            return error
        if error is not None:
            raise error
        return None

    async def live(self) -> None:
        assert self.entering is not None
        await asyncio.wait((self.entering,))
        if self.refusal is not None:
            await asyncio.Event().wait()
        await super().live()

    async def close(self) -> None:
        if self.entering is not None and not self.entering.done():
            self.entering.cancel()
            await asyncio.gather(self.entering, return_exceptions=True)
        await super().close()
