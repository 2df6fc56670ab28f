"""The laws of `multipath` as they apply to its patterns and metrics.  Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bench.model import linktext
from bench.model.domain import Condition, Domain, Free, Range, Template, Units, Wanted
from bench.model.law import Facts, Law
from bench.model.load import Load
from scenarios.multipath import laws
from scenarios.multipath.load import MultipathLoad, rates

Asked = Load[MultipathLoad]

PATHS: Mapping[str, Wanted] = {
    "link": ("emulated",),
    "rtt": Range(0.005, 0.1),
    "rate": Range(2e6, 20e6),
    "cc": ("host", "reno", "cubic", "bbr"),
    "second_path": Template(
        "rtt={rtt}ms,rate={rate}mbit", {"rtt": Range(5, 100), "rate": Range(2, 20)}
    ),
    "warmup": Free(0.5),
    "drain": Free(30.0),
    "transfer": Range(1_000_000, 32_000_000),
    "clients": Range(1, 3),
}


def transfer_s(load: Asked, paths: int) -> float:
    """About how long one transfer takes over the first paths."""
    bits = load.own.transfer_bytes * 8 * load.window.clients
    return bits / sum(rates(load)[:paths])


def slowest_trip_s(load: Asked, paths: int) -> float:
    """The longer round trip of the first paths."""
    link = linktext.link_of(load.values())
    return max(path.rtt_ns for path in link.paths[:paths]) / 1e9 if link else 0.0


LEAST_TRIPS = 60
"""Slow start takes about four round trips, in which a path is not full."""


def _takes(paths: int) -> Condition:
    which = "both paths" if paths == 2 else "the first path"
    return Condition(
        f"a transfer over {which} takes at least {LEAST_TRIPS} round trips of the slower one, so "
        "that its beginning is short beside it, and at most 10 s",
        lambda load: LEAST_TRIPS * slowest_trip_s(load, paths) <= transfer_s(load, paths) <= 10,
    )


ONE_PATH = Domain(
    PATHS,
    where=(_takes(1),),
    units=Units("transfers", 1, lambda load: 2 / transfer_s(load, 1), at_most_s=10),
)
BOTH_PATHS = Domain(
    PATHS,
    where=(_takes(2),),
    units=Units("transfers", 1, lambda load: 2 / transfer_s(load, 2), at_most_s=10),
)


def _tcp_mbit(load: Asked, _: Facts) -> float:
    return laws.goodput(rates(load)[:1], load.window.clients) / 1e6


def _mptcp_mbit(load: Asked, _: Facts) -> float:
    return laws.goodput(rates(load), load.window.clients, laws.DSS_BYTES) / 1e6


def _second_share(load: Asked, _: Facts) -> float:
    return laws.second_share(*rates(load))


TCP_GOODPUT = Law(
    "MP-1",
    "C1 (1500 - 52)/1500 / N",
    "headers of full packets; long transfers",
    "goodput",
    ("tcp",),
    _tcp_mbit,
    ONE_PATH,
    (),
)
MPTCP_GOODPUT = Law(
    "MP-1",
    "(C1 + C2) (1500 - 52 - 28)/1500 / N",
    "headers of full packets; long transfers",
    "goodput",
    ("mptcp",),
    _mptcp_mbit,
    BOTH_PATHS,
    (),
)
SECOND_SHARE = Law(
    "MP-2",
    "C2/(C1 + C2)",
    "each path is full; long transfers",
    "second_path_share",
    ("mptcp",),
    _second_share,
    BOTH_PATHS,
    (),
)
PREDICTIONS = (TCP_GOODPUT, MPTCP_GOODPUT, SECOND_SHARE)
