"""What all upload servers have in common: the store, its look-ups, and work that is finished.

    GET    /stored/ID     size and SHA-256 of a complete file, read back from the disk
    DELETE /stored/ID     forget it

A request that stores goes on to its end where its connection is lost: it keeps what came,
or removes it.  Who asks for the same file meanwhile waits, and then sees what there is.
Knows no pattern; a pattern adds the requests that bring bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError

from targets._web import WebTarget
from targets.upload._store import IDENTIFIER, Store

LOST = (ConnectionError, ClientError, HttpProcessingError, EOFError)
"""What reading a body raises when its connection is lost."""

FEWEST_SWEEPS_S = 60.0
INSUFFICIENT_STORAGE = 507


class NoRoom(web.HTTPException):
    """The disk has not that much room (RFC 4918, 11.5)."""

    status_code = INSUFFICIENT_STORAGE


class UploadServer(WebTarget):
    """Keeps files in its folder; a pattern says how they come."""

    async def start(self, port: int) -> int:
        self.store = Store(self.data)
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._under_way: set[asyncio.Task[Any]] = set()
        self._sweeping = asyncio.create_task(self._sweep())
        self.recover()
        return await super().start(port)

    def recover(self) -> None:
        """What a pattern does with what a dead server left, before anybody asks."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/stored/{id}", self._stored),
            web.delete("/stored/{id}", self._forget),
            *self.own_routes(),
        ]

    def own_routes(self) -> list[web.RouteDef]:
        """The requests by which a pattern's files come."""
        raise NotImplementedError

    # --- what patterns use -------------------------------------------------------------------

    def identifier(self, request: web.Request) -> str:
        """The file's identifier in the path; 404 where it is none."""
        name = request.match_info["id"]
        if not IDENTIFIER.fullmatch(name):
            raise web.HTTPNotFound(text=f"id={name[:80]}: write 1 to 64 letters and digits\n")
        return name

    def check_room(self, size: int) -> None:
        """507 where the disk has not that much room."""
        if size > (free := self.store.free_bytes):
            raise NoRoom(text=f"size={size}: the disk has {free} bytes free; send a smaller file\n")

    async def to_its_end(self, work: Coroutine[Any, Any, web.Response]) -> web.Response:
        """The response; the work goes on where the request is cancelled meanwhile."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # where the connection is lost nobody else asks

    @contextlib.asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """One at a time for each file."""
        lock, waiting = self._locks.get(name, (asyncio.Lock(), 0))
        self._locks[name] = lock, waiting + 1
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks.pop(name)
            if waiting > 1:
                self._locks[name] = lock, waiting - 1

    async def receive(self, request: web.Request, descriptor: int, at: int, most: int) -> int:
        """Write a body to a file from offset `at`; how many bytes have come, all or not.

        413 where it has more than `most`.
        """
        came = 0
        with contextlib.suppress(*LOST):
            async for data in request.content.iter_any():
                if came + len(data) > most:
                    raise web.HTTPRequestEntityTooLarge(most, came + len(data))
                _write(descriptor, data, at + came)
                came += len(data)
        return came

    async def finish(self, part: Path, name: str) -> None:
        """Store a complete part."""
        await asyncio.to_thread(self.store.finish, part, name)

    async def respond(self, response: web.Response) -> web.Response:
        """The response, after the time that the server is meant to take for it."""
        if self.load.own.server_time_s:
            await asyncio.sleep(self.load.own.server_time_s)
        return response

    # --- what every server does -----------------------------------------------------------

    async def _stored(self, request: web.Request) -> web.Response:
        name = self.identifier(request)
        async with self.alone(name):
            if not self.store.is_stored(name):
                raise web.HTTPNotFound(text=f"id={name}: no complete file has it\n")
            size, digest = await asyncio.to_thread(self.store.digest, name)
        return web.Response(text=f"{size} {digest}")

    async def _forget(self, request: web.Request) -> web.Response:
        name = self.identifier(request)
        async with self.alone(name):
            self.store.remove(name)
        return web.Response(status=204)

    async def _sweep(self) -> None:
        """Remove uploads that nobody finishes."""
        expiry_s = self.load.own.expiry_s
        while True:
            await asyncio.sleep(min(FEWEST_SWEEPS_S, expiry_s / 4))
            self.store.expire(time.time() - expiry_s)

    async def stop(self) -> None:
        self._sweeping.cancel()
        for task in self._under_way:
            task.cancel()


def _write(descriptor: int, data: bytes, at: int) -> None:
    """All of the data; the kernel may take it in pieces."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, at)
        view, at = view[written:], at + written
