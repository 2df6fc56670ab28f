"""The server in Python: an aiohttp application.

    GET /call/CLIENT/NUMBER     or PUT, POST: does it, and answers a while later
    GET /item/KEY               an answer that may be kept for a while (Cache-Control)

Knows nothing of proxies.  What is to be done once is done in Redis, so that it outlives the server.
"""

from __future__ import annotations

import asyncio
import json
import os

import redis.asyncio as redis
from aiohttp import web

from bench.clock import now_ns
from targets._web import WebTarget
from targets.sidecar_features._effects import Effects
from targets.sidecar_features._exporter import SpanExporter


class PythonServer(WebTarget):
    """One of the servers."""

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.served = self.broken = self.made = 0
        self.seen: set[tuple[str, int]] = set()
        self.exporter: SpanExporter | None = None

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/call/{client}/{number}", self.do),
            web.get("/item/{key}", self.item),
        ]

    async def start(self, port: int) -> int:
        own = self.load.own
        self.effects = Effects(str(self.services["redis"]["url"]), self.data.parent.name)
        self.text = "x" * (own.reply_bytes - 60)
        if own.server_spans == "on" and "collector" in self.parts:
            (collector,) = self.parts["collector"]
            self.exporter = SpanExporter(collector.host, collector.port)
        return await super().start(port)

    async def stop(self) -> None:
        if self.exporter is not None:
            await self.exporter.close()
        await self.effects.close()

    def counts(self) -> dict[str, float]:
        return {
            f"served.{self.number}": float(self.served),
            "broken": float(self.broken),
            "made": float(self.made),
        }

    async def do(self, request: web.Request) -> web.Response:
        """Do it; where its answer is to be lost, close the connection."""
        began_ns = now_ns()
        client, number = request.match_info["client"], int(request.match_info["number"])
        self.served += 1
        if request.method != "GET":
            try:
                await self.effects.have(request.method, f"{client}/{number}")
            except redis.RedisError as error:
                raise web.HTTPServiceUnavailable(text=f"Redis: {error}\n") from None
        await asyncio.sleep(self.load.own.work_time_s)
        if self.is_lost(client, number):
            self.broken += 1
            assert request.transport is not None
            request.transport.abort()
        if self.exporter is not None:
            self.exporter.add(request.headers.get("traceparent", ""), request.path, began_ns)
        return self.answer()

    def is_lost(self, client: str, number: int) -> bool:
        """Whether this answer is to be lost: that of the first attempt, at one of the servers."""
        every, backends = self.load.own.break_every, self.load.own.backends
        turn, rest = divmod(number + 1, every) if every else (0, 1)
        if rest or turn % backends != self.number:
            return False
        if (client, number) in self.seen:
            return False
        self.seen.add((client, number))
        return True

    async def item(self, _: web.Request) -> web.Response:
        """What may be kept."""
        self.served += 1
        self.made += 1
        response = self.answer()
        response.headers["Cache-Control"] = f"public, max-age={self.load.own.max_age_s:.0f}"
        return response

    def answer(self) -> web.Response:
        body = {"made_ns": now_ns(), "process": os.getpid(), "text": self.text}
        return web.Response(text=json.dumps(body), content_type="application/json")
