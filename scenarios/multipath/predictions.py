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
    "transfer": Range(1_000_000, 48_000_000),
    "clients": (1,),  # transfers of several end one after another: the last has all the bandwidth
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

LEAST_S, LEAST_S_ON_TWO, MOST_S = 2, 4, 12
"""On two paths the first overflow of a queue costs more: what it lost is sent on the other."""


def _takes(paths: int, least_s: float) -> Condition:
    which = "both paths" if paths == 2 else "the first path"
    return Condition(
        f"a transfer over {which} takes at least {LEAST_TRIPS} round trips of the slower one and "
        f"{least_s} s, so that its beginning is short in comparison, and at most {MOST_S} s",
        lambda load: (
            max(least_s, LEAST_TRIPS * slowest_trip_s(load, paths))
            <= transfer_s(load, paths)
            <= MOST_S
        ),
    )


def _transfers(paths: int, least_s: float) -> Domain:
    """A window in which one transfer begins: it may end after it."""
    units = Units("transfers", 1, lambda load: 2 / transfer_s(load, paths), at_most_s=MOST_S)
    return Domain(PATHS, where=(_takes(paths, least_s),), units=units)


ONE_PATH = _transfers(1, LEAST_S)
BOTH_PATHS = _transfers(2, LEAST_S_ON_TWO)

FIRST = (1001,)
"""The seed of the first audit, by which these domains were narrowed."""


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
    fitted_with=FIRST,
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
    fitted_with=FIRST,
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
    fitted_with=FIRST,
)
PREDICTIONS = (TCP_GOODPUT, MPTCP_GOODPUT, SECOND_SHARE)
