"""What is asked and what the right answer is: known from the load and the seed beforehand.

The server answers by it, clients check by it, and laws reckon with it.  Pure: no clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from bench.model.load import Load
from bench.plan import arrivals
from scenarios.query_ids.load import QueryLoad

ZONE = "patternbench.test"
SEED_STEP = 1_000_003
"""A prime: no client of one trial has the schedule of another client of another."""

_SCALE = float(1 << 64)


class Truth(NamedTuple):
    """The right text for a name, and how long the server takes for it."""

    text: str
    delay_ns: int


class Zone:
    """All names of a trial: each has its own text, which nobody else can make."""

    def __init__(self, load: Load[QueryLoad], seed: int) -> None:
        self._key = f"patternbench/{seed}".encode()
        self._longest_ns = 2 * load.own.answer_time_s * arrivals.SECOND_NS

    def truth(self, name: str) -> Truth:
        """The text is a keyed digest of the name; the time is uniform from 0 to twice the mean."""
        digest = hashlib.blake2b(name.encode(), key=self._key, digest_size=24).digest()
        share = int.from_bytes(digest[:8], "big") / _SCALE
        return Truth(digest[8:].hex(), int(share * self._longest_ns))


def name_of(client: int, sequence: int) -> str:
    """The name that a query asks for; each is asked for by one query only."""
    return f"q{sequence}.c{client}.{ZONE}"


def times(load: Load[QueryLoad], seed: int, client: int) -> Iterator[int]:
    """When a client asks: at random times (Poisson), in ns from the start of the warm-up."""
    rate = load.own.query_rate_per_s / load.window.clients
    return arrivals.poisson(rate, seed * SEED_STEP + client)
