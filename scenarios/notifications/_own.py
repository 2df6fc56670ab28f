"""What the load of `notifications` means for a server that is not ours.  Pure.

Imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.errors import UsageError
from bench.model.load import Load
from bench.model.ownserver import OwnServer, OwnUse, refuse_set
from bench.model.rates import counted
from scenarios.notifications.load import NotificationLoad, rate_per_client

SUFFIX = "_own"
"""What the names of patterns end in whose server is somebody else's."""

OF_A_SCHEDULE = ("event_rate", "schedule", "trace", "payload")


def check(_: str, load: Load[NotificationLoad], own: OwnServer) -> None:
    """UsageError where the load asks for what such a server does not do for us."""
    if own.publish.by_itself:
        refuse_set(load, OF_A_SCHEDULE, "publishes by itself; remove it")
    if load.own.audience == "one" and not _tells_clients_apart(own):
        raise UsageError(
            "audience=one: publish has no {client}, so that an event cannot be for one; add it, "
            "or use audience=every"
        )


def _tells_clients_apart(own: OwnServer) -> bool:
    publish = own.publish
    texts = [
        publish.url,
        publish.body,
        publish.routing_key,
        *publish.headers.values(),
        *publish.command,
    ]
    return any("{client}" in text for text in texts)


def per_second(pattern: str, load: Load[NotificationLoad]) -> float:
    """Events handed over, requests and deliveries in a second."""
    own, clients = load.own, load.window.clients
    deliveries = rate_per_client(load) * clients
    asks = clients / own.poll_interval_s if pattern == f"short_polling{SUFFIX}" else deliveries
    return own.event_rate_per_s + max(deliveries, asks)


def sentence(load: Load[NotificationLoad], own: OwnServer) -> str:
    """Whose events they are where the load says nothing of them."""
    if not own.publish.by_itself:
        return ""
    return (
        f"{counted(load.window.clients, 'client')}, the events that the server publishes by itself"
    )


OWN = OwnUse(
    only_ours=(
        "long_poll_timeout",
        "keep_alive",
        "slow_policy",
        "send_buffer",
        "burn",
        "deflate",
        "proxy",
        "bystander_rate",
    ),
    why="does not obey it; remove it",
    per_second=per_second,
    check=check,
    sentence=sentence,
)
