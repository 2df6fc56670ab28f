"""Its near end (the clients') gets another address; the far end is not told."""

from __future__ import annotations

from bench.lab.actors import Actor

WORKS_ON = ("path",)


def begin(actor: Actor) -> None:
    actor.renumber()
