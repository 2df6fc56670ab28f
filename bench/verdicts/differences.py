"""The rule for what one pattern has more of a metric than another: a difference in its unit.  Pure.

Trials are paired by repeat, as those of a ratio are.  Knows no experiment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bench.verdicts.evidence import Cell, Evidence, distinguishing, where_words
from bench.verdicts.hypotheses import Examined, Hypothesis, hypothesis_of, merged
from bench.verdicts.intervals import Ends
from bench.verdicts.judgement import NOT_MEASURED, Judgement, lacks
from bench.verdicts.ratios import Pairs, differing
from bench.verdicts.rule import Rule, Where, values_of
from bench.verdicts.rules import bounds_words
from bench.verdicts.spreads import Alike, Centred, Spread, are_alike


@dataclass(frozen=True)
class Difference(Rule):
    """A metric of `pattern` less that of `other`, at the same load, lies beyond a bound.

    With `than` the difference at `where` is held against that at another level: by how much
    more `pattern` adds there.  The difference is found in each repeat.
    """

    metric: str
    unit: str
    pattern: str
    other: str
    at_least: float | None = None
    at_most: float | None = None
    where: Where = field(default_factory=dict)
    than: Where | None = None

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a difference has a bound: at_least, at_most, or both")

    @property
    def wanted(self) -> Ends:
        return (
            -math.inf if self.at_least is None else self.at_least,
            math.inf if self.at_most is None else self.at_most,
        )

    @property
    def words(self) -> str:
        more = "" if self.than is None else f" more than at{where_words(self.than)}"
        return f"{self.metric} added to {self.other} {bounds_words(self.wanted, self.unit)}{more}"

    @property
    def text(self) -> str:
        return f"{self.pattern}: {self.words}{where_words(self.where)}"

    def examine(self, evidence: Evidence) -> Examined:
        pairs = self._pairs(evidence, self.where)
        names = distinguishing([cell for cell, _ in pairs], self.where)
        if self.than is None:
            found = [
                self._one(cell, self._added(cell, other), cell.at(names)) for cell, other in pairs
            ]
            return merged(found or [NOT_MEASURED])
        found = [
            self._one(
                cell, self._more((cell, other), base), cell.at(names) + differing(cell, base[0])
            )
            for cell, other in pairs
            for base in self._pairs(evidence, self.than)
        ]
        return merged(found or [NOT_MEASURED])

    def _pairs(self, evidence: Evidence, where: Where) -> list[tuple[Cell, Cell]]:
        mine, others = (evidence.find(name, where) for name in (self.pattern, self.other))
        return [(cell, other) for cell in mine for other in others if cell.load == other.load]

    def _added(self, cell: Cell, other: Cell) -> dict[int, float]:
        """The difference in each repeat that both have."""
        pairs = Pairs.of(cell, other, self.metric)
        return {n: pairs.mine_at(n) - pairs.theirs_at(n) for n in pairs.repeats}

    def _more(self, pair: tuple[Cell, Cell], base: tuple[Cell, Cell]) -> dict[int, float]:
        here, there = self._added(*pair), self._added(*base)
        return {n: here[n] - there[n] for n in here if n in there}

    def _one(self, cell: Cell, added: dict[int, float], at: str) -> Hypothesis | Judgement:
        if not added:
            return lacks(self.metric)
        values = list(added.values())
        spread: Spread = Centred(tuple(values), is_log=False)
        if len(values) > 1 and are_alike(values):
            spread = Alike(values[0], len(values))
        return hypothesis_of(
            "difference",
            self.metric,
            cell.pattern,
            spread,
            self.words,
            values_of(spread, values),
            unit=self.unit,
            other=self.other,
            at=at,
            wanted=self.wanted,
        )
