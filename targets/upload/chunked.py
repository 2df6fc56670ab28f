"""The file comes in numbered chunks, each a request; a chunk that is cut is sent again."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from targets._web import whole_number
from targets.upload._relay import RelayTarget
from targets.upload._server import UploadServer

TITLE = "chunked"
EXAMPLE = "curl -i -T FILE 'http://{host}:{port}/files/abc/0?chunk=1000000&size=SIZE'"
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "relay", "role": "relay", "entrance": True},
)
MOST_CHUNKS = 10_000
THERE = b"1"


@dataclass(frozen=True)
class Chunks:
    """A file of `size` bytes in `count` chunks of `chunk` bytes; the last has what is left."""

    size: int
    chunk: int

    @property
    def count(self) -> int:
        return -(-self.size // self.chunk)

    def length(self, number: int) -> int:
        """Of one chunk."""
        return min(self.chunk, self.size - number * self.chunk)


class Server(UploadServer):
    """PUT /files/ID/N stores chunk N, all of it or nothing; GET /files/ID says which are there."""

    def own_routes(self) -> list[web.RouteDef]:
        return [
            web.get("/files/{id}", self.which),
            web.put("/files/{id}/{number}", self.put),
        ]

    async def which(self, request: web.Request) -> web.Response:
        """A 1 for each chunk that is stored, in their order; 404 where none is."""
        name = self.identifier(request)
        async with self.alone(name):
            try:
                return web.Response(body=self.store.part(f"{name}.chunks").read_bytes())
            except FileNotFoundError:
                raise web.HTTPNotFound(text=f"id={name}: no chunk of it is here\n") from None

    async def put(self, request: web.Request) -> web.Response:
        name, number, chunks = self.identifier(request), *self._asked(request)
        if request.content_length != (wanted := chunks.length(number)):
            raise web.HTTPBadRequest(
                text=f"Content-Length={request.content_length}: chunk {number} has {wanted}\n"
            )
        self.check_room(wanted)
        return await self.to_its_end(self._take(request, name, number, chunks))

    def _asked(self, request: web.Request) -> tuple[int, Chunks]:
        """Number and size of the chunk that comes; 400 where they do not fit the file."""
        chunks = Chunks(whole_number(request, "size"), whole_number(request, "chunk"))
        if chunks.size < 1 or chunks.chunk < 1:
            raise web.HTTPBadRequest(text="size and chunk must be at least 1\n")
        if chunks.count > MOST_CHUNKS:
            raise web.HTTPBadRequest(
                text=f"chunk={chunks.chunk}: {chunks.count} chunks; {MOST_CHUNKS} are the most, "
                "use larger ones\n"
            )
        text = request.match_info["number"]
        if not text.isdecimal() or int(text) >= chunks.count:
            raise web.HTTPNotFound(text=f"chunk {text}: the file has {chunks.count}, from 0\n")
        return int(text), chunks

    def _new_marks(self, marks: Path, chunks: Chunks) -> bytes:
        """The marks of a file of which nothing is there; whole from the beginning."""
        none, fresh = b"0" * chunks.count, marks.with_suffix(".fresh")
        fresh.write_bytes(none)
        fresh.replace(marks)
        return none

    async def _take(
        self, request: web.Request, name: str, number: int, chunks: Chunks
    ) -> web.Response:
        async with self.alone(name):
            if self.store.is_stored(name):
                return web.Response(status=201)
            part, marks = self.store.part(f"{name}.part"), self.store.part(f"{name}.chunks")
            known = marks.read_bytes() if marks.exists() else self._new_marks(marks, chunks)
            if len(known) != chunks.count:
                return web.Response(status=409, text=f"id={name}: it has {len(known)} chunks\n")
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                length = chunks.length(number)
                if await self.receive(request, descriptor, number * chunks.chunk, length) < length:
                    return web.Response(status=400, text="the body ended before its length\n")
                # It counts as here only once it is on the disk.
                await asyncio.to_thread(os.fsync, descriptor)
            finally:
                os.close(descriptor)
            known = known[:number] + THERE + known[number + 1 :]
            _mark(marks, number)
            if known == THERE * chunks.count:
                await self.finish(part, name)
                marks.unlink()
        return await self.respond(web.Response(status=201 if self.store.is_stored(name) else 204))


def _mark(marks: Path, number: int) -> None:
    """Note that a chunk is there: one byte, so that whoever dies here leaves the others as they
    were."""
    descriptor = os.open(marks, os.O_WRONLY)
    try:
        os.pwrite(descriptor, THERE, number)
    finally:
        os.close(descriptor)


class Relay(RelayTarget):
    """Cuts connections between the clients and the server."""
