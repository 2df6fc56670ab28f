"""What a reader must know of a run against a server that is not ours.  Pure; words only."""

from __future__ import annotations

from collections.abc import Iterator

from bench.model.ownserver.checks import elsewhere
from bench.model.ownserver.description import OwnServer


def notes(own: OwnServer) -> list[str]:
    """What is not measured, and what is measured in another way, in sentences."""
    return list(_notes(own))


def _notes(own: OwnServer) -> Iterator[str]:
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
    elif own.publish.command:
        yield "Each event is published by a program of its own, whose start is in the latency."
    else:
        yield (
            "Each event is posted to it when it is due, one after the other: the time of the "
            "post is in the latency."
        )
