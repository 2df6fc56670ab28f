"""Draws the cases of a storm: whose trial, and when.  Pure; the same seed draws the same.

Must not know what is then done at the moment.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from bench.tools.soak.case import Candidate


def dice_of(seed: int, *words: object) -> random.Random:
    """The dice of one place in a soak: others that are thrown elsewhere do not move them."""
    return random.Random("/".join(map(str, (seed, *words))))


def in_turn(
    candidates: Sequence[Candidate],
    dice: random.Random,
    suits: Callable[[Candidate], bool] = lambda _: True,
) -> Iterator[Candidate]:
    """Patterns without end, no experiment a second time before all others had their turn."""
    by_experiment: dict[str, list[Candidate]] = {}
    for one in candidates:
        if suits(one):
            by_experiment.setdefault(one.experiment, []).append(one)
    names = sorted(by_experiment)
    while names:
        dice.shuffle(names)
        for name in names:
            yield dice.choice(by_experiment[name])


def moments(count: int, dice: random.Random, first: float = 0.0) -> list[float]:
    """Shares of a run's length: one in each of `count` equal stretches, in random order."""
    found = [
        round(first + (1 - first) * (place + dice.random()) / count, 4) for place in range(count)
    ]
    dice.shuffle(found)
    return found
