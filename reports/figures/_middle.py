"""Which trial of a group is drawn where a figure has room for one: the usable one in the middle.

Must not know what is drawn of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bench.analysis.evaluated import ExperimentResult, Group, Level, TrialResult

Shape = TypeVar("Shape")

Rank = Callable[[TrialResult, Shape], float]
"""By what trials are put into an order, whose middle is taken."""


def middle(
    group: Group | None, shape_of: Callable[[TrialResult], Shape | None], rank: Rank[Shape]
) -> tuple[TrialResult, Shape] | None:
    """The usable trial with the median rank, and its shape; None where no trial has one."""
    used = group.used if group else ()
    known = [(one, shape) for one in used if (shape := shape_of(one)) is not None]
    known.sort(key=lambda pair: rank(*pair))
    return known[len(known) // 2] if known else None


def middles(
    result: ExperimentResult,
    level: Level,
    shape_of: Callable[[TrialResult], Shape | None],
    rank: Rank[Shape],
) -> dict[str, tuple[TrialResult, Shape]]:
    """That of each pattern that has one at a level, by the pattern's name and in their order."""
    groups = {pattern.name: result.group(pattern.name, level) for pattern in result.measured}
    return {name: one for name, group in groups.items() if (one := middle(group, shape_of, rank))}
