"""Pauses: all its processes are stopped and continued later; clients read nothing."""

from __future__ import annotations

from bench.lab.actors import Actor

WORKS_ON = ("part", "service", "proxy", "clients")
LASTS = "must"


def begin(actor: Actor) -> None:
    actor.pause()


def end(actor: Actor) -> None:
    actor.resume()
