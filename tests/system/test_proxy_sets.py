"""Proxies as they are described: chains, one for each client, filters, limits, ends and returns."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading

import pycurl
import pytest
from aiohttp import web
from proxy_builders import (
    HOST,
    HTTP1,
    HTTP2,
    SECONDS,
    SERVER,
    Client,
    application,
    by_aiohttp,
    fetch,
    one,
    proxying,
    says,
    serving,
    url,
)
from system_builders import until

from bench.lab.proxies import envoy
from bench.lab.proxies.proxyset import ProxySet
from bench.lab.side import ON_LOOPBACK
from bench.model.errors import UsageError
from bench.model.messages import Address
from bench.model.proxy import (
    Endpoint,
    Limits,
    Listener,
    Proxy,
    Retry,
    Upstream,
)

if envoy.missing():
    pytest.skip(envoy.missing(), allow_module_level=True)


# --- chains and sets ------------------------------------------------------------------------

CHAIN = (
    # The first one leads to the second, whatever the order of their declaration.
    Proxy(
        "near",
        (Listener("http1"),),
        (Upstream("up", ("far.mesh",), "http2", tls=True, client_certificate=True),),
    ),
    Proxy(
        "far",
        (Listener("mesh", ("http2",), tls=True, client_certificate=True),),
        (Upstream("up", SERVER),),
    ),
)


def test_a_chain_speaks_http2_and_mutual_tls_between() -> None:
    with serving(by_aiohttp) as origin, proxying(*CHAIN, server=origin.port) as proxies:
        answers = fetch(url(proxies, "near.http1"), HTTP1, 5, connections=1)
        assert [status for status, _, _ in answers] == [200] * 5
        counted = proxies.counts()
        expected = {
            "near.http.http1.downstream_cx_http1_total": 1,
            "near.cluster.up.upstream_cx_http2_total": 1,
            "near.cluster.up.ssl.handshake": 1,
            "far.http.mesh.downstream_cx_http2_total": 1,
            "far.listener.mesh.ssl.handshake": 1,
            "far.cluster.up.upstream_cx_http1_total": 1,
            "far.cluster.up.upstream_rq_total": 5,
        }
        assert {name: counted[name] for name in expected} == expected


def test_who_shows_no_certificate_is_refused() -> None:
    with serving(by_aiohttp) as origin, proxying(*CHAIN, server=origin.port) as proxies:
        known = proxies.before(Address(HOST, 0))
        curl = pycurl.Curl()
        curl.setopt(pycurl.URL, url(proxies, "far.mesh"))
        curl.setopt(pycurl.CAINFO, known.ca_file)
        curl.setopt(pycurl.HTTP_VERSION, HTTP2)
        curl.setopt(pycurl.WRITEFUNCTION, len)
        with pytest.raises(pycurl.error):
            curl.perform()
        curl.setopt(pycurl.SSLCERT, known.client_cert)
        curl.setopt(pycurl.SSLKEY, known.client_key)
        curl.perform()
        assert curl.getinfo(pycurl.RESPONSE_CODE) == 200
        curl.close()
        assert proxies.counts()["far.listener.mesh.ssl.fail_verify_no_cert"] == 1


def test_an_upstream_that_is_somebody_else_is_not_trusted() -> None:
    near = Proxy("near", CHAIN[0].listeners, (Upstream("up", ("far.mesh",), tls=True),))
    far = Proxy("far", (Listener("mesh", tls=True),), (Upstream("up", SERVER),))
    foreign = Proxy("near", near.listeners, (Upstream("up", ("far",), tls=True),))
    with (
        serving(by_aiohttp) as origin,
        proxying(near, far, server=origin.port) as proxies,
        # It has an authority of its own, which the other set's certificate is not from.
        proxying(foreign, far=proxies.listeners()["far.mesh"].port) as others,
    ):
        assert fetch(url(proxies, "near.http1"), HTTP1)[0][0] == 200
        assert fetch(url(others, "http1"), HTTP1)[0][0] == 503


def test_each_client_has_a_proxy_of_its_own() -> None:
    own = Proxy("side", (Listener("http1"),), (Upstream("up", ("far.in",)),), per_client=True)
    far = Proxy("far", (Listener("in"),), (Upstream("up", SERVER),))
    with (
        serving(by_aiohttp) as origin,
        proxying(own, far, clients=3, server=origin.port) as proxies,
    ):
        assert set(proxies.processes) == {"far", "side.0", "side.1", "side.2"}
        assert len(set(proxies.pids)) == 4
        for number in range(3):
            assert fetch(url(proxies, f"side.{number}.http1"), HTTP1)[0][2] == b"hello"
        counted = proxies.counts()
        assert counted["side.cluster.up.upstream_cx_total"] == 3
        assert counted["far.http.in.downstream_cx_total"] == 3
        assert counted["far.http.in.downstream_rq_total"] == 3


def test_it_waits_for_the_parts_that_it_leads_to() -> None:
    proxies = ProxySet(ON_LOOPBACK, [])
    try:
        proxies.declare([*CHAIN])
        proxies.start({"other": [Endpoint(HOST, 9)]})
        assert sorted(proxies.waiting) == ["far", "near"]
        with pytest.raises(
            UsageError, match="proxy far: nothing is called 'server'; there is other"
        ):
            proxies.start_all({"other": [Endpoint(HOST, 9)]})
        proxies.start({"server": [Endpoint(HOST, 9)]})
        assert not proxies.waiting
    finally:
        proxies.stop()


def test_equal_parts_may_describe_the_same_proxies() -> None:
    proxies = ProxySet(ON_LOOPBACK, [])
    proxies.declare([*CHAIN])
    proxies.declare([*CHAIN])
    assert sorted(proxies.names) == ["far", "near"]
    with pytest.raises(UsageError, match="proxy near is declared twice"):
        proxies.declare([Proxy("near", CHAIN[0].listeners, CHAIN[1].upstreams)])


def test_an_unknown_side_is_refused() -> None:
    odd = Proxy("a", (Listener("http1"),), (Upstream("up", SERVER),), side="moon")
    with pytest.raises(UsageError, match="no side 'moon'; there is clients, backend"):
        ProxySet(ON_LOOPBACK, []).declare([odd])


# --- endpoints from a file --------------------------------------------------------------------


def test_a_changed_file_moves_traffic() -> None:
    with (
        application(says("old")) as old,
        application(says("new")) as new,
        proxying(one(from_file=True), server=old.port) as proxies,
        contextlib.closing(Client(1)) as client,
    ):
        here = url(proxies, "http1")
        assert client.fetch(here, HTTP1)[0][2] == b"old"
        proxies.set_endpoints("a", "up", ["other"], {"other": [Endpoint(HOST, new.port)]})
        until(lambda: client.fetch(here, HTTP1)[0][2] == b"new", SECONDS, "the new server answers")
        seen = len(old.requests)
        assert [client.fetch(here, HTTP1)[0][2] for _ in range(5)] == [b"new"] * 5
        assert len(old.requests) == seen
        assert proxies.counts()["http.http1.downstream_cx_total"] == 1


# --- limits, retries ------------------------------------------------------------------------


def test_what_is_beyond_the_circuit_breaker_is_refused_and_counted() -> None:
    released = threading.Event()

    async def hold(_: web.Request) -> web.Response:
        await asyncio.to_thread(released.wait, SECONDS)
        return web.Response(text="late")

    limits = Limits(connections=2, pending=3, requests=100)
    with application(hold) as running, proxying(one(limits=limits), server=running.port) as proxies:
        answers: list[tuple[int, int, bytes]] = []

        def ask(count: int) -> threading.Thread:
            def collect() -> None:
                answers.extend(fetch(url(proxies, "http1"), HTTP1, count, connections=count))

            thread = threading.Thread(target=collect)
            thread.start()
            return thread

        asking = [ask(2)]
        # Who opens a connection waits for it, and would count as pending.
        until(lambda: len(running.requests) == 2, SECONDS, "both connections are taken")
        asking.append(ask(6))
        overflow = "cluster.up.upstream_rq_pending_overflow"
        until(lambda: proxies.counts()[overflow] == 3, SECONDS, "three are refused")
        released.set()
        for thread in asking:
            thread.join(SECONDS)
        assert sorted(status for status, _, _ in answers) == [200] * 5 + [503] * 3
        assert proxies.counts()["cluster.up.upstream_cx_total"] <= 2


@pytest.mark.parametrize(("attempts", "status"), [(0, 500), (1, 500), (2, 200)])
def test_retries_are_as_many_as_asked_for_and_counted(attempts: int, status: int) -> None:
    failures = iter([500, 500])

    async def fail_twice(_: web.Request) -> web.Response:
        return web.Response(status=next(failures, 200))

    retry = Retry(attempts, ("server_error",)) if attempts else None
    with (
        application(fail_twice) as running,
        proxying(one(retry=retry), server=running.port) as proxies,
    ):
        assert fetch(url(proxies, "http1"), HTTP1)[0][0] == status
        assert len(running.requests) == attempts + 1
        counted = proxies.counts()
        assert counted["cluster.up.upstream_rq_retry"] == attempts
        assert counted["cluster.up.upstream_rq_total"] == attempts + 1


# --- ends and returns -----------------------------------------------------------------------


def test_a_killed_proxy_comes_back_on_its_ports_and_goes_on_counting() -> None:
    with application(says("hello")) as server, proxying(one(), server=server.port) as proxies:
        here = url(proxies, "http1")
        process = proxies.processes["a"]
        assert fetch(here, HTTP1)[0][0] == 200
        (first,) = process.pids
        process.kill()
        assert proxies.dead() == ["a"]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, proxies.listeners()["http1"].port))
        process.start()
        assert not proxies.dead()
        assert process.pids != [first]
        assert url(proxies, "http1") == here
        assert fetch(here, HTTP1)[0][0] == 200
        counted = proxies.counts()
        assert counted["http.http1.downstream_rq_total"] == 2
        assert counted["http.http1.downstream_cx_total"] == 2


def test_a_killed_proxy_is_read_as_far_as_it_came() -> None:
    with application(says("hello")) as server, proxying(one(), server=server.port) as proxies:
        fetch(url(proxies, "http1"), HTTP1, 2)
        proxies.processes["a"].kill()
        assert proxies.counts()["http.http1.downstream_rq_total"] == 2
