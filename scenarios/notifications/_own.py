"""What the load of `notifications` means for a server that is not ours.  Pure.

Imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.errors import UsageError
from bench.model.load import Load, parameters_of
from bench.model.ownserver import OwnServer, OwnUse
from scenarios.notifications.load import LOAD, NotificationLoad, rate_per_client

SUFFIX = "_own"
"""What the names of patterns end in whose server is somebody else's."""

OF_OUR_SERVERS = (
    "long_poll_timeout",
    "keep_alive",
    "slow_policy",
    "send_buffer",
    "burn",
    "deflate",
    "proxy",
    "bystander_rate",
)
"""Parameters that our own servers obey, and nobody else's."""

OF_A_SCHEDULE = ("event_rate", "schedule", "trace", "payload")


def check(_: str, load: Load[NotificationLoad], own: OwnServer) -> None:
    """UsageError where the load asks for what such a server does not do for us."""
    ignored = OF_OUR_SERVERS + (OF_A_SCHEDULE if own.publish.by_itself else ())
    known, values = parameters_of(LOAD), load.values()
    for name in ignored:
        parameter = known[name]
        if values[parameter.field_name] != parameter.default:
            whose = "publishes by itself" if name in OF_A_SCHEDULE else "does not obey it"
            raise UsageError(f"{name}: your own server {whose}; remove it")
    if load.own.audience == "one" and not _tells_clients_apart(own):
        raise UsageError(
            "audience=one: publish has no {client}, so that an event cannot be for one; add it, "
            "or use audience=every"
        )


def _tells_clients_apart(own: OwnServer) -> bool:
    publish = own.publish
    texts = [publish.url, publish.body, *publish.headers.values(), *publish.command]
    return any("{client}" in text for text in texts)


def per_second(pattern: str, load: Load[NotificationLoad]) -> float:
    """Events handed over, requests and deliveries in a second."""
    own, clients = load.own, load.window.clients
    deliveries = rate_per_client(load) * clients
    asks = clients / own.poll_interval_s if pattern == f"short_polling{SUFFIX}" else deliveries
    return own.event_rate_per_s + max(deliveries, asks)


OWN = OwnUse(check, per_second)
