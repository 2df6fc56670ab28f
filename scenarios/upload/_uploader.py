"""What every client does: upload file after file, and after each cut go on as its pattern can.

A file counts only if what the server stored, read back from its disk, has the SHA-256 of what
was sent.  Knows nothing of how a pattern sends: a pattern writes `held` and `go_on`.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Any

from bench.clock import now_ns
from bench.load.clients.http1 import ProtocolError, Reply
from bench.load.working import WorkingClient, WorkItem
from bench.model.samples import OK
from scenarios.upload._connection import UploadConnection
from scenarios.upload._file import File

SAMPLE_NS = 10_000_000
PAUSE_S = 0.02
"""Before the next try where a connection was lost before it brought a reply."""

FOUND, MISSING = 200, 404
UNAVAILABLE = (502, 503, 504)


class Refused(OSError):
    """The server gave another answer than the upload needs."""


class Unavailable(ConnectionError):
    """A proxy says that its server is not there; it may come back."""


class Damaged(OSError):
    """What is stored is not what was sent."""


class Uploader(WorkingClient):
    """One file at a time, over a connection that is opened again whenever it is lost."""

    abstract = True
    experiment = "upload"
    connection: UploadConnection | None = None
    file: File

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        code = self.session.recorder.code
        self._send, self._cut, self._under_way = code("send"), code("cut"), code("under_way")
        self._lost: tuple[int, int, int] | None = None
        self.held_bytes = 0
        """How much of the file the server has, as far as it is known."""

    # --- what a pattern writes ---------------------------------------------------------------

    async def held(self) -> int:
        """Ask the server how much of the file it has."""
        raise NotImplementedError

    async def go_on(self, item: WorkItem) -> None:
        """Send what the server has not; return when it has all."""
        raise NotImplementedError

    # --- one file ------------------------------------------------------------------------------

    async def prepare(self) -> None:
        """The next file, known before it is sent."""
        self.name = secrets.token_hex(12)
        self.file = File(self.name, self.session.load.own.file_size_bytes)
        loop = asyncio.get_running_loop()
        self.digest = await loop.run_in_executor(None, self.file.digest)
        self.held_bytes = 0
        self.begin()

    def begin(self) -> None:
        """A new file; a pattern forgets what it knew of the one before."""

    async def work(self, item: WorkItem) -> None:
        item.sent_ns = now_ns()
        try:
            await self._upload(item)
        finally:
            self._settle(item, self.held_bytes)
        item.done_ns = now_ns()
        await self.verify()

    async def _upload(self, item: WorkItem) -> None:
        """Until all is there: after each cut ask what is, and go on."""
        is_known = True
        while True:
            async with self.again():
                await self.reach()
                if not is_known:
                    self._settle(item, await self.held())
                    is_known = True
                if self.held_bytes < self.file.size:
                    is_known = False
                    await self.go_on(item)
                item.bytes_down = self.file.size
                return

    @contextlib.asynccontextmanager
    async def again(self) -> AsyncIterator[None]:
        """Lose a connection quietly; a pause where it was of no use."""
        try:
            yield
        except ProtocolError:
            raise
        except Unavailable:
            await asyncio.sleep(PAUSE_S)
        except ConnectionError:
            if self.connection is None or not self.connection.has_replied:
                await asyncio.sleep(PAUSE_S)

    async def reach(self) -> None:
        """Have a connection; ConnectionError where there is nobody."""
        if self.connection is None or self.connection.closed:
            self.connection = None
            send_buffer = self.session.load.own.send_buffer_bytes
            self.connection = await UploadConnection.reach(
                self.session.host, self.session.port, self.session.wire, send_buffer
            )

    async def ask(self, method: str, path: str, headers: str = "") -> Reply:
        """A request without a body, on the connection that there is."""
        assert self.connection is not None
        return await self.connection.ask(self.head(method, path, headers))

    async def send(
        self, item: WorkItem, method: str, path: str, start: int, end: int, headers: str = ""
    ) -> Reply:
        """A request whose body is a part of the file; one that is cut is recorded as such."""
        connection = self.connection
        assert connection is not None
        began_ns = now_ns()
        sampling = asyncio.create_task(self._sample(connection, began_ns))
        headers += f"Content-Length: {end - start}\r\n"
        try:
            reply = await connection.send(
                self.head(method, path, headers), self.file.read(start, end)
            )
        except ConnectionError:
            self._lost = began_ns, now_ns(), connection.body_sent
            raise
        finally:
            sampling.cancel()
        sent = connection.body_sent
        item.bytes_up = min(item.bytes_up + sent, 2**32 - 1)
        self.record(
            self._send,
            OK,
            self.number,
            item.sequence,
            began_ns,
            began_ns,
            reply.first_byte_ns,
            reply.done_ns,
            sent,
            end - start if reply.status < 300 else 0,
        )
        return reply

    def head(self, method: str, path: str, headers: str) -> bytes:
        """The beginning of a request."""
        return f"{method} {path} HTTP/1.1\r\nHost: {self.asked_host}\r\n{headers}\r\n".encode()

    @property
    def asked_host(self) -> str:
        """Who is asked, as a request says it."""
        return f"{self.session.host}:{self.session.port}"

    def _settle(self, item: WorkItem, held: int) -> None:
        """Record a cut, now that it is known what it left; `held` is what the server has."""
        if self._lost is not None:
            (began_ns, ended_ns, sent), self._lost = self._lost, None
            item.bytes_up = min(item.bytes_up + sent, 2**32 - 1)
            self.record(
                self._cut,
                OK,
                self.number,
                item.sequence,
                began_ns,
                began_ns,
                0,
                ended_ns,
                sent,
                max(0, held - self.held_bytes),
            )
        self.held_bytes = held

    async def _sample(self, connection: UploadConnection, began_ns: int) -> None:
        """Record what is under way, at regular instants while bytes are sent."""
        due_ns = began_ns
        while not connection.closed:
            due_ns += SAMPLE_NS
            await self.session.engine.alarm.until(due_ns)
            now, under_way = now_ns(), connection.under_way
            if under_way:
                self.record(
                    self._under_way,
                    OK,
                    self.number,
                    under_way,
                    due_ns,
                    now,
                    now,
                    now,
                    0,
                    0,
                )

    # --- what is stored --------------------------------------------------------------------------

    async def stored(self) -> bool:
        """Whether the server has the complete file; Damaged where it is another."""
        reply = await self.ask("GET", f"/stored/{self.name}")
        if reply.status == MISSING:
            return False
        expect(reply, FOUND)
        if reply.body.decode() != f"{self.file.size} {self.digest}":
            raise Damaged(f"stored {reply.body.decode()}, sent {self.file.size} {self.digest}")
        return True

    async def verify(self) -> None:
        """The stored file is what was sent; then it may go."""
        for method in ("GET", "DELETE"):
            is_done = False
            while not is_done:
                async with self.again():
                    await self.reach()
                    if method == "GET" and not await self.stored():
                        raise Damaged(f"file {self.name} is not there")
                    if method == "DELETE":
                        await self.ask("DELETE", f"/stored/{self.name}")
                    is_done = True

    def transports(self) -> Sequence[asyncio.Transport]:
        is_open = self.connection is not None and not self.connection.closed
        return [self.connection.transport] if is_open and self.connection else []

    async def close(self) -> None:
        if self.connection is not None:
            self.connection.close()


def expect(reply: Reply, *wanted: int) -> None:
    """Refused where a reply has another status; Unavailable where a server is not there."""
    if reply.status in UNAVAILABLE:
        raise Unavailable(f"HTTP {reply.status}")
    if reply.status not in wanted:
        words = reply.body.decode(errors="replace").strip()
        raise Refused(f"HTTP {reply.status}: {words}")
