"""Dies at once and is started again at another address, of which proxies are then told."""

from __future__ import annotations

from bench.lab.actors import Actor

WORKS_ON = ("part",)


def begin(actor: Actor) -> None:
    actor.kill()
    actor.begin_elsewhere()
    actor.retire()
