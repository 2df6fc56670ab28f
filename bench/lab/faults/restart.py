"""Dies at once and is started again, with its data and at the same address."""

from __future__ import annotations

from bench.lab.actors import Actor

WORKS_ON = ("part", "service", "proxy")


def begin(actor: Actor) -> None:
    actor.restart()
