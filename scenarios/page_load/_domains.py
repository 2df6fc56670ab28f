"""Where the laws of `page_load` claim to hold.  Pure, and data only."""

from __future__ import annotations

from collections.abc import Mapping

from bench.model.domain import FREE, Condition, Domain, Either, Free, Range, Units, Wanted
from bench.model.load import Load
from scenarios.page_load import laws
from scenarios.page_load._simulation import versions
from scenarios.page_load.load import PageLoad

Asked = Load[PageLoad]

WINDOW_BYTES = 10 * laws.SEGMENT_BYTES
MOST_STREAMS = 100
"""Streams that curl opens before the server has said how many it allows."""

_SHARED: Mapping[str, Wanted] = {
    "warmup": Free(0.5),
    "link": ("emulated",),
    "rtt": Range(0.01, 0.2),
    "rate": Either(Range(5e6, 100e6), (0.0,)),
    "cc": ("reno", "cubic", "bbr"),
    "resources": Range(1, MOST_STREAMS),
    "resource_size": Range(100, 100_000),
    "server_delay": Range(0.0, 0.1),
    "protocol": FREE,
}


def _pages_per_s(load: Asked, connections: int) -> float:
    """About so many pages come in a second."""
    own, rtt_s = load.own, load.link.rtt_s
    fetching_s = laws.http1_makespan(own.resources, connections, rtt_s, own.server_delay_s)
    return 1 / (3 * rtt_s + fetching_s + laws.transmission_s(own.page_bytes, load.link.rate))


def pages(connections: int, count: int) -> Units:
    """A page is one observation, however many resources it has."""
    return Units(
        "pages", count, lambda load: _pages_per_s(load, connections), at_least_s=2, at_most_s=30
    )


ONE = Domain(_SHARED, units=pages(1, 2))
"""One request after the other: a page takes so long that a window holds few."""

SHARED = Domain(_SHARED, units=pages(6, 3))
"""The same points for all other patterns."""


def _first_windows_fit(load: Asked) -> bool:
    """Whether what all connections send first waits no longer than the link's queue allows."""
    rate, own = load.link.rate, load.own
    if not rate:
        return True
    first = max(versions.SERVER_FLIGHT, min(own.resource_size_bytes, WINDOW_BYTES))
    return laws.transmission_s(own.resources * first, rate) <= load.link.queue_s


EACH = Domain(
    _SHARED,
    where=(
        Condition(
            "the first windows of all connections fit into the link's queue", _first_windows_fit
        ),
    ),
    units=pages(6, 3),
)
"""A connection for each: what a full queue drops of their first windows is a matter of chance."""

HELD = Domain({**_SHARED, "streams": Range(1, 5)}, units=pages(1, 2))
