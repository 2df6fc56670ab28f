"""Dies at once, with all its processes (SIGKILL), and is not started again."""

from __future__ import annotations

from bench.lab.actors import Actor

WORKS_ON = ("part", "service", "proxy")


def begin(actor: Actor) -> None:
    actor.kill()
