"""Goes down at both ends, as if its cable were pulled; without for, until the trial's end."""

from __future__ import annotations

from bench.lab.actors import Actor

WORKS_ON = ("path",)
LASTS = "may"


def begin(actor: Actor) -> None:
    actor.switch(False)


def end(actor: Actor) -> None:
    actor.switch(True)
