"""Another takes its place at an address that proxies are told; after `for` the old one dies."""

from __future__ import annotations

import time

from bench.lab.actors import Actor

WORKS_ON = ("part",)
LASTS = "must"

GRACE_S = 0.1
"""What is under way at the old one ends first, also where the new one took longer than `for`."""


def begin(actor: Actor) -> None:
    actor.begin_elsewhere()


def end(actor: Actor) -> None:
    time.sleep(GRACE_S)
    actor.retire()
