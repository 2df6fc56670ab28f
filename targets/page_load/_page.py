"""The application behind every page_load pattern: resources, each after a delay, and streams.

One aiohttp application for all; the protocol is spoken by Envoy before it, so
that patterns differ in nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping, Sequence

from aiohttp import web

from bench.clock import Alarm, now_ns
from bench.model.proxy import Proxy
from targets._proxies import three_ways
from targets._web import WebTarget, whole_number

MOST_BYTES = 100_000_000
STREAM_SECONDS = 1.0


class PageTarget(WebTarget):
    """GET /resource?bytes=n answers after the load's server delay; GET /stream never ends."""

    more_headers: Mapping[str, str] = {}

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.alarm: Alarm | None = None
        self._delay_ns = round(self.load.own.server_delay_s * 1e9)
        # Random, so that nothing on the way could shrink it.
        self._filling = memoryview(os.urandom(1 << 16) * 2)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/resource", self.resource), web.get("/stream", self.stream)]

    def proxies(self) -> Sequence[Proxy]:
        return [three_ways(self.load.own.max_streams)]

    async def start(self, port: int) -> int:
        self.alarm = Alarm(asyncio.get_running_loop())
        return await super().start(port)

    async def resource(self, request: web.Request) -> web.StreamResponse:
        due_ns = now_ns() + self._delay_ns
        size = whole_number(request, "bytes")
        if not 0 <= size <= MOST_BYTES:
            raise web.HTTPBadRequest(text=f"bytes={size}: 0 to {MOST_BYTES}\n")
        assert self.alarm is not None
        if self._delay_ns:
            await self.alarm.until(due_ns)
        if size <= len(self._filling):
            return web.Response(body=bytes(self._filling[:size]), headers=self.more_headers)
        headers = {**self.more_headers, "Content-Length": str(size)}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        while size:
            part = self._filling[: min(size, len(self._filling))]
            await response.write(part)
            size -= len(part)
        return response

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Events without end, as a page holds one open to be told of news."""
        headers = {**self.more_headers, "Content-Type": "text/event-stream"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b"data: news\n\n")
                await asyncio.sleep(STREAM_SECONDS)
        return response
