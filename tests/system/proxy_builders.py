"""Shared by the tests of proxies: servers behind, clients before, and proxies between."""

from __future__ import annotations

import asyncio
import contextlib
import io
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pycurl
from aiohttp import web
from hypercorn.asyncio import serve
from hypercorn.config import Config as HypercornConfig
from system_builders import until

from bench.lab.proxies.proxyset import ProxySet
from bench.lab.side import LOOPBACK, ON_LOOPBACK
from bench.model.proxy import (
    Endpoint,
    Listener,
    Proxy,
    Upstream,
)

HOST = LOOPBACK.host
SECONDS = 10

HTTP1 = pycurl.CURL_HTTP_VERSION_1_1
HTTP2 = pycurl.CURL_HTTP_VERSION_2TLS
HTTP2_CLEARTEXT = pycurl.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
HTTP3 = pycurl.CURL_HTTP_VERSION_3ONLY


class Origin:
    """The server behind, on a thread: it answers when `together` requests are there at once."""

    def __init__(self, together: int) -> None:
        self.port = LOOPBACK.free_port()
        self.together = together
        self.most_at_once = 0
        self.present = 0

    def begin(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.end = asyncio.Event()
        self.barrier = asyncio.Barrier(self.together)

    async def answer(self) -> None:
        self.present += 1
        self.most_at_once = max(self.most_at_once, self.present)
        async with asyncio.timeout(SECONDS):
            await self.barrier.wait()
        # Whoever else was let through arrives meanwhile.
        await asyncio.sleep(0.02)
        self.present -= 1


async def by_aiohttp(origin: Origin) -> None:
    async def handle(request: web.Request) -> web.Response:
        await origin.answer()
        return web.Response(text="hello")

    origin.begin()
    app = web.Application()
    app.router.add_get("/", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, origin.port).start()
    await origin.end.wait()
    await runner.cleanup()


async def by_hypercorn(origin: Origin) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await origin.answer()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"hello"})

    origin.begin()
    config = HypercornConfig()
    config.bind = [f"{HOST}:{origin.port}"]
    config.graceful_timeout = 0
    config.errorlog = None
    await serve(app, config, shutdown_trigger=origin.end.wait, mode="asgi")


@contextlib.contextmanager
def serving(
    server: Callable[[Origin], Coroutine[Any, Any, None]], together: int = 1
) -> Iterator[Origin]:
    origin = Origin(together)
    thread = threading.Thread(target=lambda: asyncio.run(server(origin)))
    thread.start()
    try:
        until(lambda: LOOPBACK.accepts(origin.port), SECONDS, "the server listens")
        yield origin
    finally:
        origin.loop.call_soon_threadsafe(origin.end.set)
        thread.join(SECONDS)
        assert not thread.is_alive()


class Client:
    """Requests over at most `connections`, which stay open between fetches."""

    def __init__(self, connections: int, ca: Path | None = None) -> None:
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, connections)
        self._options = {
            pycurl.TIMEOUT: SECONDS,
            # Wait for the first one's connection instead of opening another.
            pycurl.PIPEWAIT: int(connections == 1),
            **({} if ca is None else {pycurl.CAINFO: str(ca)}),
        }

    def fetch(self, url: str, version: int, count: int = 1) -> list[tuple[int, int, bytes]]:
        """Status, HTTP version and body of `count` requests at once."""
        requests = [(pycurl.Curl(), io.BytesIO()) for _ in range(count)]
        for curl, body in requests:
            own = {pycurl.URL: url, pycurl.HTTP_VERSION: version, pycurl.WRITEDATA: body}
            for option, value in {**self._options, **own}.items():
                curl.setopt(option, value)
            self._multi.add_handle(curl)
        active = count
        while active:
            self._multi.select(0.1)
            _, active = self._multi.perform()
        answers = []
        for curl, body in requests:
            facts = (curl.getinfo(pycurl.RESPONSE_CODE), curl.getinfo(pycurl.INFO_HTTP_VERSION))
            answers.append((*facts, body.getvalue()))
            self._multi.remove_handle(curl)
            curl.close()
        return answers

    def close(self) -> None:
        self._multi.close()


def fetch(
    url: str, version: int, count: int = 1, connections: int = 1, ca: Path | None = None
) -> list[tuple[int, int, bytes]]:
    """What a client of its own gets."""
    with contextlib.closing(Client(connections, ca)) as client:
        return client.fetch(url, version, count)


@contextlib.contextmanager
def proxying(*proxies: Proxy, clients: int = 1, **parts: int) -> Iterator[ProxySet]:
    """Those proxies before parts that listen at those ports."""
    made = ProxySet(ON_LOOPBACK, [], clients)
    try:
        made.declare(proxies)
        made.start_all({name: [Endpoint(HOST, port)] for name, port in parts.items()})
        yield made
    finally:
        made.stop()


def url(proxies: ProxySet, listener: str) -> str:
    return proxies.listeners()[listener].url


SERVER = ("server",)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Running:
    """An aiohttp application on a thread of its own."""

    port: int
    requests: list[web.Request]


@contextlib.contextmanager
def application(handler: Handler, path: str = "/") -> Iterator[Running]:
    loop = asyncio.new_event_loop()
    found = Running(0, [])

    async def counted(request: web.Request) -> web.StreamResponse:
        found.requests.append(request)
        return await handler(request)

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_route("*", path, counted)
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        found.port = int(runner.addresses[0][1])
        return runner

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(start(), loop).result(SECONDS)
    try:
        yield found
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SECONDS)
        loop.close()


def says(text: str) -> Handler:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(text=text)

    return handle


def one(listener: Listener | None = None, **upstream: object) -> Proxy:
    asked = Upstream("up", SERVER, **upstream)  # type: ignore[arg-type]
    return Proxy("a", (listener or Listener("http1"),), (asked,))
