"""Whose rates the load of `fan_out` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from scenarios.fan_out.load import FanOutLoad


def sentence(load: Load[FanOutLoad]) -> str:
    """Whose events they are, and how many deliveries they come to."""
    rate, receivers = load.own.event_rate_per_s, load.window.clients
    who = counted(receivers, "receiver")
    if not rate:
        return f"{who}, events as fast as one publisher may (closed loop), each for all of them"
    deliveries = per_second(rate * receivers, "delivery", "deliveries")
    return f"{who}, {per_second(rate, 'event')} for all of them = {deliveries}"


RATES = Rates(
    sentence,
    about="event_rate is the publisher's: each event goes to every receiver. With event_rate=0 "
    "the publisher sends the next event as soon as it is free.",
    is_paced=lambda load: bool(load.own.event_rate_per_s),
)
