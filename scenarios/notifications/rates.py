"""Whose rates the load of `notifications` has, and how it is said.  Words only."""

from __future__ import annotations

from collections.abc import Collection

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from scenarios.notifications.load import NotificationLoad, audience, rate_per_client


def sentence(load: Load[NotificationLoad]) -> str:
    """Whose events they are, and how many deliveries they come to."""
    own, clients = load.own, load.window.clients
    who = counted(clients, "client")
    if own.schedule == "trace":
        whom = "all of them" if own.audience == "every" else "one of them"
        return f"{who}, the events of {own.trace}, each for {whom}"
    deliveries = per_second(own.event_rate_per_s * audience(load), "delivery", "deliveries")
    if own.audience == "every":
        return f"{who}, {per_second(own.event_rate_per_s, 'event')} for all of them = {deliveries}"
    each = per_second(rate_per_client(load), "event")
    return f"{who}, {each} of its own for each of them = {deliveries}"


def instead(load: Load[NotificationLoad], given: Collection[str]) -> str:
    """How to ask for events of each client's own; nothing where a broadcast was asked for."""
    own = load.own
    option = f"--per-client {own.event_rate_per_s:g}/s"
    if own.schedule == "trace" or (own.audience == "every" and "audience" in given):
        return ""
    if own.audience == "every":
        return f"each event goes to every client; for events of each client's own: {option}"
    return f"event_rate is the backend's; for that rate for each client: {option}"


RATES = Rates(
    sentence,
    about="Whose events? --set event_rate=1/s is the backend's rate: one event a second, which "
    "every client gets (a broadcast; audience=every, the default) or one client, chosen at random "
    "(audience=one). --per-client 1/s gives each client one event a second of its own: with 2,000 "
    "clients 2,000 events a second in the backend.",
    per_client=lambda rate, clients: {"audience": "one", "event_rate": rate * clients},
    level="event_rate",
    instead=instead,
)
