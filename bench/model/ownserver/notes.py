"""What a reader must know of a run against a server that is not ours.  Pure; words only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.model.ownserver.description import OwnServer
from bench.model.ownserver.places import is_broker
from bench.model.ownserver.using import elsewhere


def notes(own: OwnServer, reads: Sequence[str]) -> list[str]:
    """What is not measured, and what is measured in another way, in sentences.

    `reads` are the tables that a pattern reads.
    """
    found = list(_of_server(own))
    for table in reads:
        found += TABLES.get(table, _nothing)(own)
    return found


def _nothing(_: OwnServer) -> Iterator[str]:
    yield from ()


def _of_server(own: OwnServer) -> Iterator[str]:
    if not own.is_metered:
        yield (
            "Its CPU and memory are not measured: the description names neither a command nor "
            "a pid."
        )
    if own.server.pid:
        yield (
            "It ran before the trials and goes on: it is not pinned to the backend's cores, and "
            "keeps its state from trial to trial."
        )
    if hosts := elsewhere(own):
        yield (
            f"It runs on {', '.join(hosts)}, which somebody allowed to be loaded "
            f"(--i-may-load), with at most {own.limit.per_second:g} requests and deliveries per "
            "second. The network between is part of every number."
        )


def _of_publishing(own: OwnServer) -> Iterator[str]:
    if own.is_untimed:
        yield (
            "It publishes by itself, and its events do not say when: latency is not measured. An "
            "event counts from when the first client had it, and what reached no client at all "
            "is not known to be missing."
        )
    elif own.publish.by_itself:
        yield (
            "It publishes by itself: latency counts from its own timestamp "
            f"({own.event.timestamp_unit}), and what reached no client at all is not known to "
            "be missing."
        )
    elif own.publish.url.startswith("ws"):
        yield (
            "Each event is sent to it over a WebSocket when it is due. Whether the server took it "
            "nobody says: it is missing where it was not delivered."
        )
    elif is_broker(own.publish.url):
        yield (
            "Each event is published to its exchange when it is due, one after the other, each "
            "when the broker has confirmed the one before."
        )
    elif own.publish.command:
        yield "Each event is published by a program of its own, whose start is in the latency."
    else:
        yield (
            "Each event is posted to it when it is due, one after the other: the time of the "
            "post is in the latency."
        )


def _of_calls(_: OwnServer) -> Iterator[str]:
    yield (
        "What the server spends on writing and reading messages only it could tell: CPU of "
        "messages is not shown."
    )


def _of_uploads(own: OwnServer) -> Iterator[str]:
    if not own.tus.read:
        yield (
            "That a file is stored the server says itself (HEAD); its content is not compared, as "
            "tus.read does not say that it can be read."
        )


def _of_pages(_: OwnServer) -> Iterator[str]:
    yield (
        "Connections and handshakes are not counted at the server, and nobody knows its delay: "
        "connections, handshakes and waves per page are not shown."
    )


TABLES: Mapping[str, Callable[[OwnServer], Iterator[str]]] = {
    "publish": _of_publishing,
    "call": _of_calls,
    "grpc": _of_calls,
    "tus": _of_uploads,
    "page": _of_pages,
}
