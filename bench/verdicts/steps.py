"""The levels at which two curves are compared, and where the curves meet.  Pure.

Knows no rule and no law.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.stats.crossing import Crossing, Form, crossing
from bench.verdicts.evidence import Cell
from bench.verdicts.hypotheses import Hypothesis
from bench.verdicts.ratios import Pairs
from bench.verdicts.spreads import are_alike

LESS, MORE = -1, 1


@dataclass(frozen=True)
class Step:
    """Two patterns compared at one value of the swept parameter; `side` once it is decided."""

    x: float
    cell: Cell
    pairs: Pairs
    hypothesis: Hypothesis
    side: int = 0


def fitted(steps: Sequence[Step], form: Form) -> Crossing:
    """Where both curves meet, over the repeats that have every level.

    Where the repeats do not differ, as in what is counted, the ends are where the curves would
    meet if the ratio were as low, or as high, as its own interval allows at every level.
    """
    repeats = sorted(set.intersection(*(set(step.pairs.repeats) for step in steps)))
    shape = (len(repeats), len(steps))
    mine, theirs = (
        np.reshape([[side(step.pairs, n) for step in steps] for n in repeats], shape)
        for side in (Pairs.mine_at, Pairs.theirs_at)
    )
    levels = [step.x for step in steps]
    found = crossing(levels, mine, theirs, form)
    if len(repeats) < 2 or not are_alike([found.low, found.high]):
        return found
    numbers = [step.hypothesis.number for step in steps]
    low, high = sorted(
        crossing(levels, mine[:1] * np.array(factors), theirs[:1], form).value
        for factors in ([n.low / n.value for n in numbers], [n.high / n.value for n in numbers])
    )
    return dataclasses.replace(found, low=low, high=high)


def narrowing(found: Crossing) -> str:
    """What would make a wide interval of a crossing narrower."""
    if found.remedy == "none":
        return ""
    what = "a level near it" if found.remedy == "level" else "more repeats"
    return f"; its interval is wider than 10 %, {what} would narrow it"


def between(steps: Sequence[Step]) -> tuple[float, float]:
    """The two levels between which the sure sides change."""
    known = [step for step in steps if step.side]
    return next((a.x, b.x) for a, b in itertools.pairwise(known) if a.side != b.side)
