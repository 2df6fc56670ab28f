"""Clients that follow a feed: by asking, over an unending response, over a socket, from a queue.

How an event comes is written here once for all experiments in which clients wait for news.
Knows neither where the events are made nor what becomes of them: a scenario writes `deliver`.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Sequence
from typing import Any, Protocol

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection, Http1Stream, Reply, get
from bench.load.clients.sse import EventStreamParser
from bench.load.clients.websocket import Sink, WebSocket
from bench.load.user import ClientUser
from bench.model.payload import SEPARATOR
from bench.model.samples import EMPTY, FAILED, OK, PENDING
from bench.plan import arrivals


class Listener(ClientUser):
    """A client that wants to know what happened.  `seen` is the last sequence it got."""

    abstract = True
    tls: ssl.SSLContext | None = None
    """Whom it trusts; None where it connects without TLS."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.record = self.session.recorder.add
        self.seen = -1

    @property
    def place(self) -> tuple[str, int]:
        """Host and port to connect to."""
        return self.session.host, self.session.port

    @property
    def who(self) -> str:
        """Who asks, as the query of an URL."""
        return f"client={self.number}"

    def forget(self) -> None:
        """Come back as somebody new: only what happens from now on."""
        self.seen = -1

    def deliver(self, data: bytes, read_ns: int) -> None:
        """An event came, whose bytes the loop got at `read_ns`; sets `seen`."""
        raise NotImplementedError


class PollingListener(Listener):
    """A client that asks; between two questions it keeps its connection."""

    abstract = True
    living = "request"
    connection: Http1Connection | None = None
    asking: tuple[int, int, int] | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.asked = self.session.recorder.code("request")
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
        host, port = self.place
        self.connection = await self.opened()
        self.tail = f" HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: */*\r\n\r\n"
        if self.seen < 0:
            reply = await self.connection.request(f"GET /position?{self.who}{self.tail}".encode())
            self.check_position(reply)
            self.seen = int(reply.body)

    async def opened(self) -> Http1Connection:
        """A new connection to where it connects."""
        session = self.session
        host, port = self.place
        return await Http1Connection.open(session.engine, host, port, session.wire)

    def check_position(self, reply: Reply) -> None:
        """ConnectionError where the server did not say where the feed stands."""
        if reply.status != 200:
            words = reply.body[:80].decode(errors="replace")
            raise ConnectionError(f"HTTP {reply.status} for /position: {words}")

    async def ask_every(self, interval_s: float) -> None:
        """Ask at a fixed rate from a random phase on.

        By its own clock, not by the reply: a late reply delays no later poll's intended time.
        """
        session = self.session
        interval_ns = round(interval_s * arrivals.SECOND_NS)
        phase_ns = random.Random(f"{session.seed}/{self.number}").randrange(interval_ns)
        start_ns = now_ns()
        for offset_ns in arrivals.ticks(interval_ns, phase_ns):
            due_ns = start_ns + offset_ns
            await session.engine.alarm.until(due_ns)
            await self.poll(due_ns, now_ns())

    async def ask_again_at_once(self) -> None:
        """The next request's intended time is when the last reply was read."""
        intended_ns = now_ns()
        while True:
            reply = await self.poll(intended_ns, now_ns())
            intended_ns = reply.done_ns

    async def poll(self, intended_ns: int, sent_ns: int) -> Reply:
        """Ask once what came after `seen`, and record request and deliveries."""
        assert self.connection is not None
        data = self.question()
        self.asking = intended_ns, sent_ns, len(data)
        try:
            reply = await self.connection.request(data)
        except BaseException as error:
            # Sent all the same: lost with its connection, or given up with its client.
            self.record_asking(now_ns(), FAILED if isinstance(error, OSError) else PENDING)
            raise
        finally:
            self.asking = None
        body, outcome = reply.body, self.outcome_of(reply)
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
        if outcome == OK:
            self.take(reply)
        return reply

    def question(self) -> bytes:
        """The request for what came after `seen`."""
        return f"GET /events?{self.who}&after={self.seen}{self.tail}".encode()

    def outcome_of(self, reply: Reply) -> int:
        """Whether it brought something, nothing new, or an error."""
        return FAILED if reply.status >= 400 else OK if reply.body else EMPTY

    def take(self, reply: Reply) -> None:
        """Deliver the events of a reply that has some."""
        for event in reply.body.split(SEPARATOR):
            self.deliver(event, reply.done_ns)

    def transports(self) -> Sequence[asyncio.Transport]:
        return [self.connection.transport] if self.connection is not None else []

    async def close(self) -> None:
        if self.connection is not None:
            self.connection.close()


