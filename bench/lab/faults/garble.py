"""Its files of endpoints are broken, each time in another way, and made whole later."""

from __future__ import annotations

from bench.lab.actors import Actor

WORKS_ON = ("proxy",)
LASTS = "must"


def begin(actor: Actor) -> None:
    actor.garble()


def end(actor: Actor) -> None:
    actor.mend()
