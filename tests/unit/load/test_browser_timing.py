"""A browser's own times on this host's clock."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bench.load.clients.browser_messages import PageLoaded
from bench.load.clients.browser_timing import Resource, resources

MS = 1_000_000
ZERO_NS = 5_000 * MS


def entry(**changes: Any) -> dict[str, Any]:
    """A resource of the first of six connections: 100 ms of set-up, then 70 ms."""
    return {
        "startTime": 10.0,
        "connectStart": 10.1,
        "connectEnd": 110.0,
        "requestStart": 110.1,
        "responseStart": 180.0,
        "responseEnd": 180.3,
        "protocol": "http/1.1",
        "status": 200,
        "bytes": 100,
        **changes,
    }


def reply(
    *entries: dict[str, Any], before_ms: float = 5_009, after_ms: float = 5_182
) -> PageLoaded:
    found = {
        "number": 0,
        "type": "loaded",
        "zero_ns": ZERO_NS,
        "between_ns": [round(before_ms * MS), round(after_ms * MS)],
        "page": {"began": 9.9, "ended": 181.0, "resources": list(entries)},
    }
    return msgspec.convert(found, PageLoaded)


def test_times_are_on_the_hosts_clock() -> None:
    assert resources(reply(entry()), "http1") == [
        Resource(
            started_ns=5_010 * MS,
            connected_ns=5_110 * MS,
            requested_ns=5_110_100_000,
            first_byte_ns=5_180 * MS,
            done_ns=5_180_300_000,
            status=200,
            body_bytes=100,
        )
    ]


def test_a_connection_that_was_there_is_not_opened() -> None:
    # Browsers give both the time of the request's begin then.
    (found,) = resources(reply(entry(connectStart=10.0, connectEnd=10.0)), "http1")
    assert found.connected_ns == 0


def test_the_order_is_the_pages() -> None:
    found = resources(reply(entry(bytes=1), entry(bytes=2), entry(bytes=3)), "http1")
    assert [one.body_bytes for one in found] == [1, 2, 3]


@pytest.mark.parametrize(
    ("word", "alpn"), [("http1", "http/1.1"), ("http2", "h2"), ("http3", "h3")]
)
def test_the_protocol_must_be_the_one_asked_for(word: str, alpn: str) -> None:
    assert resources(reply(entry(protocol=alpn)), word)
    with pytest.raises(ConnectionError, match="but the browser used other"):
        resources(reply(entry(protocol="other")), word)


def test_hidden_times_are_refused() -> None:
    # What a browser tells of another origin that has not allowed it.
    with pytest.raises(ConnectionError, match="reported no times"):
        resources(reply(entry(requestStart=0.0)), "http1")


@pytest.mark.parametrize(("before_ms", "after_ms"), [(5_010.2, 5_182), (5_009, 5_180.7), (9, 182)])
def test_a_clock_that_is_another_one_is_refused(before_ms: float, after_ms: float) -> None:
    with pytest.raises(ConnectionError, match="clock"):
        resources(reply(entry(), before_ms=before_ms, after_ms=after_ms), "http1")


def test_rounding_is_no_other_clock() -> None:
    assert resources(reply(entry(), before_ms=5_010.05, after_ms=5_180.9), "http1")
