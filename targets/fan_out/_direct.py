"""A publisher that calls every receiver itself: one HTTP request for each event and receiver.

A receiver tells the publisher where it listens.  What a receiver does not answer in time, or
refuses, is lost to it.
"""

from __future__ import annotations

import aiohttp
from aiohttp import web

from targets._web import WebTarget, whole_number
from targets.fan_out._publisher import PublishingTarget

LOST = (aiohttp.ClientError, OSError, TimeoutError)


class DirectTarget(PublishingTarget, WebTarget):
    """POST /receivers says where a receiver listens; each event is posted to all of them."""

    client: aiohttp.ClientSession | None = None

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)
        self.receivers: dict[int, str] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/receivers", self.add)]

    async def add(self, request: web.Request) -> web.Response:
        """A receiver says where it listens; one that says it again has moved."""
        host, port = request.query.get("host", ""), whole_number(request, "port")
        if not host or not 0 < port < 65_536:
            raise web.HTTPBadRequest(text="host and port are missing or no address\n")
        self.receivers[whole_number(request, "client")] = f"http://{host}:{port}/events"
        return web.Response(status=204)

    async def start(self, port: int) -> int:
        self.client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=3600),
            timeout=aiohttp.ClientTimeout(total=self.load.own.request_timeout_s),
        )
        return await super().start(port)

    async def stop(self) -> None:
        if self.client is not None:
            await self.client.close()

    async def post(self, url: str, body: bytes) -> None:
        """One event to one receiver; a failure is counted."""
        assert self.client is not None
        try:
            async with self.client.post(url, data=body) as reply:
                if reply.status >= 400:
                    raise ConnectionError(f"HTTP {reply.status} from {url}")
        except LOST as error:
            self.send_failed(error)
