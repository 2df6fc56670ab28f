"""The backend of all patterns of `proxies`: one application on one server, both protocols.

HTTP/1.1 and cleartext HTTP/2 (prior knowledge) come to the same port; the server tells
them apart by the first bytes.  Why granian, see docs/decisions/0017-proxy-backend.md.
Knows nothing of what stands before it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

from granian.constants import Interfaces
from granian.http import HTTP1Settings, HTTP2Settings
from granian.server.embed import Server
from hypercorn.asyncio import serve
from hypercorn.config import Config

from bench.clock import Alarm, now_ns
from targets._starting import free_port, runs, until_it_accepts
from targets._target import BACKLOG, BaseTarget

FOREVER_S = 86_400
"""Servers end idle connections and slow headers after seconds; nothing is to end here."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Application:
    """Answers every request with the same bytes, after a wait where the load asks for one."""

    def __init__(self, response_bytes: int, wait_s: float) -> None:
        self._body = {"type": "http.response.body", "body": b"x" * response_bytes}
        self._head = {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"text/plain"),
                (b"content-length", str(response_bytes).encode()),
            ],
        }
        self._wait_ns = int(wait_s * 1e9)
        self._alarm = Alarm(asyncio.get_running_loop()) if wait_s else None
        self.requests = 0
        self._peers: set[Any] = set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._lifespan(receive, send)
            return
        self.requests += 1
        self._peers.add(scope["client"])
        if self._alarm is not None:
            await self._alarm.until(now_ns() + self._wait_ns)
        await send(self._head)
        await send(self._body)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    def peers(self) -> int:
        """From how many connections requests came since this was asked last."""
        count = len(self._peers)
        self._peers.clear()
        return count


class QueryTarget(BaseTarget):
    """The application on granian or hypercorn, in this process."""

    _end: Callable[[], None] | None = None
    _task: asyncio.Task[None] | None = None

    async def start(self, port: int) -> int:
        self.app = Application(self.load.own.response_bytes, self.load.own.app_wait_s)
        port = port or free_port(self.host)
        run = self._granian if self.load.own.server == "granian" else self._hypercorn
        self._task = asyncio.create_task(run(port))
        await until_it_accepts(self.host, port, partial(runs, self._task))
        return port

    async def stop(self) -> None:
        if self._task is None or self._end is None:
            return
        # Nothing is measured any more; hypercorn has each connection that it cancels complain.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        self._end()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._task), 1.0)

    def counts(self) -> dict[str, float]:
        """The server's own count, beside what a proxy says of itself."""
        return {
            "server.requests": self.app.requests,
            "server.connections_used": self.app.peers(),
        }

    # --- the two servers --------------------------------------------------------------

    async def _granian(self, port: int) -> None:
        server = Server(
            self.app,
            address=self.host,
            port=port,
            interface=Interfaces.ASGINL,
            backlog=BACKLOG,
            websockets=False,
            http1_settings=HTTP1Settings(header_read_timeout=FOREVER_S * 1000),
            http2_settings=HTTP2Settings(max_concurrent_streams=self.load.own.streams),
            log_enabled=False,
        )
        self._end = server.stop
        await server.serve()

    async def _hypercorn(self, port: int) -> None:
        config = Config()
        config.bind = [f"{self.host}:{port}"]
        config.backlog = BACKLOG
        config.accesslog = config.errorlog = None
        config.keep_alive_timeout = FOREVER_S
        # It ends a connection after 1,000 requests otherwise.
        config.keep_alive_max_requests = 10**12
        config.h2_max_concurrent_streams = self.load.own.streams
        config.graceful_timeout = 0
        ended = asyncio.Event()
        self._end = ended.set
        await serve(self.app, config, shutdown_trigger=ended.wait)  # type: ignore[arg-type]
