"""The rule for what one more of a swept parameter costs: a slope over its levels.  Pure.

Knows no experiment.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.verdicts.evidence import Cell, Evidence, families_of, family_at, where_words
from bench.verdicts.hypotheses import Examined, Hypothesis, hypothesis_of, merged
from bench.verdicts.intervals import Ends
from bench.verdicts.judgement import Judgement, lacks
from bench.verdicts.rule import Rule, Where, values_of
from bench.verdicts.spreads import Alike, Spread, are_alike, centred

LEVELS = 2


@dataclass(frozen=True)
class Slope(Rule):
    """A metric rises by more than so much for one more of a swept parameter, or hardly changes.

    `above` is what it must rise by, `at_most` how far it may rise or fall.  The slope is that of
    a straight line through the levels, by least squares, found in every repeat.  What a metric
    has at nothing is no part of it.
    """

    metric: str
    unit: str
    pattern: str
    over: str
    above: float | None = None
    at_most: float | None = None
    where: Where = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.above is None) == (self.at_most is None):
            raise ValueError("a slope has one bound: above, or at_most")

    @property
    def wanted(self) -> Ends:
        if self.at_most is not None:
            return -self.at_most, self.at_most
        assert self.above is not None
        return self.above, math.inf

    @property
    def words(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        how = f"changes by at most {self.at_most:g}" if self.above is None else ""
        how = how or f"rises by more than {self.above:g}"
        return f"{self.metric} {how}{unit} for one more of {self.over}"

    @property
    def text(self) -> str:
        return f"{self.pattern}: {self.words}{where_words(self.where)}"

    def examine(self, evidence: Evidence) -> Examined:
        families = families_of(evidence.find(self.pattern, self.where), self.over)
        long = [
            cells for cells in families if len({cell.load[self.over] for cell in cells}) >= LEVELS
        ]
        found = [self._one(cells, family_at(families, cells, self.where)) for cells in long]
        return merged(
            found or [Judgement("not measured", f"{LEVELS} levels of {self.over} are needed")]
        )

    def _one(self, cells: Sequence[Cell], at: str) -> Hypothesis | Judgement:
        x = np.array([float(cell.load[self.over]) for cell in cells])
        repeats = sorted(set.intersection(*(set(cell.trials) for cell in cells)))
        rows = [[cell.value(self.metric, repeat) for cell in cells] for repeat in repeats]
        slopes = [float(np.polyfit(x, row, 1)[0]) for row in rows if not any(map(math.isnan, row))]
        if not slopes:
            return lacks(self.metric)
        spread: Spread = centred(slopes)
        if len(slopes) > 1 and are_alike(slopes):
            spread = Alike(slopes[0], len(slopes))
        return hypothesis_of(
            "slope",
            self.metric,
            self.pattern,
            spread,
            self.words,
            values_of(spread, slopes),
            unit=self.unit,
            over=self.over,
            at=at,
            wanted=self.wanted,
        )
