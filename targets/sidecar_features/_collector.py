"""A collector of spans: OTLP over HTTP, written down as it comes.

    POST /v1/traces     an ExportTraceServiceRequest (opentelemetry-proto)

Each request is appended to a file, its length before it.  Knows nothing of what spans mean.
"""

from __future__ import annotations

import struct
from pathlib import Path

from aiohttp import web

from bench.model.messages import Address
from targets._web import WebTarget

SPANS = "spans"
LENGTH = struct.Struct("<I")


class CollectorTarget(WebTarget):
    """Its file is in its folder."""

    requests = 0

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/v1/traces", self.take)]

    async def start(self, port: int) -> int:
        self.data.mkdir(parents=True, exist_ok=True)
        self.file = (self.data / SPANS).open("ab", buffering=0)
        return await super().start(port)

    async def stop(self) -> None:
        self.file.close()

    def counts(self) -> dict[str, float]:
        return {"span_requests": float(self.requests)}

    def address(self, port: int) -> Address:
        return Address(self.host, port, more={"spans": str(self.data / SPANS)})

    async def take(self, request: web.Request) -> web.Response:
        content = await request.read()
        self.file.write(LENGTH.pack(len(content)) + content)
        self.requests += 1
        return web.Response(content_type="application/x-protobuf")


def requests_in(path: Path) -> list[bytes]:
    """The requests that a collector wrote down; one that is not whole yet is left out."""
    content = path.read_bytes()
    found, place = [], 0
    while place + LENGTH.size <= len(content):
        (length,) = LENGTH.unpack_from(content, place)
        place += LENGTH.size
        if place + length > len(content):
            break
        found.append(content[place : place + length])
        place += length
    return found
