"""Comes up again after path_down."""

from __future__ import annotations

from bench.lab.actors import Actor

WORKS_ON = ("path",)


def begin(actor: Actor) -> None:
    actor.switch(True)
