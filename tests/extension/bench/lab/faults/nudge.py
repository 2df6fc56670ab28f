"""Stops for one millisecond and goes on: a pause that nobody should notice."""

from __future__ import annotations

import time

from bench.lab.actors import Actor

WORKS_ON = ("part", "service", "proxy")


def begin(actor: Actor) -> None:
    actor.pause()
    time.sleep(0.001)
    actor.resume()
