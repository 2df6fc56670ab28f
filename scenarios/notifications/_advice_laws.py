"""The laws of `notifications` filled from a machine's constants alone.  Pure.

Constants are trials with loads of their own: none depends on the workload that is asked about.

What one message costs falls with their rate, so that costs are curves through several trials
(_advice_curves.py).  What one more client costs is a difference of two of them, and may come out
below zero where trials scatter by more than it costs.  In a sum it is kept as it is: the curve then
still goes through what was measured, and is as often too high as too low; cut to zero it would be
too high.  Where a number below zero has no meaning by itself the law has no value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.model.law import Calibration, Facts, not_below_zero
from bench.model.links import EMULATED, LOOPBACK
from bench.model.load import Load
from scenarios.notifications import laws
from scenarios.notifications._advice_curves import Point, between, dearer, through
from scenarios.notifications.load import NotificationLoad, audience, rate_per_client

Asked = Load[NotificationLoad]

CPU, LATE, WIRE = "backend_cpu_us_per_s", "latency_mean", "wire_bytes_per_event"
DELIVERIES, REQUESTS = "deliveries_per_s", "requests_per_s"
PAYLOAD = 100
"""Bytes of an event in all of these trials."""

CLIENTS = 100
_LOAD = {
    "link": LOOPBACK,
    "schedule": "poisson",
    "audience": "one",
    "payload": PAYLOAD,
    "clients": CLIENTS,
    "warmup": 0.3,
    "duration": 2.0,
}
_FAR_S = 0.02
_FAR = {"link": EMULATED, "rtt": _FAR_S}

SELDOM_RATE, SOME_RATE, OFTEN_RATE = 5.0, 20.0, 100.0
STILL_RATE = 0.001
"""About one event in a quarter of an hour: none, mostly."""

_IDLE = {**_LOAD, "event_rate": STILL_RATE}
STILL = Calibration("still", _IDLE, (CPU,), text="clients wait while nothing happens")
SELDOM = Calibration(
    "seldom",
    {**_LOAD, "event_rate": SELDOM_RATE, "duration": 5.0},
    (CPU, DELIVERIES, LATE),
    text="few events, each for one client: each wakes the server up",
)
SOME = Calibration(
    "some",
    {**_LOAD, "event_rate": SOME_RATE, "duration": 3.0},
    (CPU, DELIVERIES, LATE),
    text="some events, each for one client: what one costs falls with how many there are",
)
OFTEN = Calibration(
    "often",
    {**_LOAD, "event_rate": OFTEN_RATE},
    (CPU, DELIVERIES, LATE, WIRE),
    text="many events, each for one client: what one costs",
)
MANY_CLIENTS, MANY_RATE = 200, 8.0
MANY = Calibration(
    "many",
    {**_LOAD, "event_rate": MANY_RATE, "audience": "every", "clients": MANY_CLIENTS},
    (CPU, DELIVERIES),
    text="broadcasts: what one more client costs",
)
FAR = Calibration(
    "far",
    {**_LOAD, **_FAR, "event_rate": OFTEN_RATE},
    (CPU, DELIVERIES, LATE),
    text="many events, each for one client, over a link: what it costs to send into one",
)
FAR_SOME = Calibration(
    "far_some",
    {**_LOAD, **_FAR, "event_rate": SOME_RATE, "duration": 3.0},
    (CPU, DELIVERIES, LATE),
    text="some events, each for one client, over a link",
)
OF_PUSHED = (STILL, SELDOM, SOME, OFTEN, MANY, FAR_SOME, FAR)
OF_HELD = OF_PUSHED

POLLED_SELDOM = Calibration(
    "polled_seldom",
    {**_IDLE, "clients": 20, "poll_interval": 5.0, "duration": 5.0},
    (CPU, REQUESTS),
    text="few polls while nothing happens",
)
_SOME_POLLS = {"clients": 60, "poll_interval": 1.0}
POLLED_SOME = Calibration(
    "polled_some",
    {**_IDLE, **_SOME_POLLS},
    (CPU, REQUESTS),
    text="some polls while nothing happens",
)
POLLED_OFTEN = Calibration(
    "polled_often",
    {**_IDLE, "poll_interval": 0.1},
    (CPU, REQUESTS, "poll_bytes_up", "empty_bytes_down"),
    text="many polls while nothing happens: what one costs, and what it weighs",
)
NEWS_INTERVAL_S, NEWS_RATE = 0.5, 5.0
POLLED_NEWS = Calibration(
    "polled_news",
    {**_LOAD, "audience": "every", "event_rate": NEWS_RATE, "poll_interval": NEWS_INTERVAL_S},
    (CPU, REQUESTS, DELIVERIES, "useless_share", "useful_bytes_down"),
    text="broadcasts while clients poll: what a poll with news costs more",
)
POLLED_SINGLY = Calibration(
    "polled_singly",
    {**_LOAD, "event_rate": OFTEN_RATE, "poll_interval": NEWS_INTERVAL_S},
    (CPU, REQUESTS, DELIVERIES, "useless_share"),
    text="many events, each for one client, while clients poll: what an event costs",
)
POLLED_FAR = Calibration(
    "polled_far",
    {**_IDLE, **_FAR, "poll_interval": 0.1},
    (CPU, REQUESTS),
    text="many polls over a link, while nothing happens",
)
POLLED_FAR_SOME = Calibration(
    "polled_far_some",
    {**_IDLE, **_FAR, **_SOME_POLLS},
    (CPU, REQUESTS),
    text="some polls over a link, while nothing happens",
)
OF_POLLED = (
    *(POLLED_SELDOM, POLLED_SOME, POLLED_OFTEN),
    *(POLLED_NEWS, POLLED_SINGLY),
    *(POLLED_FAR_SOME, POLLED_FAR),
)

LINK_SEGMENT_BYTES, LOOPBACK_SEGMENT_BYTES = 1448, 65_483


def _is_far(load: Asked) -> bool:
    return load.link.link != LOOPBACK


def _points(facts: Facts, rate: str, *names: str) -> list[Point]:
    """What trials cost in a second, over this rate of theirs."""
    return [(facts[f"{name}.{rate}"], facts[f"{name}.{CPU}"]) for name in names]


# --- pushes and long polls --------------------------------------------------------------------


def _of_events(load: Asked, facts: Facts) -> tuple[float, float]:
    """Microseconds: what as many events for one client each cost in a second; one more client."""
    near = _points(facts, DELIVERIES, "seldom", "some", "often")
    near.append((STILL_RATE, facts[f"still.{CPU}"]))
    rate, idle = load.own.event_rate_per_s, through(near, 0.0)
    own = through(near, rate)
    deliveries, cost = facts[f"many.{DELIVERIES}"], facts[f"many.{CPU}"]
    events = deliveries / MANY_CLIENTS
    client = (cost - through(near, events)) / (deliveries - events)
    if _is_far(load):
        more = dearer(near, _points(facts, DELIVERIES, "far_some", "far"), rate)
        own, client = idle + (own - idle) * more, client * more
    return own, client


def _first_ms(load: Asked, facts: Facts) -> float:
    """L1: what an event for one client takes beside its round trip; longer while cores sleep."""
    rates, beside_ms = {"seldom": SELDOM_RATE, "some": SOME_RATE, "often": OFTEN_RATE}, 0.0
    if _is_far(load):
        rates, beside_ms = {"far_some": SOME_RATE, "far": OFTEN_RATE}, _FAR_S * 1e3 / 2
    found = [(rate, facts[f"{name}.{LATE}"]) for name, rate in rates.items()]
    return between(found, load.own.event_rate_per_s) - beside_ms


def push_ms(load: Asked, facts: Facts) -> float:
    """FAN-1."""
    _, client = _of_events(load, facts)
    later_ms = laws.more_clients_mean(audience(load) - 1, client / 1e3)
    return _first_ms(load, facts) + _rtt_s(facts) * 1e3 / 2 + later_ms


def push_cpu(load: Asked, facts: Facts) -> float:
    """FAN-2 in microseconds per second."""
    own, client = _of_events(load, facts)
    return own + load.own.event_rate_per_s * (audience(load) - 1) * client


def _rtt_s(facts: Facts) -> float:
    return facts["rtt_us"] / 1e6


def _gap_s(load: Asked, facts: Facts) -> float:
    """From a reply to the client's next poll."""
    _, client = _of_events(load, facts)
    gap_s = _rtt_s(facts) + laws.fan_out_mean(audience(load), client / 1e6, 0.0)
    return not_below_zero(gap_s, "by the constants one more client costs less than nothing")


