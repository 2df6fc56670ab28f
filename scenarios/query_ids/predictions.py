"""The laws of `query_ids` as they apply to its patterns and metrics.  Pure.

Each fills a formula of laws.py from a load and the round trip of the link.  There is none for TCP
under loss: how long it takes to send a segment again follows from what else is on the connection.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.model import linktext
from bench.model.domain import Condition, Domain, Free, Range, Units, Wanted
from bench.model.law import Facts, Law
from bench.model.load import Load
from scenarios.query_ids import laws
from scenarios.query_ids.load import QueryLoad, patience_s

Asked = Load[QueryLoad]

UDP, TCP = "udp_query_id", "tcp_query"
RTT = "link_rtt_probe_ms"

SLACK_S = 0.02
"""What kernel, scheduler and programs may add to an answer before its query is sent again."""


def longest_s(load: Asked) -> float:
    """The longest time until an answer that nothing holds up."""
    return load.link.rtt_s + 2 * load.own.answer_time_s


def success(load: Asked) -> float:
    """s of the load's link."""
    link = linktext.link_of(load.values())
    if link is None:
        return 1.0
    (path,) = link.paths
    return laws.success(path.up.loss, path.down.loss)


_SHARED: Mapping[str, Wanted] = {
    "clients": Range(2, 50),
    "query_rate": Range(50, 1500),
    "answer_time": Range(0.001, 0.05),
    "warmup": Free(0.3),
    "drain": Free(20.0),
    "link": ("emulated",),
    "rtt": Range(0.005, 0.1),
    "loss": Range(0.01, 0.1),
    "cc": Free("host"),
    "forged_share": Range(0, 0.2),
}
PATIENT = Condition(
    "a query is sent again only after 20 ms more than the longest time that an answer takes, so "
    "that each retry is due to a loss",
    lambda load: load.own.retry_after_s >= longest_s(load) + SLACK_S,
)
ENOUGH = Condition(
    "tries and timeouts are enough: fewer than 1 query in 10,000 is given up, within 20 s",
    lambda load: (1 - success(load)) ** load.own.tries < 1e-4 and patience_s(load) <= 20,
)


def lost_per_s(load: Asked) -> float:
    """Queries per second whose first try is lost: what the laws of loss count."""
    return load.own.query_rate_per_s * (1 - success(load))


LOSSY = Domain(
    {**_SHARED, "retry_after": Range(0.05, 0.5), "tries": Range(4, 8)},
    where=(PATIENT, ENOUGH),
    units=Units("lost queries", 1000, lost_per_s, at_least_s=2, at_most_s=25),
)
UNHURRIED = Domain(
    {
        **_SHARED,
        "loss": Range(0, 0.1, evenly=True),
        "retry_after": Range(0.05, 0.5),
        "tries": (6, 7, 8),
    },
    where=(PATIENT, ENOUGH),
    units=Units("queries", 3000, lambda load: load.own.query_rate_per_s, 2, 25),
)
GUESSING = Domain(
    {
        **_SHARED,
        "loss": Range(0, 0.05, evenly=True),
        "retry_after": Range(0.05, 0.5),
        "tries": (6, 7, 8),
        "ids": Range(16, 256),
        "forged_share": Range(0.5, 1.0),
        "forged_id": ("guessed",),
    },
    where=(
        PATIENT,
        ENOUGH,
        Condition(
            "a client has at most a quarter of its ids in use",
            lambda load: (
                load.own.query_rate_per_s / load.window.clients * longest_s(load)
                <= load.own.ids / 4
            ),
        ),
    ),
    units=Units(
        "ids guessed",
        300,
        lambda load: load.own.query_rate_per_s * load.own.forged_share / load.own.ids,
        at_least_s=3,
        at_most_s=20,
    ),
)


def _retries(load: Asked, _: Facts) -> float:
    return laws.retries(success(load), load.own.tries)


def _at_once(load: Asked, _: Facts) -> float:
    return laws.answered_at_once(success(load))


def _held_up(load: Asked, _: Facts) -> float:
    return laws.held_up(success(load))


def _latency_ms(load: Asked, facts: Facts) -> float:
    own = load.own
    wait_s = laws.mean_wait(success(load), own.tries, own.retry_after_s)
    return laws.latency(facts[RTT] / 1e3, own.answer_time_s, wait_s) * 1e3


def _without_loss_ms(load: Asked, facts: Facts) -> float:
    return laws.latency(facts[RTT] / 1e3, load.own.answer_time_s, 0.0) * 1e3


def _guessed(load: Asked, _: Facts) -> float:
    return laws.guessed(load.own.forged_share, load.own.ids)


RETRIES = Law(
    "QID-1",
    "(1 - f^K)/s - 1; s = (1 - p)(1 - q), f = 1 - s",
    "packets are lost independently; each retry is for a loss",
    "retries_per_query",
    (UDP,),
    _retries,
    LOSSY,
    (),
    passed_with=(9141,),
)
AT_ONCE = Law(
    "QID-1",
    "s = (1 - p)(1 - q)",
    "packets are lost independently; each retry is for a loss",
    "first_share",
    (UDP,),
    _at_once,
    UNHURRIED,
    (),
    passed_with=(9141,),
)
HELD_UP = Law(
    "QID-2",
    "1 - s",
    "no query waits for another one's packet",
    "held_up_share",
    (UDP,),
    _held_up,
    LOSSY,
    (),
    passed_with=(9141,),
)
LATENCY = Law(
    "QID-3",
    "R + m + sum of f^k s T (2^k - 1), k < K, over 1 - f^K",
    "the same, and timeouts that double",
    "latency_mean",
    (UDP,),
    _latency_ms,
    UNHURRIED,
    (RTT,),
    passed_with=(9141,),
)
WITHOUT_LOSS = Law(
    "QID-3",
    "R + m",
    "no packet is lost, and queries on a connection do not wait for each other (RFC 7766)",
    "latency_mean",
    (TCP,),
    _without_loss_ms,
    Domain(
        {**_SHARED, "loss": (0,), "retry_after": Free(0.3), "tries": Free(6)},
        units=Units("queries", 2000, lambda load: load.own.query_rate_per_s, 2, 25),
    ),
    (RTT,),
    passed_with=(9141,),
)
GUESSED = Law(
    "QID-4",
    "F/n",
    "an id of n is drawn at random; the forged answer comes before the right one (RFC 5452)",
    "wrong_share",
    (UDP,),
    _guessed,
    GUESSING,
    (),
    band=0.15,
    band_reason="a few hundred ids are guessed in a trial: one standard deviation is 6 %",
    passed_with=(9141,),
)
PREDICTIONS = (RETRIES, AT_ONCE, HELD_UP, LATENCY, WITHOUT_LOSS, GUESSED)
