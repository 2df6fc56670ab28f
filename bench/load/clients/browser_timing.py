"""A browser's own times of a page's resources, on this host's clock.  Pure.

What a page says of itself (PerformanceResourceTiming) is in milliseconds since its
navigation began, rounded by the browser: to 0.1 ms where the page is not isolated from
other origins, as here.

Knows nothing of how the browser is driven or of how samples are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.load.clients.browser_messages import PageLoaded, ResourceTiming

PROTOCOLS = {"http1": "http/1.1", "http2": "h2", "http3": "h3"}
"""Our word for a protocol, and its name in ALPN, which browsers use."""

ROUNDING_NS = 200_000
"""What two times may differ by because they were rounded."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as the browser saw it; times are ns of the one clock."""

    started_ns: int
    """When the page asked for it."""

    connected_ns: int
    """When the connection that was opened for it was ready, TLS included; 0: none was."""

    requested_ns: int
    """When its request went out."""

    first_byte_ns: int
    done_ns: int
    status: int
    body_bytes: int


def resources(reply: PageLoaded, protocol: str) -> list[Resource]:
    """The resources in the order in which the page asked for them.

    ConnectionError where the browser's clock is another one, where it did not tell its
    times, or where it spoke another protocol.
    """
    zero_ns, page = reply.zero_ns, reply.page
    before_ns, after_ns = reply.between_ns
    began_ns, ended_ns = _at(zero_ns, page.began), _at(zero_ns, page.ended)
    if not before_ns - ROUNDING_NS <= began_ns <= ended_ns <= after_ns + ROUNDING_NS:
        raise ConnectionError("the browser's clock is not this host's")
    return [_resource(zero_ns, entry, PROTOCOLS[protocol]) for entry in page.resources]


def _at(zero_ns: int, milliseconds: float) -> int:
    return zero_ns + round(milliseconds * 1e6)


def _resource(zero_ns: int, entry: ResourceTiming, protocol: str) -> Resource:
    if not entry.request_start:
        raise ConnectionError("the browser reported no times for a resource")
    if entry.protocol != protocol:
        raise ConnectionError(f"requested {protocol}, but the browser used {entry.protocol}")
    opened = entry.connect_end > entry.connect_start
    return Resource(
        started_ns=_at(zero_ns, entry.start_time),
        connected_ns=_at(zero_ns, entry.connect_end) if opened else 0,
        requested_ns=_at(zero_ns, entry.request_start),
        first_byte_ns=_at(zero_ns, entry.response_start),
        done_ns=_at(zero_ns, entry.response_end),
        status=entry.status,
        body_bytes=entry.bytes,
    )