def long_poll_ms(load: Asked, facts: Facts) -> float:
    """LP-1, and a broadcast's replies in turn; half of a client's cost is the reply's."""
    _, client = _of_events(load, facts)
    in_gap_s = laws.long_poll_mean(rate_per_client(load), _rtt_s(facts), _gap_s(load, facts))
    later_ms = laws.more_clients_mean(audience(load) - 1, client / 2e3)
    return _first_ms(load, facts) + in_gap_s * 1e3 + later_ms


def _polls_per_s(load: Asked, facts: Facts) -> float:
    """LP-2, of one client."""
    rate, timeout_s = rate_per_client(load), load.own.long_poll_timeout_s
    return laws.long_poll_requests_per_s(rate, _gap_s(load, facts), timeout_s)


def long_poll_cpu(load: Asked, facts: Facts) -> float:
    """FAN-2 with LP-2's polls, in microseconds per second."""
    own, client = _of_events(load, facts)
    polls = load.window.clients * _polls_per_s(load, facts)
    return own + (polls - load.own.event_rate_per_s) * client


def long_poll_bytes(load: Asked, facts: Facts) -> float:
    """SP-3 with LP-2's polls, per client and second."""
    beside = facts[f"often.{WIRE}"] - PAYLOAD - 1
    events = rate_per_client(load) * (load.own.payload_bytes + 1)
    return events + _polls_per_s(load, facts) * beside


