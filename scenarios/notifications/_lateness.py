"""How late clients of `notifications` are, by law: formulas filled from a load and facts.  Pure.

Facts come from trials in which each event is for one client and from broadcasts to another number
of clients, never from the latencies that are predicted.
"""

from __future__ import annotations

import statistics

from bench.model.law import SEED, Calibration, Facts
from bench.model.links import LOOPBACK
from bench.model.load import Load
from bench.stats import queues
from scenarios.notifications import laws
from scenarios.notifications._schedule import event_times_s
from scenarios.notifications.load import NotificationLoad, audience, rate_per_client

Asked = Load[NotificationLoad]

SINGLY_CLIENTS, SINGLY_RATE = 100, 20.0
SINGLY = Calibration(
    "singly",
    {
        "clients": SINGLY_CLIENTS,
        "event_rate": SINGLY_RATE,
        "schedule": "constant",
        "audience": "one",
        "warmup": 0.3,
        "duration": 3.0,
    },
    ("latency_mean", "server_cpu_us_per_event"),
    text="events for one client each: what the way from source to client takes, and what it costs",
)


def many(load: Asked) -> int:
    """As many clients as show what one more costs; another number than the load's."""
    return 200 if load.window.clients != 200 else 250


_BROADCAST = {
    "clients": many,
    "event_rate": 10.0,
    "schedule": "constant",
    "audience": "every",
    "warmup": 0.3,
    "duration": 3.0,
}
MANY = Calibration(
    "many",
    _BROADCAST,
    ("server_cpu_us_per_event",),
    text="broadcasts to another number of clients: what a message for one more costs the server",
)
MANY_NEAR = Calibration(
    "many_near",
    {**_BROADCAST, "link": LOOPBACK},
    ("server_cpu_us_per_event",),
    text="the same without a link, where all clients ask again before the next event",
)


def _rtt_s(facts: Facts) -> float:
    return facts["rtt_us"] / 1e6


def _cost_s(load: Asked, facts: Facts, calibration: Calibration) -> float:
    """What the server needs for one more client of a broadcast: the rest is of the event."""
    clients, alone_us = many(load), facts["singly.server_cpu_us_per_event"]
    whole_us = clients * facts[calibration.key("server_cpu_us_per_event")]
    return (whole_us - alone_us) / (clients - 1) / 1e6


def _event_s(load: Asked, facts: Facts) -> float:
    """For how long one event keeps the server busy."""
    alone_s = facts["singly.server_cpu_us_per_event"] / 1e6
    return alone_s + (audience(load) - 1) * _cost_s(load, facts, MANY)


def poll_mean_ms(load: Asked, facts: Facts) -> float:
    return laws.short_poll_mean(load.own.poll_interval_s, _rtt_s(facts)) * 1e3


def _poll_quantile_ms(quantile: float, load: Asked, facts: Facts) -> float:
    return laws.short_poll_quantile(quantile, load.own.poll_interval_s, _rtt_s(facts)) * 1e3


def poll_p50_ms(load: Asked, facts: Facts) -> float:
    return _poll_quantile_ms(0.5, load, facts)


def poll_p99_ms(load: Asked, facts: Facts) -> float:
    return _poll_quantile_ms(0.99, load, facts)


def _queueing_s(load: Asked, facts: Facts) -> float:
    """How long an event waits for the one before it, by the times at which they are planned."""
    offsets_s = event_times_s(load, facts[SEED])
    waits = queues.waits(offsets_s, [_event_s(load, facts)] * len(offsets_s))
    counted = [
        wait_s
        for wait_s, at_s in zip(waits, offsets_s, strict=True)
        if at_s >= load.window.warmup_s
    ]
    return statistics.fmean(counted)


def broadcast_ms(load: Asked, facts: Facts) -> float:
    """FAN-1: the way of an event for one, then client after client, after the event before."""
    in_turn_s = laws.in_turn_mean(audience(load), _cost_s(load, facts, MANY))
    return facts["singly.latency_mean"] + (in_turn_s + _queueing_s(load, facts)) * 1e3


def _gap_s(receivers: int, load: Asked, facts: Facts) -> float:
    """Long polling's gap: a round trip, and the server's work for half of all who ask again."""
    return _rtt_s(facts) + laws.fan_out_mean(receivers, _cost_s(load, facts, MANY_NEAR), 0.0)


def long_poll_ms(load: Asked, facts: Facts) -> float:
    """LP-1, and a broadcast's replies in turn.

    Half of the cost of a delivery is the reply's; the rest, the next request's, comes
    after all replies are out.  Of the events for one client each a few fell into a gap, too.
    """
    one_s = facts["singly.latency_mean"] / 1e3
    one_s -= laws.long_poll_mean(SINGLY_RATE / SINGLY_CLIENTS, 0.0, _gap_s(1, load, facts))
    in_gap_s = laws.long_poll_mean(rate_per_client(load), 0.0, _gap_s(audience(load), load, facts))
    in_turn_s = laws.in_turn_mean(audience(load), _cost_s(load, facts, MANY_NEAR) / 2)
    return (one_s + in_gap_s + in_turn_s) * 1e3


def long_polls_per_event(load: Asked, facts: Facts) -> float:
    """LP-2 over lambda."""
    gap_s = _gap_s(audience(load), load, facts)
    return laws.long_poll_requests_per_event(
        rate_per_client(load), gap_s, load.own.long_poll_timeout_s
    )