class StreamListener(Listener):
    """An EventSource: after a lost connection it reconnects with the last id that it received."""

    abstract = True
    connection: Http1Stream | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.parser = EventStreamParser()

    async def connect(self) -> None:
        session = self.session
        host, port = self.place
        last_id = self.parser.last_id
        self.parser = EventStreamParser(last_id)
        self.connection = await Http1Stream.open(session.engine, host, port, session.wire, self.tls)
        status = await self.connection.stream(self.request(last_id), self.on_part)
        if status != 200:
            raise ConnectionError(f"HTTP {status} for the stream")

    def request(self, last_id: bytes) -> bytes:
        """The request for the stream, from after the event of this id on (b"": from now on)."""
        host, port = self.place
        headers = "Accept: text/event-stream\r\n"
        if last_id:
            headers += f"Last-Event-ID: {last_id.decode()}\r\n"
        return get(f"/stream?{self.who}", host, port, headers)

    def on_part(self, part: bytes, read_ns: int) -> None:
        for event in self.parser.feed(part):
            self.deliver(event.data, read_ns)

    def forget(self) -> None:
        super().forget()
        self.parser = EventStreamParser()

    def transports(self) -> Sequence[asyncio.Transport]:
        return [self.connection.transport] if self.connection is not None else []

    async def live(self) -> None:
        assert self.connection is not None
        await self.connection.ended

    async def close(self) -> None:
        if self.connection is not None:
            self.connection.close()


class SocketListener(Listener):
    """One upgraded connection (WebSocket), frames as they come.

    After a lost connection it reconnects with the last sequence number that it received.
    """

    abstract = True
    socket: WebSocket | None = None

    @property
    def offers_deflate(self) -> bool:
        """Whether it offers to compress."""
        return False

    async def connect(self) -> None:
        session = self.session
        self.socket = await WebSocket.open(
            self.url(), self.sink(), session.wire, self.offers_deflate, self.headers(), self.tls
        )
        self.greet(self.socket)
        session.facts["websocket_extension"] = self.socket.extension or "none"

    def url(self) -> str:
        """What it connects to."""
        host, port = self.place
        after = f"&after={self.seen}" if self.seen >= 0 else ""
        return f"ws://{host}:{port}/socket?{self.who}{after}"

    def headers(self) -> dict[str, str]:
        """Further headers of the upgrade."""
        return {}

    def greet(self, socket: WebSocket) -> None:
        """It is connected: learn where the feed stands."""
        if self.seen < 0:
            self.seen = int(socket.headers["X-Position"])

    def sink(self) -> Sink:
        """Who gets each message, with the time at which the loop got it."""
        return self.deliver

    def transports(self) -> Sequence[asyncio.Transport]:
        return [self.socket.transport] if self.socket is not None else []

    async def live(self) -> None:
        assert self.socket is not None
        await self.socket.ended

    async def close(self) -> None:
        if self.socket is not None:
            self.socket.close()


class QueueClient(Protocol):
    """What a QueueListener needs of its connection."""

    ended: asyncio.Future[None]

    @property
    def transport(self) -> Any: ...

    async def close(self) -> None: ...


class QueueListener(Listener):
    """A queue of its own at a broker, which pushes; a scenario's `connect` opens the consumer."""

    abstract = True
    consumer: QueueClient | None = None

    def transports(self) -> Sequence[asyncio.Transport]:
        transport = self.consumer.transport if self.consumer is not None else None
        return [transport] if transport is not None else []

    async def live(self) -> None:
        assert self.consumer is not None
        await self.consumer.ended

    async def close(self) -> None:
        if self.consumer is not None:
            await self.consumer.close()
