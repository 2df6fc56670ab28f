"""Files of endpoints that are broken: a real Envoy keeps those that it had, and counts it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from proxy_builders import (
    HOST,
    HTTP1,
    SECONDS,
    Client,
    application,
    one,
    proxying,
    says,
    url,
)
from system_builders import until

from bench.lab.proxies.proxyset import ProxySet
from bench.lab.proxies.rendering.upstreams import broken_files, endpoints_file
from bench.model.errors import TrialFailed
from bench.model.proxy import Endpoint

WAYS = len(broken_files(endpoints_file("up", [])))


@pytest.fixture(scope="module")
def fronted() -> Iterator[tuple[ProxySet, Client, int]]:
    """A proxy in front of one server, its client, and the port of another server."""
    with (
        application(says("old")) as old,
        application(says("new")) as new,
        proxying(one(from_file=True), server=old.port) as proxies,
        contextlib.closing(Client(1)) as client,
    ):
        yield proxies, client, new.port


def refused(proxies: ProxySet) -> float:
    found = proxies.counts()
    return found["cluster.up.update_failure"] + found["cluster.up.update_rejected"]


def test_endpoints_stay_in_force_when_their_file_is_broken(
    fronted: tuple[ProxySet, Client, int],
) -> None:
    proxies, client, new_port = fronted
    envoy, here = proxies.processes["a"], url(proxies, "http1")
    assert client.fetch(here, HTTP1)[0][2] == b"old"
    for _ in range(WAYS):
        before = refused(proxies)
        envoy.garble_endpoints()
        until(lambda seen=before: refused(proxies) > seen, SECONDS, "the file is refused")  # type: ignore[misc]
        assert client.fetch(here, HTTP1)[0][::2] == (200, b"old")
        assert proxies.counts()["cluster.up.membership_total"] == 1
    envoy.mend_endpoints()
    envoy.set_endpoints("up", [Endpoint(HOST, new_port)])
    until(lambda: client.fetch(here, HTTP1)[0][2] == b"new", SECONDS, "a whole file is heeded")


def test_a_proxy_without_such_a_file_has_none_to_break() -> None:
    with (
        application(says("old")) as old,
        proxying(one(), server=old.port) as proxies,
        pytest.raises(TrialFailed, match="proxy a has no file of endpoints"),
    ):
        proxies.processes["a"].garble_endpoints()


def test_endpoints_follow_a_part_to_another_port(fronted: tuple[ProxySet, Client, int]) -> None:
    _, _, new_port = fronted
    with (
        application(says("old")) as old,
        proxying(one(from_file=True), server=old.port) as proxies,
        contextlib.closing(Client(1)) as client,
    ):
        here = url(proxies, "http1")
        proxies.follow({"server": [Endpoint(HOST, new_port)]})
        assert client.fetch(here, HTTP1)[0][2] == b"new"
        # It remembers that when it is started again.
        proxies.processes["a"].kill()
        proxies.processes["a"].start()
        assert client.fetch(here, HTTP1)[0][2] == b"new"


def test_its_histogram_holds_every_request_at_once(fronted: tuple[ProxySet, Client, int]) -> None:
    proxies, client, _ = fronted
    before = proxies.counts()
    for _ in range(5):
        client.fetch(url(proxies, "http1"), HTTP1)
    after = proxies.counts()
    name = "http.http1.downstream_rq_time"
    assert after[f"{name}.count"] - before[f"{name}.count"] == 5
    assert after[f"{name}.le_10000"] - before[f"{name}.le_10000"] == 5
