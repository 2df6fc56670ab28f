"""Another takes its place at an address that proxies are told; after `for` the old one dies."""

from __future__ import annotations

from bench.lab.actors import Actor

WORKS_ON = ("part",)
LASTS = "must"


def begin(actor: Actor) -> None:
    actor.begin_elsewhere()


def end(actor: Actor) -> None:
    actor.retire()
