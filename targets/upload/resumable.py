"""tus 1.0: the client asks how much has come and goes on at that byte."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from targets.upload import _tus as tus
from targets.upload._relay import RelayTarget
from targets.upload._server import UploadServer
from targets.upload._tus import Upload

TITLE = "resumable (tus)"
EXAMPLE = (
    "curl -i -X POST -H 'Tus-Resumable: 1.0.0' -H 'Upload-Length: 3' 'http://{host}:{port}/files'"
)
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "relay", "role": "relay", "entrance": True},
)

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Server(UploadServer):
    """POST /files creates an upload, HEAD tells its offset, PATCH goes on, DELETE ends it."""

    def recover(self) -> None:
        """Finish what had come in full when its server died."""
        for info in self.store.incoming.glob("*.info"):
            part = info.with_suffix(".part")
            wanted = Upload.from_json(info.read_text()).length
            if part.exists() and part.stat().st_size == wanted:
                self.store.finish(part, info.stem)

    def own_routes(self) -> list[web.RouteDef]:
        return [
            web.options("/files", self.options),
            web.options("/files/{id}", self.options),
            web.post("/files", _refusing(self.create)),
            web.head("/files/{id}", _refusing(self.head)),
            web.patch("/files/{id}", _refusing(self.patch)),
            # A client that may send no PATCH says so in a header.
            web.post("/files/{id}", _refusing(self.patch)),
            web.delete("/files/{id}", _refusing(self.terminate)),
        ]

    async def options(self, _: web.Request) -> web.Response:
        """What this server can do; a request for it names no version."""
        return web.Response(status=204, headers=tus.about_server(self.store.free_bytes))

    async def create(self, request: web.Request) -> web.Response:
        wanted = tus.creation(request.headers)
        if wanted.length > (free := self.store.free_bytes):
            raise tus.Refusal(413, f"Upload-Length={wanted.length}: the disk has {free} bytes free")
        name = secrets.token_hex(16)
        self.store.part(f"{name}.part").touch()
        fresh = self.store.part(f"{name}.fresh")
        fresh.write_text(wanted.to_json())
        fresh.replace(self.store.part(f"{name}.info"))  # whole, or not there
        if not wanted.length:
            await self._complete(name)
        url = request.url.with_path(f"/files/{name}").with_query(None)
        headers = tus.about_upload(0, self._expires_s()) | {"Location": str(url)}
        return web.Response(status=201, headers=headers)

    async def head(self, request: web.Request) -> web.Response:
        name = self.identifier(request)
        async with self.alone(name):
            there, upload = self._known(name)
        headers = tus.about_upload(there, self._expires_s())
        headers |= {"Upload-Length": str(upload.length), "Cache-Control": "no-store"}
        if upload.metadata:
            headers["Upload-Metadata"] = upload.metadata
        return web.Response(headers=headers)

    async def patch(self, request: web.Request) -> web.Response:
        if request.method == "POST" and request.headers.get("X-HTTP-Method-Override") != "PATCH":
            raise tus.Refusal(405, "POST: creates uploads at /files")
        return await self.to_its_end(self._append(request, self.identifier(request)))

    async def _append(self, request: web.Request, name: str) -> web.Response:
        """What comes is kept, however the request ends."""
        async with self.alone(name):
            there, upload = self._known(name)
            at = tus.offset(request.headers, there)
            most = upload.length - at
            if (request.content_length or 0) > most:
                raise tus.Refusal(413, f"Content-Length={request.content_length}: {most} are left")
            if most:
                descriptor = os.open(self.store.part(f"{name}.part"), os.O_WRONLY)
                try:
                    there += await self.receive(request, descriptor, at, most)
                finally:
                    os.close(descriptor)
                if there == upload.length:
                    await self._complete(name)
        headers = tus.about_upload(there, self._expires_s())
        return await self.respond(web.Response(status=204, headers=headers))

    async def terminate(self, request: web.Request) -> web.Response:
        name = self.identifier(request)
        async with self.alone(name):
            self._known(name)
            self.store.remove(name)
        return web.Response(status=204, headers={"Tus-Resumable": tus.VERSION})

    # --- what is on the disk ----------------------------------------------------------------

    def _known(self, name: str) -> tuple[int, Upload]:
        """How many bytes of an upload are here, and what it is to be; 404 where it is unknown."""
        info, part = self.store.part(f"{name}.info"), self.store.part(f"{name}.part")
        try:
            upload = Upload.from_json(info.read_text())
        except FileNotFoundError:
            raise tus.Refusal(404, f"id={name}: no such upload, or it has expired") from None
        if self.store.is_stored(name):
            return upload.length, upload
        return part.stat().st_size, upload

    async def _complete(self, name: str) -> None:
        await self.finish(self.store.part(f"{name}.part"), name)

    def _expires_s(self) -> float:
        return time.time() + float(self.load.own.expiry_s)


def _refusing(handler: Handler) -> Handler:
    """The handler with the version checked, and refusals as replies that tus wants."""

    async def handle(request: web.Request) -> web.Response:
        try:
            tus.check_version(request.headers)
            return await handler(request)
        except tus.Refusal as refusal:
            headers = {"Tus-Resumable": tus.VERSION, "Tus-Version": tus.VERSION}
            text = f"{refusal.text}\n"
            return web.Response(status=refusal.status, headers=headers, text=text)

    return handle


class Relay(RelayTarget):
    """Cuts connections between the clients and the server."""
