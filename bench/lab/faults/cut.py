"""Has its established connections reset; whoever wants one connects again."""

from __future__ import annotations

from bench.lab.actors import Actor

WORKS_ON = ("part", "service", "proxy", "clients")


def begin(actor: Actor) -> None:
    actor.cut()
