"""What all clients of `notifications` do with an event: read it and record the delivery.

Knows nothing of how the event came.
"""

from __future__ import annotations

from typing import Any

from bench.load.http1 import Http1Connection, Reply
from bench.load.user import ClientUser
from bench.payload import SEPARATOR, decode
from bench.samples import EMPTY, FAILED, OK


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
    connection: Http1Connection | None = None

    async def connect(self) -> None:
        """Connect and learn where the feed stands, so that nothing older is counted."""
        session = self.session
        host, port = session.host, session.port
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
        reply = await self.connection.request(data)
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

    async def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
