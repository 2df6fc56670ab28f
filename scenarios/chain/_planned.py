"""What a trial's clients ask for, and when: known from the load and the seed before it begins.

Pure: no clock; offsets in nanoseconds count from the start of the warm-up.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench.model.load import Load
from bench.plan import arrivals
from scenarios.chain.load import ChainLoad

SEED_STEP = 1_000_003
"""A prime: no client of one trial has the schedule of another client of another."""


@dataclass(frozen=True)
class PlannedRequest:
    """When a request is due, and whether its way leaves out the troubled service."""

    due_ns: int
    is_bypass: bool


def requests(load: Load[ChainLoad], seed: int, client: int) -> Iterator[PlannedRequest]:
    """This client's share of Poisson arrivals; the ways are drawn one by one."""
    rate = load.own.request_rate_per_s / load.window.clients
    chance = random.Random(f"{seed}/{client}/bypass")
    for due_ns in arrivals.poisson(rate, seed * SEED_STEP + client):
        yield PlannedRequest(due_ns, chance.random() < load.own.bypass)
