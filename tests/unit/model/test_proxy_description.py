"""A proxy as data: what fits together, and that it crosses a pipe unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.model.errors import UsageError
from bench.model.proxy import (
    BufferBodies,
    CacheResponses,
    Limits,
    Listener,
    Proxy,
    Retry,
    Route,
    StickySessions,
    TraceRequests,
    Upstream,
    check_proxies,
)

UP = Upstream("up", ("server",))
FULL = Proxy(
    "mesh",
    (
        Listener("http1", upgrades=("websocket",), routes=(Route("/a", "up"), Route("/"))),
        Listener("tls", ("http2", "http1"), tls=True, client_certificate=True, max_streams=7),
        Listener("raw", ("tcp",)),
    ),
    (
        UP,
        Upstream(
            "other",
            ("b.tls",),
            "http2",
            tls=True,
            client_certificate=True,
            limits=Limits(1, 2, 3),
            retry=Retry(2, ("server_error",), 0.5),
            from_file=True,
        ),
    ),
    (BufferBodies("requests"), CacheResponses(), StickySessions(), TraceRequests("other")),
    access_log=True,
    side="services",
    per_client=True,
)


def test_it_crosses_a_pipe_unchanged() -> None:
    assert msgspec.json.decode(msgspec.json.encode(FULL), type=Proxy) == FULL


def test_upstreams_are_found_by_name_and_the_first_by_none() -> None:
    assert FULL.upstream("other").protocol == "http2"
    assert FULL.upstream("") is UP


@pytest.mark.parametrize(
    ("proxy", "uses"),
    [
        (Proxy("a", (Listener("http1"),), (UP,)), False),
        (Proxy("a", (Listener("tls", tls=True),), (UP,)), True),
        (Proxy("a", (Listener("http1"),), (Upstream("up", ("server",), tls=True),)), True),
    ],
)
def test_certificates_are_needed_where_either_side_is_encrypted(proxy: Proxy, uses: bool) -> None:
    assert proxy.uses_tls == uses


def test_the_example_of_the_docs_is_a_chain() -> None:
    page = (Path(__file__).parents[3] / "docs" / "proxies.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    found: dict[str, Any] = {}
    exec(code, found)
    near, far = found["proxies"]()
    check_proxies([near, far])
    assert near.upstream("").endpoints == (f"{far.name}.{far.listeners[0].name}",)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Listener("odd", ()), "protocol"),
        (lambda: Listener("odd", routes=()), "route"),
        (lambda: Listener("odd", ("http3",)), "HTTP/3"),
        (lambda: Listener("odd", ("http3", "http2"), tls=True), "HTTP/3"),
        (lambda: Listener("odd", ("tcp", "http1")), "tcp sees no requests"),
        (lambda: Listener("odd", ("tcp",), upgrades=("websocket",)), "tcp sees no requests"),
        (lambda: Listener("odd", client_certificate=True), "tls=True"),
        (lambda: Listener("a.b"), "a-z"),
        (lambda: Listener("admin"), "reserved"),
        (lambda: Upstream("up", ()), "endpoint"),
        (lambda: Upstream("up", ("server",), client_certificate=True), "tls=True"),
        (lambda: Proxy("a", (), (UP,)), "a listener and an upstream"),
        (lambda: Proxy("a", (Listener("http1"),), ()), "a listener and an upstream"),
        (lambda: Proxy("a", (Listener("http1"),) * 2, (UP,)), "listener http1 is declared twice"),
        (lambda: Proxy("a", (Listener("http1"),), (UP, UP)), "upstream up is declared twice"),
        (
            lambda: Proxy("a", (Listener("http1", routes=(Route("/", "down"),)),), (UP,)),
            "no upstream 'down'; there is up",
        ),
        (
            lambda: Proxy("a", (Listener("http1"),), (UP,), (TraceRequests("spans"),)),
            "no upstream 'spans'",
        ),
    ],
)
def test_what_does_not_fit_is_refused(make: Callable[[], Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make()
