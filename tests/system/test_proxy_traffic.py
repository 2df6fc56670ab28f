"""What passes a proxy: streams, upgrades, bytes, traces, and lines of a file."""

from __future__ import annotations

import asyncio
import socket
import time

import aiohttp
import pytest
from aiohttp import web
from proxy_builders import (
    HOST,
    HTTP1,
    SECONDS,
    SERVER,
    application,
    fetch,
    one,
    proxying,
    says,
    url,
)
from system_builders import until

from bench.model.proxy import (
    BufferBodies,
    Ejection,
    Listener,
    Proxy,
    TraceRequests,
    Upstream,
)

# --- what passes ----------------------------------------------------------------------------


async def _stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(b"data: first\n\n")
    await asyncio.sleep(0.5)
    await response.write(b"data: last\n\n")
    return response


@pytest.mark.parametrize("buffers", [False, True])
def test_a_buffering_proxy_holds_a_stream_until_it_ends(buffers: bool) -> None:
    listener = Listener("http1")
    filters = (BufferBodies("responses"),) if buffers else ()
    proxy = Proxy("a", (listener,), (Upstream("up", SERVER),), filters)

    async def first_byte_s(address: str) -> tuple[float, bytes]:
        async with aiohttp.ClientSession() as session:
            began = time.monotonic()
            async with session.get(address) as response:
                chunk = await response.content.readany()
                return time.monotonic() - began, chunk

    with application(_stream) as running, proxying(proxy, server=running.port) as proxies:
        waited_s, chunk = asyncio.run(first_byte_s(url(proxies, "http1")))
    assert (waited_s >= 0.45) == buffers
    assert (b"last" in chunk) == buffers


@pytest.mark.parametrize("upgrades", [(), ("websocket",)])
def test_a_websocket_passes_where_its_upgrade_is_allowed(upgrades: tuple[str, ...]) -> None:
    async def echo(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse()
        await response.prepare(request)
        async for message in response:
            await response.send_str(message.data)
        return response

    async def exchange(address: str) -> str:
        async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket_:
            await socket_.send_str("hello")
            return str((await socket_.receive()).data)

    proxy = one(Listener("http1", upgrades=upgrades))
    with application(echo) as running, proxying(proxy, server=running.port) as proxies:
        if upgrades:
            assert asyncio.run(exchange(url(proxies, "http1"))) == "hello"
        else:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                asyncio.run(exchange(url(proxies, "http1")))
            assert refused.value.status == 403
        assert len(running.requests) == len(upgrades)


def test_a_tcp_proxy_passes_bytes_it_does_not_understand() -> None:
    proxy = Proxy("a", (Listener("raw", ("tcp",)),), (Upstream("up", SERVER, "tcp"),))
    with (
        socket.create_server((HOST, 0)) as server,
        proxying(proxy, server=server.getsockname()[1]) as proxies,
    ):
        where = proxies.listeners()["raw"]
        assert where.url.startswith("tcp://")
        with socket.create_connection((where.host, where.port), SECONDS) as client:
            accepted, _ = server.accept()
            with accepted:
                client.sendall(b"\0\1\2")
                assert accepted.recv(10) == b"\0\1\2"
        assert proxies.counts()["tcp.raw.downstream_cx_total"] == 1


def test_a_trace_is_one_over_a_chain() -> None:
    spans: list[str] = []

    async def collect(request: web.Request) -> web.Response:
        spans.append(request.path)
        return web.Response()

    def traced(name: str, leads: str) -> Proxy:
        upstreams = (Upstream("up", (leads,)), Upstream("spans", ("collector",)))
        return Proxy(name, (Listener("in"),), upstreams, (TraceRequests("spans", name),))

    with (
        application(says("hello")) as server,
        application(collect, "/v1/traces") as collector,
        proxying(
            traced("a", "b.in"), traced("b", "server"), server=server.port, collector=collector.port
        ) as proxies,
    ):
        assert fetch(url(proxies, "a.in"), HTTP1)[0][2] == b"hello"
        assert server.requests[0].headers["traceparent"].startswith("00-")
        until(lambda: len(spans) >= 2, SECONDS, "both proxies send their spans")


@pytest.mark.parametrize("kind", ["status", "silence"])
def test_an_endpoint_that_fails_again_and_again_is_spared(kind: str) -> None:
    """Statuses from 500 on count, and so does no answer in time; other answers do not."""

    async def answer(request: web.Request) -> web.Response:
        if request.query.get("fails") and kind == "silence":
            await asyncio.Event().wait()
        return web.Response(status=500 if request.query.get("fails") else 424)

    with application(answer) as app:
        ejection = Ejection(failures=3, rest_s=3600.0)
        timeout_s = 1.0 if kind == "silence" else 0.0
        upstream = Upstream("up", SERVER, timeout_s=timeout_s, ejection=ejection)
        with proxying(Proxy("a", (Listener("http1"),), (upstream,)), server=app.port) as proxies:
            address = url(proxies, "http1")
            for _ in range(4):
                assert fetch(address, HTTP1)[0][0] == 424
            found = [fetch(f"{address}/?fails=1", HTTP1)[0][0] for _ in range(5)]
            failed = 500 if kind == "status" else 504
            assert found == [failed] * 3 + [503] * 2
            assert len(app.requests) == 7


def test_requests_are_lines_of_a_file_where_asked_for() -> None:
    proxy = Proxy("a", (Listener("http1"),), (Upstream("up", SERVER),), access_log=True)
    with application(says("hello")) as server, proxying(proxy, server=server.port) as proxies:
        fetch(url(proxies, "http1"), HTTP1, 3)
        process = proxies.processes["a"]
        assert process.pids
        process.stop()  # it writes them at its end
        assert len(process.access_log()) == 3
