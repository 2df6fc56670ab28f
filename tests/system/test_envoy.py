"""One Envoy between real clients and real servers; its own counters say what it did."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pycurl
import pytest
from proxy_builders import (
    HOST,
    HTTP1,
    HTTP2,
    HTTP2_CLEARTEXT,
    HTTP3,
    Client,
    by_aiohttp,
    by_hypercorn,
    fetch,
    proxying,
    serving,
    url,
)

from bench.certificates import make_certificates
from bench.lab.proxies import envoy, proxyset
from bench.lab.proxies.proxyset import ProxySet
from bench.lab.proxies.rendering.common import CertificateFiles, Placement
from bench.lab.proxies.rendering.upstreams import endpoints_file
from bench.lab.proxies.rendering.whole import render
from bench.lab.side import LOOPBACK
from bench.model.errors import TrialFailed
from bench.model.messages import Address
from bench.model.proxy import (
    BufferBodies,
    CacheResponses,
    Endpoint,
    Limits,
    Listener,
    Proxy,
    Retry,
    StickySessions,
    TraceRequests,
    Upstream,
)
from targets._proxies import three_ways

if envoy.missing():
    pytest.skip(envoy.missing(), allow_module_level=True)

SERVER = ("server",)
ONE = Limits(connections=1)


def check(proxies: ProxySet, expected: Mapping[str, int]) -> None:
    counters = proxies.counts()
    assert {name: counters[name] for name in expected} == expected


# --- protocols ------------------------------------------------------------------------------

WAYS = {
    # listener, what the client asks for: what it gets
    ("http1", HTTP1): ("http1", pycurl.CURL_HTTP_VERSION_1_1),
    ("tls", HTTP1): ("http1", pycurl.CURL_HTTP_VERSION_1_1),
    ("tls", HTTP2): ("http2", pycurl.CURL_HTTP_VERSION_2_0),
    ("quic", HTTP3): ("http3", pycurl.CURL_HTTP_VERSION_3),
}


def authority(proxies: ProxySet) -> Path:
    return Path(proxies.before(Address(HOST, 0)).ca_file)


def test_three_protocols_are_answered() -> None:
    with serving(by_aiohttp) as origin, proxying(three_ways(), server=origin.port) as proxies:
        for (name, asked), (codec, got) in WAYS.items():
            before = proxies.counts()
            found = fetch(url(proxies, name), asked, ca=authority(proxies))
            assert found == [(200, got, b"hello")]
            after = proxies.counts()
            counter = f"http.{name}.downstream_cx_{codec}_total"
            assert after[counter] - before[counter] == 1
        check(
            proxies,
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
def test_the_streams_of_a_connection_are_limited(way: tuple[str, int]) -> None:
    name, version = way
    with (
        serving(by_aiohttp) as origin,
        proxying(three_ways(max_streams=2), server=origin.port) as proxies,
        contextlib.closing(Client(1, authority(proxies))) as client,
    ):
        # The client learns the limit with the first answer; before, it goes beyond it.
        answers = client.fetch(url(proxies, name), version)
        answers += client.fetch(url(proxies, name), version, 6)
        assert [status for status, _, _ in answers] == [200] * 7
        assert origin.most_at_once == 2
        check(proxies, {f"http.{name}.downstream_cx_total": 1})


def test_many_connections_become_one() -> None:
    multiplexer = Proxy("a", (Listener("http1"),), (Upstream("up", SERVER, "http2", limits=ONE),))
    with (
        serving(by_hypercorn, together=3) as origin,
        proxying(multiplexer, server=origin.port) as proxies,
    ):
        answers = fetch(url(proxies, "http1"), HTTP1, 6, connections=3)
        assert answers == [(200, pycurl.CURL_HTTP_VERSION_1_1, b"hello")] * 6
        check(
            proxies,
            {
                "http.http1.downstream_cx_http1_total": 3,
                "http.http1.downstream_rq_total": 6,
                "cluster.up.upstream_cx_total": 1,
                "cluster.up.upstream_cx_http2_total": 1,
                "cluster.up.upstream_rq_total": 6,
            },
        )


def test_one_connection_becomes_many() -> None:
    few = Upstream("up", SERVER, limits=Limits(connections=4))
    demultiplexer = Proxy("a", (Listener("http2", ("http2",)),), (few,))
    with (
        serving(by_aiohttp, together=4) as origin,
        proxying(demultiplexer, server=origin.port) as proxies,
    ):
        answers = fetch(url(proxies, "http2"), HTTP2_CLEARTEXT, 8)
        assert answers == [(200, pycurl.CURL_HTTP_VERSION_2_0, b"hello")] * 8
        assert origin.most_at_once == 4
        check(
            proxies,
            {
                "http.http2.downstream_cx_http2_total": 1,
                "http.http2.downstream_rq_total": 8,
                "cluster.up.upstream_cx_total": 4,
                "cluster.up.upstream_cx_http1_total": 4,
                "cluster.up.upstream_rq_total": 8,
            },
        )


# --- every feature is one that Envoy knows --------------------------------------------------

LISTENERS: Mapping[str, Listener] = {
    "http1": Listener("one", upgrades=("websocket",)),
    "http2": Listener("one", ("http2",)),
    "either": Listener("one", ("http1", "http2")),
    "tls": Listener("one", ("http2", "http1"), tls=True),
    "mutual": Listener("one", ("http2",), tls=True, client_certificate=True),
    "quic": Listener("one", ("http3",), tls=True),
    "mutual-quic": Listener("one", ("http3",), tls=True, client_certificate=True),
    "tcp": Listener("one", ("tcp",)),
    "tcp-tls": Listener("one", ("tcp",), tls=True, client_certificate=True),
}
UPSTREAMS: Mapping[str, dict[str, Any]] = {
    "plain": {},
    "tls": {"tls": True},
    "mutual": {"tls": True, "client_certificate": True, "server_name": "backend.test"},
    "file": {"from_file": True, "balance": "least_request"},
    "limits": {"limits": Limits(1, 0, 5), "balance": "random"},
    "retry": {"retry": Retry(2, ("server_error", "reset"), 0.5), "timeout_s": 2.0},
}
FILTERS: Mapping[str, tuple[Any, ...]] = {
    "none": (),
    "all": (
        BufferBodies("requests"),
        BufferBodies("responses"),
        CacheResponses(),
        StickySessions(),
        TraceRequests("up"),
    ),
}


def combinations() -> list[Proxy]:
    return [
        Proxy(
            "a", (listener,), (Upstream("up", SERVER, protocol, **fields),), filters, bool(filters)
        )
        for listener in LISTENERS.values()
        for protocol in ("http1", "http2", "tcp")
        for fields in UPSTREAMS.values()
        for filters in FILTERS.values()
        if listener.is_tcp or protocol != "tcp"
    ]


def one_config(proxies: list[Proxy], folder: Path) -> dict[str, Any]:
    """All of them in one configuration: an Envoy takes half a second to look at it."""
    made = make_certificates(folder, [HOST])
    pems = (made.ca, made.cert, made.key, made.client_cert, made.client_key)
    files = CertificateFiles(*map(str, pems))
    whole: dict[str, Any] = {}
    for number, proxy in enumerate(proxies):
        own = folder / str(number)
        own.mkdir()
        endpoints = {"up": [Endpoint(HOST, 9)]}
        placement = Placement("a", HOST, {"one": 20_000 + number}, endpoints, str(own), files)
        path = Path(placement.endpoints_path("up"))
        path.write_text(json.dumps(endpoints_file(f"up-{number}", endpoints["up"])))
        # Each has its own cluster, so that no two are called the same.
        text = json.dumps(render(proxy, placement))
        config = json.loads(
            text.replace('"up"', f'"up-{number}"').replace('"one"', f'"one-{number}"')
        )
        if not whole:
            whole = config
        else:
            for kind, found in config["static_resources"].items():
                whole["static_resources"][kind] += found
    return whole


def test_envoy_takes_every_combination(tmp_path: Path) -> None:
    proxies = combinations()
    assert len(proxies) > 200
    config = tmp_path / "config.json"
    config.write_text(json.dumps(one_config(proxies, tmp_path)))
    command = [str(envoy.binary()), "--mode", "validate", "--config-path", str(config)]
    done = subprocess.run(
        [*command, *envoy.OPTIONS], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "rejected" not in done.stderr


# --- beginning and end ----------------------------------------------------------------------


def folders() -> list[Path]:
    own = f"{proxyset.FOLDER_PREFIX}{psutil.Process().pid}-*"
    return list(Path(tempfile.gettempdir()).glob(own))


IDLE = Proxy("idle", (Listener("http1"),), (Upstream("up", SERVER),))


def test_stop_leaves_nothing() -> None:
    with proxying(IDLE, server=9) as proxies:
        (pid,) = proxies.pids
        assert not proxies.dead()
        assert folders()
        assert psutil.Process(pid).name() == "envoy"
        assert envoy.version()
        assert proxies.log_tail() == []
    assert not psutil.pid_exists(pid)
    assert not folders()


def test_its_ports_are_nobody_elses() -> None:
    with proxying(IDLE, server=9) as proxies:
        port = proxies.listeners()["http1"].port
        proxies.processes["idle"].kill()
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind((HOST, port))


def test_a_port_in_use_is_told_in_envoys_words(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        endpoints = {"up": [Endpoint(HOST, 9)]}
        placement = Placement("idle", HOST, {"http1": port}, endpoints, str(tmp_path))
        with pytest.raises(
            TrialFailed, match=r"proxy idle did not start: .*Address already in use"
        ):
            envoy.Envoy(IDLE, placement, [], LOOPBACK).start()
