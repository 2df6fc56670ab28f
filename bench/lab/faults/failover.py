"""Its first instance dies at once (SIGKILL), its replica takes over, and gets a replica itself."""

from __future__ import annotations

from bench.lab.actors import Actor

WORKS_ON = ("service",)


def begin(actor: Actor) -> None:
    actor.fail_over()
