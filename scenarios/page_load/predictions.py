"""The laws of `page_load` as they apply to its patterns.  Pure.

Each fills a law of laws.py from a load, from the link's round trip as probed before the
page, and from what calibration trials say of the machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from bench.model.law import Facts, Law
from bench.model.load import Load
from scenarios.page_load import laws
from scenarios.page_load._costs import ALONE, BULK, CROWD, RTT, STORM, costs_of, costs_of_each
from scenarios.page_load._domains import EACH, HELD, IN_TURN, SINGLE, SIX
from scenarios.page_load._simulation.page import Page, Path
from scenarios.page_load.load import PageLoad

Asked = Load[PageLoad]

FACTS = (RTT,)
ONE_BY_ONE = (ALONE, BULK)
MANY = (ALONE, BULK, CROWD)
FOR_EACH = (ALONE, BULK, STORM)


def _page(load: Asked) -> Page:
    return Page(load.own.sizes_bytes, load.own.server_delay_s, load.own.tls == "on")


def _path(load: Asked, facts: Facts) -> Path:
    link = load.link
    rtt_s = round(facts[RTT] / 1e3, 5)
    return Path(rtt_s, link.rate, link.rate_up or link.rate, link.queue_s, link.cc)


def over_http1(load: Asked, facts: Facts, connections: int) -> float:
    """Milliseconds over HTTP/1.1, with the connections that held streams leave (SSE-2)."""
    free = laws.free_connections(connections, load.own.streams)
    if not free:
        return math.inf
    found = costs_of(facts, 2, 0 if connections == 1 else connections)
    return laws.http1_page(_page(load), _path(load, facts), found, free) * 1e3


def over_each(load: Asked, facts: Facts) -> float:
    """Milliseconds over HTTP/1.1 with a connection for each resource."""
    found = costs_of_each(facts, 2)
    return laws.http1_page(_page(load), _path(load, facts), found, load.own.resources) * 1e3


def over_http2(load: Asked, facts: Facts) -> float:
    """Milliseconds over HTTP/2."""
    return laws.http2_page(_page(load), _path(load, facts), costs_of(facts, 2)) * 1e3


def over_http3(load: Asked, facts: Facts) -> float:
    """Milliseconds over HTTP/3."""
    return laws.http3_page(_page(load), _path(load, facts), costs_of(facts, 1)) * 1e3


def _at_most(connections: int) -> Callable[[Asked, Facts], float]:
    return lambda load, facts: over_http1(load, facts, connections)


_SLOW_START = "packets one by one, as in Linux 6.18; the machine's own time from calibration"
_MAKESPAN = "makespan_mean"
FITTED, PASSED = (101,), (4711,)
"""Seeds of audits: one by which the simulation was corrected, one with which it passed as it is."""

OVER_ONE = Law(
    "MUX-5",
    "2R + sum over n of R + S + bytes/BW",
    _SLOW_START,
    _MAKESPAN,
    ("http1_one",),
    _at_most(1),
    IN_TURN,
    FACTS,
    ONE_BY_ONE,
    fitted_with=FITTED,
    passed_with=PASSED,
)

OVER_SIX = Law(
    "MUX-5",
    "2R + ceil(n/6) waves of R + S + bytes/BW",
    _SLOW_START,
    _MAKESPAN,
    ("http1_six",),
    _at_most(6),
    SIX,
    FACTS,
    MANY,
    fitted_with=FITTED,
    passed_with=PASSED,
)

OVER_MANY = Law(
    "MUX-5",
    "2R + R + S + bytes/BW",
    _SLOW_START,
    _MAKESPAN,
    ("http1_unlimited",),
    over_each,
    EACH,
    FACTS,
    FOR_EACH,
    fitted_with=FITTED,
    passed_with=PASSED,
)

OVER_HTTP2 = Law(
    "MUX-5",
    "2R + R + S + rounds of slow start + bytes/BW",
    _SLOW_START,
    _MAKESPAN,
    ("http2",),
    over_http2,
    SINGLE,
    FACTS,
    MANY,
    fitted_with=FITTED,
    passed_with=PASSED,
)

OVER_HTTP3 = Law(
    "MUX-5",
    "R + R + S + rounds of slow start, paced + bytes/BW",
    "packets one by one, as in QUICHE's BBR; the machine's own time from calibration",
    _MAKESPAN,
    ("http3",),
    over_http3,
    SINGLE,
    FACTS,
    MANY,
    fitted_with=FITTED,
    passed_with=PASSED,
)


def _set_up(version: str) -> Callable[[Asked, Facts], float]:
    """Milliseconds until a connection with TLS or QUIC is ready: round trips, bytes, computing."""

    def function(load: Asked, facts: Facts) -> float:
        rtt_s, trips = facts[RTT] / 1e3, 1 if version == "3" else 2
        found = laws.setup_s(rtt_s, version, True) + laws.handshake_bytes_s(version, load.link.rate)
        return (found + costs_of(facts, trips, 0).setup_s) * 1e3

    return function


SET_UP_HTTP2, SET_UP_HTTP3 = (
    Law(
        "MUX-1",
        formula,
        "TLS 1.3 needs two round trips, QUIC one; the computing time of both ends from calibration",
        "setup_mean",
        (pattern,),
        _set_up(version),
        SINGLE,
        FACTS,
        ONE_BY_ONE,
        fitted_with=FITTED,
        passed_with=PASSED,
    )
    for pattern, version, formula in (("http2", "2", "2R"), ("http3", "3", "R"))
)

OVER_FREE = Law(
    "MUX-5, SSE-2",
    "2R + ceil(n/(6 - k)) waves of R + S + bytes/BW",
    _SLOW_START,
    _MAKESPAN,
    ("http1_six",),
    _at_most(6),
    HELD,
    FACTS,
    MANY,
    fitted_with=FITTED,
    passed_with=PASSED,
)

PREDICTIONS = (
    OVER_ONE,
    OVER_SIX,
    OVER_MANY,
    OVER_HTTP2,
    OVER_HTTP3,
    OVER_FREE,
    SET_UP_HTTP2,
    SET_UP_HTTP3,
)
