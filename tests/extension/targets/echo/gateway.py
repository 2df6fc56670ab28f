"""A gateway behind two proxies asks one of two workers, which looks into a store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp
from aiohttp import web

from bench.model.messages import Address
from bench.model.proxy import Listener, Proxy, Upstream
from targets._web import WebTarget

TITLE = "gateway"
REQUIRES = ("envoy", "beacon")
PARTS = (
    {"name": "store", "role": "store"},
    {"name": "worker", "role": "worker", "count": 2},
    {"name": "gateway", "role": "server"},
)


class Store(WebTarget):
    """GET /text answers with the text of the query."""

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/text", self.text)]

    async def text(self, request: web.Request) -> web.Response:
        return web.Response(text=request.query["text"])


class Asker(WebTarget):
    """Asks a part that was started before it."""

    session: aiohttp.ClientSession

    async def start(self, port: int) -> int:
        self.session = aiohttp.ClientSession()
        return await super().start(port)

    async def stop(self) -> None:
        await self.session.close()

    async def ask(self, address: Address, path: str, text: str) -> web.Response:
        url = f"http://{address.host}:{address.port}{path}"
        async with self.session.get(url, params={"text": text}) as reply:
            return web.Response(text=await reply.text(), status=reply.status)


class Worker(Asker):
    """GET /work waits and asks the store."""

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/work", self.work)]

    async def work(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.load.own.wait_s)
        return await self.ask(self.parts["store"][0], "/text", request.query["text"])


class Gateway(Asker):
    """GET /echo asks the workers in turn."""

    turn = 0

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/echo", self.echo)]

    def proxies(self) -> Sequence[Proxy]:
        return (
            Proxy("near", (Listener("http1"),), (Upstream("up", ("far.mesh",), protocol="http2"),)),
            Proxy("far", (Listener("mesh", ("http2",)),), (Upstream("up", ("gateway",)),)),
        )

    async def echo(self, request: web.Request) -> web.Response:
        assert self.services["beacon"]["port"]
        self.turn += 1
        workers = self.parts["worker"]
        return await self.ask(workers[self.turn % len(workers)], "/work", request.query["text"])
