"""Clients of a server that is not ours: they ask, and understand what comes, by its description.

Each kind of listening has its counterpart here; a scenario derives from one and writes `came`.
Knows neither where the events are made nor what becomes of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from locust.exception import StopTest

from bench.certificates import trusting
from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection, Reply
from bench.load.clients.sse import StreamEvent
from bench.load.clients.websocket import Sink, WebSocket
from bench.load.listening import Listener, PollingListener, SocketListener, StreamListener
from bench.load.session import Session
from bench.model.ownserver import (
    DESCRIBED,
    EventReader,
    Found,
    OwnServer,
    ca_file_of,
    fill,
    is_secure,
    read,
)
from bench.model.ownserver.filling import (
    AFTER,
    CLIENT,
    FOLDER,
    HOST,
    PORT,
    REPLY,
    placeholders,
    secrets_in,
)
from bench.model.ownserver.places import port_of
from bench.model.samples import EMPTY, FAILED, OK

MOST_SHOWN = 60
SOON_NS = 20_000_000
"""A reply without news that comes sooner was not held."""


@cache
def _read(text: str) -> tuple[OwnServer, EventReader]:
    """Once for all clients of a process."""
    own = read(text)
    return own, EventReader(own.event)


def description_of(session: Session | None) -> tuple[OwnServer, EventReader]:
    """What describes the server of a session; StopTest where nothing does."""
    text = "" if session is None else session.address.more.get(DESCRIBED, "")
    if not text:
        raise StopTest("nobody has described this server; use `bench run` with --own FILE.toml")
    return _read(text)


@cache
def _trusting(ca_file: str) -> ssl.SSLContext:
    """Once for all clients of a process."""
    return trusting(ca_file)


def trusted_by(own: OwnServer, session: Session) -> ssl.SSLContext:
    """Whom clients of a described server trust; ConnectionError where the file is none."""
    return _trusting(ca_file_of(own, session.address.more[FOLDER]))


class Described(Listener):
    """A client of a described server; `after` is what the description calls {after}."""

    abstract = True

    def __init__(self, environment: Any) -> None:
        self.own, self.reader = description_of(getattr(environment, "patternbench", None))
        self.after = self.own.subscribe.first
        self.replied: dict[str, str] = {}
        super().__init__(environment)
        self.secrets = secrets_in(self.session.address.more)
        if is_secure(self.own.subscribe.url):
            self.tls = trusted_by(self.own, self.session)

    @property
    def place(self) -> tuple[str, int]:
        return self._place_of(self.own.subscribe.url)

    def _place_of(self, url: str) -> tuple[str, int]:
        filled = self.filled(url)
        parts = urlsplit(filled)
        return str(parts.hostname), port_of(filled)

    def filled(self, text: str) -> str:
        """A text of the description, as it is for this client now."""
        session = self.session
        values = {
            HOST: session.host,
            PORT: str(session.port),
            CLIENT: str(self.number),
            AFTER: self.after,
        }
        return fill(text, values | self.replied | self.secrets)

    def own_headers(self) -> dict[str, str]:
        """The description's headers, without those that speak of a reply before there is one."""
        return {
            name: self.filled(text)
            for name, text in self.own.subscribe.headers.items()
            if all(one in self.replied for one in placeholders(text) if one.startswith(REPLY))
        }

    def get(self, url: str, **further: str) -> bytes:
        """The bytes of a GET of a URL, with the description's headers."""
        parts = urlsplit(self.filled(url))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": parts.netloc, "Accept": "*/*", **further, **self.own_headers()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()

    def understand(
        self, message: bytes, read_ns: int, sse_id: bytes = b"", sse_name: bytes = b""
    ) -> int:
        """Hand on the events of a message; how many there were.

        What cannot be read is a failure that says so: it must not look like a loss.
        """
        try:
            found = self.reader.read(message, sse_id, sse_name)
            for event in found:
                self.came(event, read_ns)
                self.after = event.after or str(self.seen)
        except ValueError as error:
            shown = message[:MOST_SHOWN].decode(errors="replace")
            unread = ValueError(f"{shown!r} is no event as [event] describes it ({error})")
            self.session.failed(unread, "message")
            return 0
        return len(found)

    def came(self, event: Found, read_ns: int) -> None:
        """An event came; sets `seen`.  ValueError where its payload is none."""
        self.deliver(event.payload, read_ns)

    def forget(self) -> None:
        super().forget()
        self.after = self.own.subscribe.first
        self.replied = {}


class DescribedStream(Described, StreamListener):
    """An EventSource at a described server."""

    abstract = True

    def request(self, last_id: bytes) -> bytes:
        further = {"Accept": "text/event-stream"}
        if last_id:
            further["Last-Event-ID"] = last_id.decode(errors="replace")
        return self.get(self.own.subscribe.url, **further)

    def on_part(self, part: bytes, read_ns: int) -> None:
        event: StreamEvent
        for event in self.parser.feed(part):
            self.understand(event.data, read_ns, event.id, event.type)


class DescribedSocket(Described, SocketListener):
    """A WebSocket to a described server."""

    abstract = True

    def url(self) -> str:
        return self.filled(self.own.subscribe.url)

    def headers(self) -> dict[str, str]:
        return self.own_headers()

    def greet(self, socket: WebSocket) -> None:
        if self.own.subscribe.say:
            socket.send_text(self.filled(self.own.subscribe.say).encode())

    def sink(self) -> Sink:
        return self.on_message

    def on_message(self, message: bytes, read_ns: int) -> None:
        self.understand(message, read_ns)


class HeaderedConnection(Http1Connection):
    """As every connection, but it keeps the latest reply's headers, by name in small letters."""

    replied: dict[str, str]

    def on_message_begin(self) -> None:
        self.replied = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        self.replied[name.decode("latin-1").lower()] = value.decode("latin-1")


class DescribedPolls(Described, PollingListener):
    """Polls of a described server; `asks_at_once` where it holds a request until there is news."""

    abstract = True
    asks_at_once = False
    first: asyncio.Future[Reply] | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        texts = self.own.subscribe.headers.values()
        self.wanted = [
            name for text in texts for name in placeholders(text) if name.startswith(REPLY)
        ]

    async def opened(self) -> Http1Connection:
        session = self.session
        kind = HeaderedConnection if self.wanted else Http1Connection
        return await kind.open(session.engine, *self.place, session.wire, self.tls)

    async def connect(self) -> None:
        self.connection = await self.opened()
        subscribe = self.own.subscribe
        if subscribe.position and self.seen < 0:
            reply = await self.connection.request(self.get(subscribe.position))
            self.check_position(reply)
            self.after = reply.body.decode(errors="replace").strip()
        elif self.asks_at_once:
            # That a request is held nobody says: it is, if it is not answered for a while.
            now = now_ns()
            self.first = asyncio.ensure_future(self._ask(now, now))
            await asyncio.wait([self.first], timeout=subscribe.ready)
            if self.first.done():
                self.first.result()

    async def poll(self, intended_ns: int, sent_ns: int) -> Reply:
        first, self.first = self.first, None
        return await (first or self._ask(intended_ns, sent_ns))

    async def _ask(self, intended_ns: int, sent_ns: int) -> Reply:
        if self.connection is not None and self.connection.closed:
            self.connection = await self.opened()  # the server ends connections now and then
        reply = await super().poll(intended_ns, sent_ns)
        held_ns = reply.done_ns - sent_ns
        if self.asks_at_once and self.outcome_of(reply) == EMPTY and held_ns < SOON_NS:
            # Asked again at once, over and over, it would only be flooded.
            raise ConnectionError(
                f"HTTP {reply.status} with nothing new after {held_ns / 1e6:.1f} ms: it holds no "
                "requests; measure it as short polling"
            )
        return reply

    def question(self) -> bytes:
        return self.get(self.own.subscribe.url)

    def outcome_of(self, reply: Reply) -> int:
        if reply.status in self.own.subscribe.empty:
            return EMPTY
        if reply.status >= 400:
            return FAILED
        return OK if reply.body else EMPTY

    def take(self, reply: Reply) -> None:
        self._keep_headers()
        self.understand(reply.body, reply.done_ns)

    def _keep_headers(self) -> None:
        """What the next request is to say of this reply."""
        if isinstance(self.connection, HeaderedConnection):
            found = self.connection.replied
            for name in self.wanted:
                if (value := found.get(name.removeprefix(REPLY).lower())) is not None:
                    self.replied[name] = value

    async def close(self) -> None:
        first, self.first = self.first, None
        if first is not None:
            first.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await first
        await super().close()
