"""Counters of proxies by proxy, listener and upstream."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from bench.analysis.proxy_counts import at_listener, at_upstream

ONE = {
    "http.http1.downstream_cx_total": 3.0,
    "http.tls.downstream_cx_total": 4.0,
    "http.admin.downstream_cx_total": 50.0,
    "listener.tls.ssl.handshake": 5.0,
    "cluster.up.upstream_cx_total": 6.0,
    "cluster.up.ssl.handshake": 60.0,
    "server.requests": 70.0,
}
TWO = {
    "near.http.http1.downstream_cx_total": 1.0,
    "near.cluster.up.upstream_cx_total": 2.0,
    "far.tcp.raw.downstream_cx_total": 3.0,
    "far.cluster.up.upstream_cx_total": 4.0,
    "far.cluster.spans.upstream_cx_total": 5.0,
}


@pytest.mark.parametrize(
    ("find", "counts", "counter", "chosen", "expected"),
    [
        (at_listener, ONE, "downstream_cx_total", (), 7),
        (at_listener, ONE, "downstream_cx_total", ("", "tls"), 4),
        (at_listener, ONE, "ssl.handshake", (), 5),
        (at_upstream, ONE, "upstream_cx_total", (), 6),
        (at_upstream, ONE, "upstream_cx_total", ("", "down"), math.nan),
        (at_upstream, ONE, "requests", (), math.nan),
        (at_listener, TWO, "downstream_cx_total", (), 4),
        (at_listener, TWO, "downstream_cx_total", ("far",), 3),
        (at_upstream, TWO, "upstream_cx_total", ("far",), 9),
        (at_upstream, TWO, "upstream_cx_total", ("far", "up"), 4),
        (at_upstream, TWO, "upstream_cx_total", ("", "up"), 6),
        (at_upstream, {}, "upstream_cx_total", (), math.nan),
    ],
)
def test_counters_are_found_by_whom_they_belong_to(
    find: Callable[..., float],
    counts: dict[str, float],
    counter: str,
    chosen: tuple[str, ...],
    expected: float,
) -> None:
    assert find(counts, counter, *chosen) == pytest.approx(expected, nan_ok=True)
