"""One PUT request has the whole file; a connection that is lost loses all of it."""

from __future__ import annotations

import itertools
import os

from aiohttp import web

from targets.upload._relay import RelayTarget
from targets.upload._server import UploadServer

TITLE = "one request"
EXAMPLE = "curl -i -T FILE 'http://{host}:{port}/files/abc'"
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "relay", "role": "relay", "entrance": True},
)


class Server(UploadServer):
    """PUT /files/ID stores the file once all of it has come."""

    def recover(self) -> None:
        self._tries = itertools.count()
        for left in self.store.incoming.iterdir():  # nobody can go on with it
            left.unlink()

    def own_routes(self) -> list[web.RouteDef]:
        return [web.put("/files/{id}", self.put)]

    async def put(self, request: web.Request) -> web.Response:
        size = request.content_length
        if size is None:
            raise web.HTTPLengthRequired
        self.check_room(size)
        return await self.to_its_end(self._take(request, self.identifier(request), size))

    async def _take(self, request: web.Request, name: str, size: int) -> web.Response:
        async with self.alone(name):
            part = self.store.part(f"{name}.{next(self._tries)}")
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                if await self.receive(request, descriptor, 0, size) < size:
                    return web.Response(status=400, text="the body ended before its length\n")
                await self.finish(part, name)
            finally:
                os.close(descriptor)
                part.unlink(missing_ok=True)
        return await self.respond(web.Response(status=201))


class Relay(RelayTarget):
    """Cuts connections between the clients and the server."""
