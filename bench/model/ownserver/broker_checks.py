"""Whether what a description says of an AMQP broker goes together.  Pure.

Each problem is a line: the key, what is wrong and the remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from bench.model.ownserver.description import OwnServer
from bench.model.ownserver.filling import (
    CLIENT,
    HOST,
    PLACEHOLDER,
    PORT,
    SECRET,
    placeholders,
)
from bench.model.ownserver.places import is_broker

OF_BROKERS = {
    "subscribe": ("exchange", "routing_key", "queue"),
    "publish": ("exchange", "routing_key"),
}
OF_OTHERS = {"subscribe": ("headers", "position", "say"), "publish": ("headers", "say")}
"""Keys that mean nothing to a broker."""


def of_brokers(own: OwnServer) -> Iterator[str]:
    """What is wrong with keys of brokers, or with those that a broker has not."""
    for table in OF_BROKERS:
        section = getattr(own, table)
        wrong, needed = OF_OTHERS, "http:// or ws://"
        if not is_broker(section.url):
            wrong, needed = OF_BROKERS, "amqp://"
        for key in wrong[table]:
            if getattr(section, key):
                yield f"{table}.{key}: belongs to {needed}; write {table}.url so, or remove it"
        if is_broker(section.url):
            yield from _of_address(f"{table}.url", section.url)
    if is_broker(own.subscribe.url):
        yield from _of_queues(own)
    if is_broker(own.publish.url) and not (own.publish.exchange or own.publish.routing_key):
        yield (
            'publish.exchange: is missing; add e.g. exchange = "news", or routing_key = "my-queue" '
            "for the default exchange"
        )


def _of_queues(own: OwnServer) -> Iterator[str]:
    subscribe = own.subscribe
    if not subscribe.exchange and not subscribe.queue:
        yield (
            'subscribe.exchange: is missing; add e.g. exchange = "news", or queue = "for-{client}" '
            "where each client's queue is there already"
        )
    for key in ("exchange", "routing_key"):
        if subscribe.queue and getattr(subscribe, key):
            yield (
                f"subscribe.{key}: contradicts subscribe.queue; keep the queue (it is bound "
                "already) or the exchange (we bind a queue to it)"
            )
    if subscribe.queue and CLIENT not in placeholders(subscribe.queue):
        yield (
            f"subscribe.queue = {subscribe.queue}: lacks {{client}}; clients of one queue would "
            "share its events, and each is to get all"
        )


def _of_address(key: str, url: str) -> Iterator[str]:
    """A password would be stored with every run, and shown in its report."""
    parts = urlsplit(url)
    for name, values in parse_qs(parts.query, keep_blank_values=True).items():
        if name != "heartbeat" or not values[0].isdecimal():
            yield f"{key}: ?{name}={values[0]}: only ?heartbeat=SECONDS is known; remove it"
    for name in placeholders(url):
        if name not in (HOST, PORT) and not name.startswith(SECRET):
            yield f"{key}: {{{name}}} is in no broker's address; write it in routing_key or queue"
    without_secrets = PLACEHOLDER.sub(
        lambda found: "" if found[1].startswith(SECRET) else found[0], url
    )
    if urlsplit(without_secrets).password:
        yield (
            f"{key}: has a password, which would be stored with the run; write {{env:NAME}} in its "
            "place and set that variable (guest's own need not be written)"
        )
