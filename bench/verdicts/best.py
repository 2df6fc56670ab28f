"""The rule for the best level of a swept parameter: that more of it is not better.  Pure.

Reads the metrics of single trials at several values of one load parameter, all else equal.
Knows no experiment.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bench.model.units import show
from bench.stats.trimmed import centre
from bench.verdicts.evidence import Cell, Evidence, families_of, family_at, where_words
from bench.verdicts.hypotheses import Examined, Hypothesis, hypothesis_of, merged
from bench.verdicts.intervals import Ends
from bench.verdicts.judgement import NOT_MEASURED, Curve, Judgement, Point, all_of, lacks
from bench.verdicts.ratios import Pairs
from bench.verdicts.rule import Rule, Where, values_of


@dataclass(frozen=True)
class BestLevel(Rule):
    """No level of a swept parameter beyond `enough` has a better metric than that level has.

    Each larger level is compared with it, repeat by repeat; better is what differs by more than
    `room`, a share.  The answer names the smallest level that is as good as the best.
    """

    metric: str
    pattern: str
    over: str
    enough: float
    better: Literal["higher", "lower"]
    room: float = 0.1
    where: Where = field(default_factory=dict)

    @property
    def _room_words(self) -> str:
        return f"{self.room * 100:g} %"

    @property
    def wanted(self) -> Ends:
        if self.better == "higher":
            return -math.inf, 1 + self.room
        return 1 - self.room, math.inf

    @property
    def text(self) -> str:
        return (
            f"{self.pattern}: no {self.over} above {self.enough:g} has a {self.better} "
            f"{self.metric} by more than {self._room_words}{where_words(self.where)}"
        )

    def examine(self, evidence: Evidence) -> Examined:
        families = families_of(evidence.find(self.pattern, self.where), self.over)
        found = [self._examine(cells, family_at(families, cells, self.where)) for cells in families]
        return merged(found or [NOT_MEASURED])

    def _examine(self, cells: Sequence[Cell], at: str) -> Examined | Judgement:
        level = {float(cell.load[self.over]): cell for cell in cells}
        enough = level.get(self.enough)
        larger = {x: cell for x, cell in level.items() if x > self.enough}
        if enough is None or not larger:
            return NOT_MEASURED
        tried = [self._hypothesis(x, cell, enough, at) for x, cell in larger.items()]
        known = [one for one in tried if one is not None]
        if len(known) < len(tried):
            return lacks(self.metric)

        def conclude(judgements: Sequence[Judgement]) -> list[Judgement]:
            whole = all_of(judgements)
            points = tuple(
                Point(x, n.value, n.low, n.high)
                for x, one in zip(larger, known, strict=True)
                for n in [one.number]
            )
            unit = enough.unit(self.over)
            other = f"{self.over}={show(self.enough, unit)}"
            curve = Curve("crossing", self.metric, self.pattern, other, self.over, unit, points, at)
            words = f"{whole.words}; {self._best(level)}"
            return [Judgement(whole.verdict, words, whole.numbers, (curve,))]

        return Examined(tuple(known), conclude)

    def _hypothesis(self, x: float, cell: Cell, enough: Cell, at: str) -> Hypothesis | None:
        pairs = Pairs.of(cell, enough, self.metric).positive()
        if not pairs.mine:
            return None
        unit = cell.unit(self.over)
        where = f"{self.over}={show(x, unit)}"
        than = f"{self.over}={show(self.enough, unit)}"
        spread = pairs.quotient()
        ratios = [a / b for a, b in zip(pairs.mine, pairs.theirs, strict=True)]
        return hypothesis_of(
            "ratio",
            self.metric,
            self.pattern,
            spread,
            f"{self.metric} is not {self.better} by more than {self._room_words} than at {than}",
            values_of(spread, ratios),
            other=than,
            over=self.over,
            at=f"{where} {at}".strip(),
            wanted=self.wanted,
        )

    def _best(self, level: dict[float, Cell]) -> str:
        """The smallest level whose mean is within the room of the best one's."""
        sign = 1 if self.better == "higher" else -1
        means = {
            x: float(centre(cell_values(cell, self.metric)).value) for x, cell in level.items()
        }
        best = max(means.values(), key=lambda mean: sign * mean)
        ends = best / (1 + self.room), best * (1 + self.room)
        good = [x for x, mean in means.items() if ends[0] <= mean <= ends[1]]
        unit = next(iter(level.values())).unit(self.over)
        return (
            f"the smallest {self.over} within {self._room_words} of the best {self.metric} is "
            f"{show(min(good), unit)}"
        )


def cell_values(cell: Cell, metric: str) -> list[float]:
    """A metric's values in the trials that have it."""
    values = (cell.value(metric, repeat) for repeat in cell.repeats)
    return [value for value in values if not math.isnan(value)]
