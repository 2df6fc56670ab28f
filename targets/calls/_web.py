"""Calls over HTTP/1.1 with aiohttp at both ends: what JSON, SOAP and GraphQL share.

Knows no format.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import aiohttp
from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

from targets._web import WebTarget
from targets.calls import _order
from targets.calls._caller import CallerTarget
from targets.calls._messages import MessageTime

KEEP_S = 3600.0
"""Connections stay, as those of the other patterns do."""

Reply = tuple[int, bytes]
"""An HTTP status and a body."""


class WebServer(WebTarget):
    """Answers with one order."""

    content_type = "application/json"

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.order = {"lines": _order.lines(self.load.own.lines)}
        self.messages = MessageTime()
        self.facts["server library"] = f"aiohttp {aiohttp.__version__}"

    def replied(self, reply: Reply) -> web.Response:
        status, body = reply
        self.messages.calls += 1
        return web.Response(status=status, body=body, content_type=self.content_type)

    def counts(self) -> dict[str, float]:
        return self.messages.counts("server")


class WebCaller(CallerTarget):
    """One aiohttp session; it opens a connection for each call under way, and keeps it."""

    session: ClientSession | None = None
    request_headers: ClassVar[Mapping[str, str]] = {}

    async def open(self, host: str, port: int) -> None:
        self.session = ClientSession(
            f"http://{host}:{port}",
            connector=TCPConnector(limit=0, keepalive_timeout=KEEP_S),
            timeout=ClientTimeout(total=None),
            headers=self.request_headers,
        )
        self.facts["client library"] = f"aiohttp {aiohttp.__version__}"

    async def fetch(self, path: str, body: bytes | None = None) -> bytes:
        """GET, or POST where there is a body; ConnectionError where it is not answered with 200."""
        assert self.session is not None
        method = "GET" if body is None else "POST"
        try:
            async with self.session.request(method, path, data=body) as reply:
                found = await reply.read()
        except aiohttp.ClientError as error:
            raise ConnectionError(f"{type(error).__name__}: {error}") from None
        if reply.status != 200:
            raise ConnectionError(f"HTTP {reply.status}: {found[:200].decode(errors='replace')}")
        return found

    async def stop(self) -> None:
        if self.session is not None:
            await self.session.close()
