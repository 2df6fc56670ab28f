"""Where the laws of `page_load` claim to hold.  Pure, and data only."""

from __future__ import annotations

from collections.abc import Mapping

from bench.model.domain import FREE, Domain, Free, Range, Units, Wanted
from bench.model.load import Load
from scenarios.page_load import laws
from scenarios.page_load.load import PageLoad

Asked = Load[PageLoad]

FACTS = ("link_rtt_probe_ms", "rtt_us", "setup_mean")

_SHARED: Mapping[str, Wanted] = {
    "warmup": Free(0.5),
    "clients": (1,),
    "link": ("emulated",),
    "rtt": Range(0.005, 0.2),
    "cc": ("cubic",),
    "queue": FREE,
    "resources": Range(1, 60),
    "resource_size": Range(50, 1000),
    "server_delay": Range(0.005, 0.1),
    "tls": ("on", "off"),
    "protocol": FREE,
    "max_streams": FREE,
}


def _pages_per_s(load: Asked, connections: int) -> float:
    """At most so many pages come in a second."""
    waves = laws.waves(load.own.resources, connections)
    return 1 / (3 * load.link.rtt_s + waves * (load.link.rtt_s + load.own.server_delay_s))


def over(connections: int) -> Domain:
    """Pages over so many connections of HTTP/1.1."""
    units = Units("pages", 5, lambda load: _pages_per_s(load, connections), at_least_s=2)
    return Domain(_SHARED, units=units)


MULTIPLEXED = Domain(
    {**_SHARED, "tls": FREE},
    units=Units("pages", 5, lambda load: _pages_per_s(load, 128), at_least_s=2),
)
BROWSER = Domain(
    {**_SHARED, "protocol": ("http1", "http2", "http3")},
    units=Units("pages", 5, lambda load: _pages_per_s(load, 6), at_least_s=2),
)
