"""The laws as the claims of `notifications` hold them against numbers.  Pure.

Each fills a formula of laws.py from a load and from facts of the same trials, and
gives the value in the metric's unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bench.model.fault import parse_faults, timeline
from scenarios.notifications import laws

Facts = Mapping[str, float]


def rtt(facts: Facts) -> float:
    return facts["rtt_us"] / 1e6


def poll_mean_ms(load: Any, facts: Facts) -> float:
    return laws.short_poll_mean(load.poll_interval_s, rtt(facts)) * 1e3


def poll_p99_ms(load: Any, facts: Facts) -> float:
    return laws.short_poll_quantile(0.99, load.poll_interval_s, rtt(facts)) * 1e3


def polls_alike_per_s(load: Any, _: Facts, __: Facts) -> float:
    """SP-2: one request per event where lambda = 1/T."""
    return float(1 / load.poll_interval_s)


def polls_break_even(load: Any, facts: Facts, _: Facts) -> float:
    return laws.break_even_rate(load.poll_interval_s, rtt(facts), load.long_poll_timeout_s)


def cpu_break_even(load: Any, push: Facts, poll: Facts) -> float:
    """FAN-2: lambda = s_poll/(T s), both as measured near the crossing."""
    cost_of_poll = poll["backend_cpu_us_per_s"] / poll["requests_per_s"]
    interval_s: float = load.poll_interval_s
    return cost_of_poll / (interval_s * push["backend_cpu_us_per_event"])


def bytes_break_even(load: Any, poll: Facts, push: Facts) -> float:
    """SP-3 set equal to what a push sends: what polls carry beside payloads, at rate 1/T."""
    beside = (poll["wire_bytes_per_event"] - load.payload_bytes) / poll["requests_per_event"]
    pushed = push["wire_bytes_per_event"] - load.payload_bytes
    return float(beside / (load.poll_interval_s * pushed))


def timeout_requests_per_s(load: Any, facts: Facts) -> float:
    """LP-2 for all clients at rare events."""
    one = laws.long_poll_requests_per_s(load.event_rate_per_s, rtt(facts), load.long_poll_timeout_s)
    return float(load.clients * one)


def sse_bytes(load: Any, facts: Facts) -> float:
    digits = len(str(max(1, int(facts["deliveries"] / load.clients))))
    return laws.sse_bytes(load.payload_bytes, digits)


def websocket_bytes(load: Any, _: Facts) -> float:
    return laws.websocket_bytes(load.payload_bytes)


def absence_completeness(load: Any, _: Facts) -> float:
    """A client that is away for d of a window W misses d/W of a steady stream."""
    return float(1 - load.away_s / load.duration_s)


def stall_mean_ms(load: Any, _: Facts) -> float:
    return laws.stall_mean(stop_s(load), load.duration_s) * 1e3


def stall_p99_ms(load: Any, _: Facts) -> float:
    return laws.stall_quantile(0.99, stop_s(load), load.duration_s) * 1e3


def stop_s(load: Any) -> float:
    """How long the load's one fault stops the server; NaN where that is not all that happens."""
    faults = parse_faults(load.fault)
    planned = timeline(faults, round(load.duration_s * 1e9), seed=0)
    if [(one.fault.actor.name, one.fault.verb) for one in planned] != [("server", "stop")]:
        return math.nan
    (stop,) = planned
    return math.nan if stop.end_ns is None else (stop.end_ns - stop.begin_ns) / 1e9


def gap_s(facts: Facts) -> float:
    """One round trip, and what the server spends on a request."""
    return rtt(facts) + facts["server_cpu_us_per_event"] / 1e6


def long_poll_mean_ms(load: Any, facts: Facts) -> float:
    return laws.long_poll_mean(load.rate_per_client, rtt(facts), gap_s(facts)) * 1e3


def long_poll_max_ms(_: Any, facts: Facts) -> float:
    return laws.long_poll_max(rtt(facts), gap_s(facts)) * 1e3


def one_way_ms(_: Any, facts: Facts) -> float:
    return rtt(facts) / 2 * 1e3
