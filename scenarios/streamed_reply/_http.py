"""A reader over HTTP: one connection, on which it asks for one reply at a time.

Knows nothing of what the body of a reply looks like.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Stream, Reply, get
from bench.load.wire import WireMeter
from bench.model.samples import FAILED, OK
from scenarios.streamed_reply._reader import Reader, Reading, Refused

Begin = Callable[[bytes], None]
Sink = Callable[[bytes, int], None]

MOST_WORDS = 500


class ReplyConnection(Http1Stream):
    """A connection whose replies end, each handed on in parts; tells when a reply was begun."""

    def __init__(self, wire: WireMeter | None = None) -> None:
        self._begin: Begin | None = None
        self.head_bytes = 0
        super().__init__(wire)

    async def reply(self, data: bytes, begin: Begin, sink: Sink) -> None:
        """Send a request; return when its reply has ended.  Refused where it is an error."""
        self._begin = begin
        self.head_bytes = 0
        words: list[bytes] = []

        def take(part: bytes, read_ns: int) -> None:
            if self._status() == 200:
                sink(part, read_ns)
            elif sum(map(len, words)) < MOST_WORDS:
                words.append(part)

        self._sink = take
        self._head = self._create_future()
        whole = self.request(data)
        whole.add_done_callback(_retrieve)
        status = await self._head
        await whole
        if status != 200:
            raise Refused(f"HTTP {status}: {b''.join(words).decode(errors='replace').strip()}")

    def data_received(self, data: bytes) -> None:
        if not self.head_bytes:
            self.head_bytes = data.find(b"\r\n\r\n") + 4
        super().data_received(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Before the body: when the reply was begun."""
        if name.lower() == b"x-begun" and self._begin is not None:
            self._begin(value)


def _retrieve(whole: asyncio.Future[Reply]) -> None:
    """The head tells of an error first; the whole has the same one."""
    if not whole.cancelled():
        whole.exception()


class HttpReader(Reader):
    """GET /reply, and its body as it comes."""

    abstract = True
    connection: ReplyConnection | None = None
    accept = ""

    def parser(self, reading: Reading) -> Sink:
        """What takes the parts of a body and has the reading take the text in them."""
        raise NotImplementedError

    async def open(self) -> None:
        if self.connection is None or self.connection.closed:
            session = self.session
            self.connection = await ReplyConnection.open(session.engine, *self.place, session.wire)

    def hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()

    async def read(self, reading: Reading) -> None:
        connection = self.connection
        assert connection is not None
        pieces = self.session.load.own.pieces
        headers = f"Accept: {self.accept}\r\n" if self.accept else ""
        data = get(f"/reply?pieces={pieces}", *self.place, headers)
        sent_ns, outcome = now_ns(), FAILED
        try:
            await connection.reply(data, reading.begin, self.parser(reading))
            outcome = OK
        except BaseException as error:
            outcome = self.outcome_of(error)
            raise
        finally:
            now = now_ns()
            times = (sent_ns, sent_ns, reading.item.first_byte_ns, now)
            self.record_request(reading.item, outcome, times, len(data), connection.head_bytes)

    def transports(self) -> Sequence[asyncio.Transport]:
        one = self.connection
        return [one.transport] if one is not None and not one.closed else []
