"""Envoy between real clients and real servers; its own counters say what it did."""

from __future__ import annotations

import asyncio
import contextlib
import io
import socket
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pycurl
import pytest
from aiohttp import web
from hypercorn.asyncio import serve
from hypercorn.config import Config as HypercornConfig
from system_builders import until

from bench.lab.certificates import Certificates, make_certificates
from bench.lab.proxies import envoy, envoy_config
from bench.lab.proxies.envoy_config import Certificate, Config, Upstream
from bench.lab.side import LOOPBACK
from bench.model.errors import TrialFailed

HOST = LOOPBACK.host
SECONDS = 10

if envoy.missing():
    pytest.skip(envoy.missing(), allow_module_level=True)


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


@contextlib.contextmanager
def proxying(config: Config) -> Iterator[envoy.Envoy]:
    proxy = envoy.Envoy([], config)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()


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


def check(proxy: envoy.Envoy, expected: Mapping[str, int]) -> None:
    counters = proxy.counters()
    assert {name: counters[name] for name in expected} == expected


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"), [HOST, "localhost"])


def front(origin: Origin, certificates: Certificates, max_streams: int = 100) -> Config:
    return envoy_config.front(
        HOST,
        LOOPBACK.free_port(),
        LOOPBACK.free_port(),
        LOOPBACK.free_port(socket.SOCK_DGRAM),
        Upstream(HOST, origin.port),
        Certificate(str(certificates.cert), str(certificates.key)),
        LOOPBACK.free_port(),
        max_streams,
    )


WAYS = {
    # listener, what the client asks for: what it gets
    ("http1", pycurl.CURL_HTTP_VERSION_1_1): ("http1", pycurl.CURL_HTTP_VERSION_1_1),
    ("tls", pycurl.CURL_HTTP_VERSION_1_1): ("http1", pycurl.CURL_HTTP_VERSION_1_1),
    ("tls", pycurl.CURL_HTTP_VERSION_2TLS): ("http2", pycurl.CURL_HTTP_VERSION_2_0),
    ("quic", pycurl.CURL_HTTP_VERSION_3ONLY): ("http3", pycurl.CURL_HTTP_VERSION_3),
}


def test_the_front_answers_three_protocols(certificates: Certificates) -> None:
    with serving(by_aiohttp) as origin, proxying(front(origin, certificates)) as proxy:
        listeners = proxy.service["listeners"]
        for (name, asked), (codec, got) in WAYS.items():
            before = proxy.counters()
            url = listeners[name]["url"]
            assert fetch(url, asked, ca=certificates.ca) == [(200, got, b"hello")]
            after = proxy.counters()
            counter = f"http.{name}.downstream_cx_{codec}_total"
            assert after[counter] - before[counter] == 1
        check(
            proxy,
            {
                "http.tls.downstream_cx_total": 2,
                "listener.tls.ssl.handshake": 2,
                "http.quic.downstream_cx_total": 1,
                "cluster.up.upstream_rq_total": 4,
                # One after the other, they need but one, and it is kept.
                "cluster.up.upstream_cx_total": 1,
                "cluster.up.upstream_cx_http1_total": 1,
            },
        )


@pytest.mark.parametrize("way", [way for way in WAYS if WAYS[way][0] in ("http2", "http3")])
def test_the_front_limits_the_streams_of_a_connection(
    certificates: Certificates, way: tuple[str, int]
) -> None:
    with (
        serving(by_aiohttp) as origin,
        proxying(front(origin, certificates, max_streams=2)) as proxy,
        contextlib.closing(Client(1, certificates.ca)) as client,
    ):
        name, version = way
        url = proxy.service["listeners"][name]["url"]
        # The client learns the limit with the first answer; before, it goes beyond it.
        answers = client.fetch(url, version) + client.fetch(url, version, 6)
        assert [status for status, _, _ in answers] == [200] * 7
        assert origin.most_at_once == 2
        check(proxy, {f"http.{name}.downstream_cx_total": 1})


def test_the_multiplexer_makes_one_connection_of_many() -> None:
    ports = LOOPBACK.free_port(), LOOPBACK.free_port()
    with serving(by_hypercorn, together=3) as origin:
        config = envoy_config.multiplexer(HOST, ports[0], HOST, origin.port, ports[1])
        with proxying(config) as proxy:
            url = proxy.service["listeners"]["http1"]["url"]
            answers = fetch(url, pycurl.CURL_HTTP_VERSION_1_1, 6, connections=3)
            assert answers == [(200, pycurl.CURL_HTTP_VERSION_1_1, b"hello")] * 6
            check(
                proxy,
                {
                    "http.http1.downstream_cx_http1_total": 3,
                    "http.http1.downstream_rq_total": 6,
                    "cluster.up.upstream_cx_total": 1,
                    "cluster.up.upstream_cx_http2_total": 1,
                    "cluster.up.upstream_rq_total": 6,
                },
            )


def test_the_demultiplexer_makes_many_connections_of_one() -> None:
    ports = LOOPBACK.free_port(), LOOPBACK.free_port()
    with serving(by_aiohttp, together=4) as origin:
        config = envoy_config.demultiplexer(HOST, ports[0], HOST, origin.port, 4, ports[1])
        with proxying(config) as proxy:
            url = proxy.service["listeners"]["http2"]["url"]
            answers = fetch(url, pycurl.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE, 8)
            assert answers == [(200, pycurl.CURL_HTTP_VERSION_2_0, b"hello")] * 8
            assert origin.most_at_once == 4
            check(
                proxy,
                {
                    "http.http2.downstream_cx_http2_total": 1,
                    "http.http2.downstream_rq_total": 8,
                    "cluster.up.upstream_cx_total": 4,
                    "cluster.up.upstream_cx_http1_total": 4,
                    "cluster.up.upstream_rq_total": 8,
                },
            )


def folders() -> list[Path]:
    own = f"{envoy.FOLDER_PREFIX}{psutil.Process().pid}-*"
    return list(Path(tempfile.gettempdir()).glob(own))


def idle() -> Config:
    """A config whose upstream nobody asks for anything."""
    ports = [LOOPBACK.free_port() for _ in range(3)]
    return envoy_config.multiplexer(HOST, ports[0], HOST, ports[1], ports[2])


def test_stop_leaves_nothing() -> None:
    proxy = envoy.Envoy([], idle())
    proxy.start()
    (pid,) = proxy.pids
    assert proxy.alive
    assert folders()
    assert psutil.Process(pid).name() == "envoy"
    assert envoy.version()
    proxy.stop()
    assert not proxy.alive
    assert not proxy.pids
    assert not psutil.pid_exists(pid)
    assert not folders()


def test_a_port_in_use_is_told_in_envoys_words() -> None:
    proxy = envoy.Envoy([], idle())
    with socket.socket() as taken:
        taken.bind((HOST, proxy.service["listeners"]["http1"]["port"]))
        taken.listen()
        with pytest.raises(TrialFailed, match="Address already in use"):
            proxy.start()
    assert not folders()
