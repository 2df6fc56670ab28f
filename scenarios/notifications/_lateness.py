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

_BRIEFLY = {"schedule": "poisson", "warmup": 0.3, "duration": 3.0}
"""Never evenly spaced: at ten a second every event would meet the meters' reading."""


def few(load: Asked) -> int:
    """A handful of clients: what comes before the first message is most of their latency."""
    return 10 if load.window.clients != 10 else 12


def many(load: Asked) -> int:
    """As many clients as show what one more costs: it grows where they outgrow the caches.

    Another number than the load's, in three sizes, so that levels share them.
    """
    clients = load.window.clients
    near = 60 if clients <= 60 else 200 if clients <= 300 else 600
    return near if clients != near else near * 5 // 4


def sixty_events_s(load: Asked) -> float:
    """As long as the mean of a few clients' latencies needs."""
    return min(9.0, max(3.0, 60 / load.own.event_rate_per_s))


FEW = Calibration(
    "few",
    {"warmup": 0.3, "duration": sixty_events_s, "clients": few},
    ("latency_mean", "server_cpu_us_per_event"),
    text="the same events for a handful of clients: what the way from source to client takes, "
    "longer where processes have slept for long, and what it costs",
)
MANY = Calibration(
    "many",
    {**_BRIEFLY, "clients": many, "event_rate": 10.0, "audience": "every"},
    ("server_cpu_us_per_event",),
    text="broadcasts to another number of clients: what a message for one more costs the server",
)

SINGLY_CLIENTS, SINGLY_RATE = 100, 20.0
SINGLY = Calibration(
    "singly",
    {**_BRIEFLY, "clients": SINGLY_CLIENTS, "event_rate": SINGLY_RATE, "audience": "one"},
    ("latency_mean", "server_cpu_us_per_event"),
    text="events for one client each, seldom for the same: a client is parked when one comes",
)
MANY_NEAR = Calibration(
    "many_near",
    {**MANY.settings, "link": LOOPBACK},
    ("server_cpu_us_per_event",),
    text="broadcasts without a link, where all clients ask again before the next event",
)


def _rtt_s(facts: Facts) -> float:
    return facts["rtt_us"] / 1e6


def _slope_s(fewer: tuple[int, float], more: tuple[int, float]) -> float:
    """What one more client costs, from two numbers of clients and the cost of each in us."""
    (few_clients, few_us), (many_clients, many_us) = fewer, more
    return (many_clients * many_us - few_clients * few_us) / (many_clients - few_clients) / 1e6


def _message_s(load: Asked, facts: Facts) -> float:
    """What the server needs for one more client of a broadcast; the rest is of the event."""
    fewer = few(load) if load.own.audience == "every" else 1
    return _slope_s(
        (fewer, facts["few.server_cpu_us_per_event"]),
        (many(load), facts["many.server_cpu_us_per_event"]),
    )


def _reply_s(load: Asked, facts: Facts) -> float:
    """What the server needs for one more long poll that a broadcast answers."""
    return _slope_s(
        (1, facts["singly.server_cpu_us_per_event"]),
        (many(load), facts["many_near.server_cpu_us_per_event"]),
    )


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
    receivers = audience(load)
    fewer = few(load) if receivers > 1 else 1
    event_s = fewer * facts["few.server_cpu_us_per_event"] / 1e6
    event_s += (receivers - fewer) * _message_s(load, facts)
    offsets_s = event_times_s(load, facts[SEED])
    waits = queues.waits(offsets_s, [event_s] * len(offsets_s))
    counted = [
        wait_s
        for wait_s, at_s in zip(waits, offsets_s, strict=True)
        if at_s >= load.window.warmup_s
    ]
    return statistics.fmean(counted)


def broadcast_ms(load: Asked, facts: Facts) -> float:
    """FAN-1: the latency of few clients, half a message for each one more, the event before."""
    found_s = facts["few.latency_mean"] / 1e3 + _queueing_s(load, facts)
    if load.own.audience == "every":
        found_s += laws.more_clients_mean(audience(load) - few(load), _message_s(load, facts))
    return found_s * 1e3


def _gap_s(receivers: int, load: Asked, facts: Facts) -> float:
    """Long polling's gap: a round trip, and the server's work for half of all who ask again."""
    return _rtt_s(facts) + laws.fan_out_mean(receivers, _reply_s(load, facts), 0.0)


def long_poll_ms(load: Asked, facts: Facts) -> float:
    """LP-1, and a broadcast's replies in turn.

    Half of the cost of a delivery is the reply's; the rest, the next request's, comes
    after all replies are out.  Of the events for one client each a few fell into a gap, too.
    """
    one_s = facts["singly.latency_mean"] / 1e3
    one_s -= laws.long_poll_mean(SINGLY_RATE / SINGLY_CLIENTS, 0.0, _gap_s(1, load, facts))
    gap_s = _gap_s(audience(load), load, facts)
    in_gap_s = laws.long_poll_mean(rate_per_client(load), 0.0, gap_s)
    in_turn_s = laws.more_clients_mean(audience(load) - 1, _reply_s(load, facts) / 2)
    return (one_s + in_gap_s + in_turn_s) * 1e3


def long_polls_per_event(load: Asked, facts: Facts) -> float:
    """LP-2 over lambda."""
    gap_s = _gap_s(audience(load), load, facts)
    return laws.long_poll_requests_per_event(
        rate_per_client(load), gap_s, load.own.long_poll_timeout_s
    )