def websocket_bytes(load: Asked, facts: Facts) -> float:
    """WS-1 with packets, per client and second; a longer payload may have a longer header."""
    beside = facts[f"often.{WIRE}"] - laws.websocket_bytes(PAYLOAD)
    return rate_per_client(load) * (laws.websocket_bytes(load.own.payload_bytes) + beside)


def sse_bytes(load: Asked, facts: Facts) -> float:
    """SSE-1 with packets and keep-alives, per client and second."""
    beside = facts[f"often.{WIRE}"] - PAYLOAD
    alive = (laws.KEEP_ALIVE_BYTES + 2 * laws.IP_TCP_BYTES) / load.own.keep_alive_s
    return rate_per_client(load) * (load.own.payload_bytes + beside) + alive


# --- polls at fixed times ---------------------------------------------------------------------


def poll_ms(load: Asked, facts: Facts) -> float:
    """SP-1."""
    return laws.short_poll_mean(load.own.poll_interval_s, _rtt_s(facts)) * 1e3


def poll_cpu(load: Asked, facts: Facts) -> float:
    """FAN-2 in microseconds per second.  An event wakes the server up as a poll does."""
    near = _points(facts, REQUESTS, "polled_seldom", "polled_some", "polled_often")
    polls, events = load.window.clients / load.own.poll_interval_s, load.own.event_rate_per_s
    own = through(near, polls + events)
    if _is_far(load):
        more = dearer(near, _points(facts, REQUESTS, "polled_far_some", "polled_far"), polls)
        own += (through(near, polls) - through(near, 0.0)) * (more - 1)
    useless = laws.short_poll_useless_share(rate_per_client(load), load.own.poll_interval_s)
    news, event = _of_news(facts, near)
    return own + polls * (1 - useless) * news + events * event


def _of_news(facts: Facts, near: Sequence[Point]) -> tuple[float, float]:
    """What a poll with news costs more, and what an event does, from broadcasts and events for one.

    Both are beside what as many messages cost.  Both trials have both: two equations.
    """
    broadcast, singly = "polled_news", "polled_singly"
    events = facts[f"{broadcast}.{DELIVERIES}"] / CLIENTS, facts[f"{singly}.{DELIVERIES}"]
    useful = _useful(facts, broadcast), _useful(facts, singly)
    first, second = (
        facts[f"{name}.{CPU}"] - through(near, facts[f"{name}.{REQUESTS}"] + number)
        for name, number in zip((broadcast, singly), events, strict=True)
    )
    whole = useful[0] * events[1] - useful[1] * events[0]
    news = (first * events[1] - second * events[0]) / whole
    return news, (useful[0] * second - useful[1] * first) / whole


def _useful(facts: Facts, name: str) -> float:
    return facts[f"{name}.{REQUESTS}"] * (1 - facts[f"{name}.useless_share"])


def poll_bytes(load: Asked, facts: Facts) -> float:
    """SP-3 per client and second."""
    mean = NEWS_RATE * NEWS_INTERVAL_S
    events = mean / -math.expm1(-mean)
    header = facts["polled_news.useful_bytes_down"] - events * (PAYLOAD + 1) + 1
    interval_s = load.own.poll_interval_s
    one_poll = laws.short_poll_wire_bytes(
        laws.news_of_a_poll(rate_per_client(load), interval_s, evenly=False),
        facts["polled_often.poll_bytes_up"],
        facts["polled_often.empty_bytes_down"],
        header,
        load.own.payload_bytes,
        LINK_SEGMENT_BYTES if _is_far(load) else LOOPBACK_SEGMENT_BYTES,
    )
    return one_poll / interval_s
