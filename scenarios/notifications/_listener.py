"""What all clients of `notifications` do with an event: read it and record the delivery.

Knows nothing of how the event came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection, Reply
from bench.load.user import ClientUser
from bench.model.payload import SEPARATOR, decode
from bench.model.samples import EMPTY, FAILED, OK, PENDING
from bench.plan.arrivals import SECOND_NS
from scenarios.notifications._bystander import Bystander


async def beside(
    life: Coroutine[Any, Any, None], other: Coroutine[Any, Any, None], first_ends: bool = False
) -> None:
    """Live with something else going on; with `first_ends` its end ends the life too."""
    living, going_on = asyncio.create_task(life), asyncio.create_task(other)
    try:
        if first_ends:
            await going_on
        else:
            await living
    finally:
        for each in (living, going_on):
            each.cancel()
        await asyncio.gather(living, going_on, return_exceptions=True)


class Listener(ClientUser):
    """A client that wants to know what happened.  `seen` is the last sequence it got."""

    abstract = True
    experiment = "notifications"

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        recorder = self.session.recorder
        self.record = recorder.add
        self.delivery = recorder.code("delivery")
        self.asked = recorder.code("request")
        self.seen = -1

    @property
    def place(self) -> tuple[str, int]:
        """Host and port to connect to."""
        return self.session.host, self.session.port

    # --- being away and having company, where the load asks for it -------------------------

    async def lifetime(self) -> None:
        """As every client's, but away for a while, or with a bystander, where the load says so."""
        own = self.session.load.own
        life = (
            self._lifetime_with_absence(round(own.away_s * SECOND_NS))
            if own.away_s
            else super().lifetime()
        )
        if own.bystander_rate_per_s and self.number == 0:
            await beside(life, Bystander(self.session, *self.place).live())
        else:
            await life

    async def _lifetime_with_absence(self, away_ns: int) -> None:
        session = self.session
        until = session.engine.alarm.until

        async def leave() -> None:
            await session.window_known.wait()
            await until((session.t0_ns + session.t1_ns - away_ns) // 2)

        await beside(super().lifetime(), leave(), first_ends=True)
        await until((session.t0_ns + session.t1_ns + away_ns) // 2)
        if session.load.own.recovery == "none":
            self.forget()
        await super().lifetime()

    def forget(self) -> None:
        """Come back as somebody new: only what happens from now on."""
        self.seen = -1

    # --- what came ---------------------------------------------------------------------

    def deliver(self, data: bytes, read_ns: int) -> None:
        """Record the event in `data`, whose bytes the loop got at `read_ns`."""
        sequence, intended_ns, published_ns = decode(data)
        self.seen = sequence
        self.record(
            self.delivery,
            OK,
            self.number,
            sequence,
            intended_ns,
            published_ns,
            read_ns,
            read_ns,
            0,
            len(data),
        )


class PollingListener(Listener):
    """A client that asks; between two questions it keeps its connection."""

    abstract = True
    living = "request"
    connection: Http1Connection | None = None
    asking: tuple[int, int, int] | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.session.unfinished.add(self.record_asking)

    def record_asking(self, ended_ns: int, outcome: int = PENDING) -> None:
        """A request that ends without its reply: by the trial's end, a loss, an absence."""
        if self.asking is not None:
            intended_ns, sent_ns, size = self.asking
            self.record(
                self.asked,
                outcome,
                self.number,
                self.seen,
                intended_ns,
                sent_ns,
                ended_ns,
                ended_ns,
                size,
                0,
            )

    async def connect(self) -> None:
        """Connect and learn where the feed stands, so that nothing older is counted."""
        session = self.session
        host, port = self.place
        self.connection = await Http1Connection.open(session.engine, host, port, session.wire)
        self.tail = f" HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: */*\r\n\r\n"
        if self.seen < 0:
            reply = await self.connection.request(
                f"GET /position?client={self.number}{self.tail}".encode()
            )
            self.seen = int(reply.body)

    async def poll(self, intended_ns: int, sent_ns: int) -> Reply:
        """Ask once what came after `seen`, and record request and deliveries."""
        assert self.connection is not None
        data = f"GET /events?client={self.number}&after={self.seen}{self.tail}".encode()
        self.asking = intended_ns, sent_ns, len(data)
        try:
            reply = await self.connection.request(data)
        except BaseException as error:
            # Sent all the same: lost with its connection, or given up with its client.
            self.record_asking(now_ns(), FAILED if isinstance(error, OSError) else PENDING)
            raise
        finally:
            self.asking = None
        body = reply.body
        outcome = FAILED if reply.status >= 400 else OK if body else EMPTY
        self.record(
            self.asked,
            outcome,
            self.number,
            self.seen,
            intended_ns,
            sent_ns,
            reply.first_byte_ns,
            reply.done_ns,
            len(data),
            reply.bytes_down,
        )
        if outcome == FAILED:
            raise ConnectionError(f"HTTP {reply.status}: {body[:80].decode(errors='replace')}")
        if body:
            for event in body.split(SEPARATOR):
                self.deliver(event, reply.done_ns)
        return reply

    def transports(self) -> Sequence[asyncio.Transport]:
        return [self.connection.transport] if self.connection is not None else []

    async def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
