"""Where the laws of `page_load` claim to hold.  Pure, and data only."""

from __future__ import annotations

from collections.abc import Mapping

from bench.model.domain import FREE, Condition, Domain, Either, Free, Range, Units, Wanted
from bench.model.load import Load
from scenarios.page_load import laws
from scenarios.page_load._simulation import versions
from scenarios.page_load.load import PageLoad

Asked = Load[PageLoad]

WINDOW = 10 * laws.SEGMENT_BYTES
MOST_CONNECTIONS = 40
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


def _fits(connections: int) -> Condition:
    """Whether what so many connections send at once finds room on the link."""

    def holds(load: Asked) -> bool:
        own, link = load.own, load.link
        parallel = min(own.resources, connections - own.streams)
        size = max(versions.SERVER_FLIGHT, own.resource_size_bytes)
        first_s, all_s = (
            laws.transmission_s(parallel * one, link.rate) for one in (min(size, WINDOW), size)
        )
        return first_s <= link.queue_s and all_s <= link.queue_s + link.rtt_s

    text = (
        "the first windows of all connections fit into the link's queue, and a reply on each "
        "into queue and link together"
    )
    return Condition(text, holds)


SINGLE = Domain(_SHARED, units=pages(6, 3))
"""One connection at a time; the same points for all such patterns."""

IN_TURN = Domain(_SHARED, units=pages(1, 2))
"""One request at a time: a page takes so long that a window holds few."""

SIX = Domain(_SHARED, where=(_fits(6),), units=pages(6, 3))
"""Where connections compete for a full queue, which of them wait for a timer is chance."""

EACH = Domain(
    {**_SHARED, "resources": Range(1, MOST_CONNECTIONS)},
    where=(_fits(MOST_CONNECTIONS),),
    units=pages(6, 3),
)
"""With more connections it is their handshakes that keep client and backend busy."""

HELD = Domain({**_SHARED, "streams": Range(1, 5)}, where=(_fits(6),), units=pages(1, 2))
