"""The laws as the claims of `notifications` hold them against numbers.  Pure.

Each fills a formula of laws.py from a load and from facts of the same trials, and
gives the value in the metric's unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bench.model.fault import parse_faults, timeline
from bench.model.load import Load
from scenarios.notifications import laws
from scenarios.notifications.load import NotificationLoad, rate_per_client

Facts = Mapping[str, float]


def rtt(facts: Facts) -> float:
    return facts["rtt_us"] / 1e6


def poll_mean_ms(load: Load[NotificationLoad], facts: Facts) -> float:
    return laws.short_poll_mean(load.own.poll_interval_s, rtt(facts)) * 1e3


def poll_p90_ms(load: Load[NotificationLoad], facts: Facts) -> float:
    return laws.short_poll_quantile(0.9, load.own.poll_interval_s, rtt(facts)) * 1e3


def useless_share(load: Load[NotificationLoad], _: Facts) -> float:
    """Of evenly spaced events."""
    return laws.short_poll_useless_share_evenly(rate_per_client(load), load.own.poll_interval_s)


def polls_alike_per_s(load: Load[NotificationLoad], _: Facts, __: Facts) -> float:
    """SP-2: one request per event where lambda = 1/T."""
    return 1 / load.own.poll_interval_s


def polls_break_even(load: Load[NotificationLoad], facts: Facts, _: Facts) -> float:
    return laws.break_even_rate(load.own.poll_interval_s, rtt(facts), load.own.long_poll_timeout_s)


def cpu_break_even(load: Load[NotificationLoad], push: Facts, poll: Facts) -> float:
    """FAN-2: lambda = s_poll/(T s), each as measured at a level of its own."""
    cost_of_poll = poll["backend_cpu_us_per_s"] / poll["requests_per_s"]
    interval_s = load.own.poll_interval_s
    return cost_of_poll / (interval_s * push["backend_cpu_us_per_event"])


def bytes_break_even(load: Load[NotificationLoad], poll: Facts, push: Facts) -> float:
    """SP-3 set equal to what a push sends: what polls carry while nothing happens, at rate 1/T."""
    polls_per_s = poll["requests_per_s"] / load.window.clients
    beside = poll["wire_bytes_per_client_s"] / polls_per_s
    pushed = push["wire_bytes_per_event"] - load.own.payload_bytes
    return beside / (load.own.poll_interval_s * pushed)


def timeout_requests_per_s(load: Load[NotificationLoad], facts: Facts) -> float:
    """LP-2 for all clients at rare events."""
    one = laws.long_poll_requests_per_s(
        load.own.event_rate_per_s, rtt(facts), load.own.long_poll_timeout_s
    )
    return load.window.clients * one


def sse_bytes(load: Load[NotificationLoad], facts: Facts) -> float:
    digits = len(str(max(1, int(facts["deliveries"] / load.window.clients))))
    return laws.sse_bytes(load.own.payload_bytes, digits)


def websocket_bytes(load: Load[NotificationLoad], _: Facts) -> float:
    return laws.websocket_bytes(load.own.payload_bytes)


def set_up_ms(_: Any, facts: Facts) -> float:
    return laws.set_up(rtt(facts)) * 1e3


def clients_that_fill_the_link(
    load: Load[NotificationLoad], poll: Facts, _: Facts, share: float = 0.95
) -> float:
    """SP-3 against the link's rate: to 95 % of it, as a full link is seen."""
    rate = share * load.link.rate
    sizes = poll["poll_bytes_up"], poll["empty_bytes_down"]
    return laws.clients_that_fill_a_link(rate, load.own.poll_interval_s, *sizes)


def herd_return_ms(load: Load[NotificationLoad], facts: Facts) -> float:
    """LP-4; half of what a delivery costs the server is the reply, half the next request."""
    half_s = facts["server_cpu_us_per_event"] / 2e6
    return laws.herd_return(load.window.clients, half_s, half_s, rtt(facts)) * 1e3


def backlog_bytes(load: Load[NotificationLoad], _: Facts) -> float:
    """Of the clients that the load's one fault stops, from its beginning to the window's end."""
    planned = timeline(parse_faults(load.faults.fault), round(load.window.duration_s * 1e9), seed=0)
    if len(planned) != 1:
        return math.nan
    (stop,) = planned
    first, last = stop.fault.actor.first, stop.fault.actor.last
    if first is None or last is None:
        return math.nan
    stopped_s = load.window.duration_s - stop.begin_ns / 1e9
    one = laws.backlog_bytes(load.own.event_rate_per_s, load.own.payload_bytes, stopped_s)
    return (last - first + 1) * one


def absence_completeness(load: Load[NotificationLoad], _: Facts) -> float:
    """A client that is away for d of a window W misses d/W of a steady stream."""
    return 1 - load.own.away_s / load.window.duration_s


def stall_mean_ms(load: Load[NotificationLoad], _: Facts) -> float:
    return laws.stall_mean(stop_s(load), load.window.duration_s) * 1e3


def stall_p99_ms(load: Load[NotificationLoad], _: Facts) -> float:
    return laws.stall_quantile(0.99, stop_s(load), load.window.duration_s) * 1e3


def stop_s(load: Load[NotificationLoad]) -> float:
    """How long the load's one fault stops the server; NaN where that is not all that happens."""
    faults = parse_faults(load.faults.fault)
    planned = timeline(faults, round(load.window.duration_s * 1e9), seed=0)
    if [(one.fault.actor.name, one.fault.verb) for one in planned] != [("server", "stop")]:
        return math.nan
    (stop,) = planned
    return math.nan if stop.end_ns is None else (stop.end_ns - stop.begin_ns) / 1e9


def gap_s(facts: Facts) -> float:
    """One round trip, and what the server spends on a request."""
    return rtt(facts) + facts["server_cpu_us_per_event"] / 1e6


def long_poll_mean_ms(load: Load[NotificationLoad], facts: Facts) -> float:
    return laws.long_poll_mean(rate_per_client(load), rtt(facts), gap_s(facts)) * 1e3


def long_poll_max_ms(_: Any, facts: Facts) -> float:
    return laws.long_poll_max(rtt(facts), gap_s(facts)) * 1e3


def one_way_ms(_: Any, facts: Facts) -> float:
    return rtt(facts) / 2 * 1e3
