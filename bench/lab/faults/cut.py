"""Its established connections are reset; clients that need one reconnect."""

from __future__ import annotations

from bench.lab.actors import Actor

WORKS_ON = ("part", "service", "proxy", "clients")


def begin(actor: Actor) -> None:
    actor.cut()
