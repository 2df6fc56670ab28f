"""The rule for how a metric grows with a swept parameter: its exponent.  Pure.

Knows no experiment.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.stats.estimates import CONFIDENCE
from bench.stats.growth import FEWEST_LEVELS, LEAST_SPAN, ROOM, exponents, whole_exponents
from bench.verdicts.evidence import Cell, Evidence, families_of, family_at, where_words
from bench.verdicts.hypotheses import Examined, hypothesis_of, merged
from bench.verdicts.judgement import Curve, Judgement, Point, lacks
from bench.verdicts.rule import Rule, Where
from bench.verdicts.spreads import Alike, Centred, Spread, are_alike

STRAIGHT = (1 - ROOM, 1 + ROOM)
"""The exponents of what grows straight."""


@dataclass(frozen=True)
class Growth(Rule):
    """A metric grows straight with a swept parameter: as start + factor x^e with e about 1.

    The exponent is the slope on logarithmic axes after what it costs at nothing (`start`) is
    subtracted, found in every trial (bench.stats.growth).  Where it is another one, it is the
    answer.  With `is_whole` nothing is subtracted: so is asked whether something grows at all.
    """

    metric: str
    unit: str
    pattern: str
    over: str
    where: Where = field(default_factory=dict)
    wanted: tuple[float, float] = STRAIGHT
    is_whole: bool = False

    @property
    def words(self) -> str:
        least, most = self.wanted
        return f"{self.metric} grows as {self.over}^{least:g} to {most:g}"

    @property
    def text(self) -> str:
        return f"{self.pattern}: {self.words}{where_words(self.where)}"

    def examine(self, evidence: Evidence) -> Examined:
        families = families_of(evidence.find(self.pattern, self.where), self.over)
        longest = max(families, key=len, default=[])
        found = [
            self._examine(cells, family_at(families, cells, self.where))
            for cells in families
            if is_wide(cells, self.over)
        ]
        return merged(found or [self._too_short(longest)])

    def _too_short(self, cells: Sequence[Cell]) -> Judgement:
        xs = [float(cell.load[self.over]) for cell in cells]
        has = f"{len(xs)} from {xs[0]:g} to {xs[-1]:g}" if xs else "none"
        return Judgement(
            "not measured",
            f"{FEWEST_LEVELS} levels of {self.over} over a factor of {LEAST_SPAN:g} are needed; "
            f"the run has {has}",
        )

    def _examine(self, cells: Sequence[Cell], at: str) -> Examined | Judgement:
        x = np.array([float(cell.load[self.over]) for cell in cells])
        rows = self._rows(cells)
        if not rows:
            return lacks(self.metric)
        find = whole_exponents if self.is_whole else exponents
        found_in = tuple(float(one) for one in find(x, np.array(rows)))
        spread: Spread = Centred(found_in, is_log=False)
        if len(rows) > 1 and are_alike(found_in):
            spread = Alike(found_in[0], len(rows))
        found = hypothesis_of(
            "exponent",
            self.metric,
            self.pattern,
            spread,
            self.words,
            found_in,
            over=self.over,
            at=at,
            wanted=self.wanted,
        )

        def conclude(judgements: Sequence[Judgement]) -> list[Judgement]:
            (one,) = judgements
            words = one.words
            if one.verdict == "refuted":
                words = f"{self.metric} grows as {self.over}^{spread.value:.2f}"
            curve = self._curve(cells, rows, spread.value, at)
            return [Judgement(one.verdict, words, one.numbers, (curve,))]

        return Examined((found,), conclude)

    def _rows(self, cells: Sequence[Cell]) -> list[np.ndarray]:
        """The metric along the levels, for each repeat that has it at all of them."""
        repeats = sorted(set.intersection(*(set(cell.trials) for cell in cells)))
        rows = [np.array([cell.value(self.metric, repeat) for cell in cells]) for repeat in repeats]
        return [row for row in rows if bool(np.all(row > 0))]

    def _line(self, powers: np.ndarray, means: np.ndarray) -> tuple[float, float]:
        if self.is_whole:
            return 0.0, float(np.exp(np.mean(np.log(means / powers))))
        return line(powers, means)

    def _curve(
        self, cells: Sequence[Cell], rows: Sequence[np.ndarray], exponent: float, at: str
    ) -> Curve:
        x = np.array([float(cell.load[self.over]) for cell in cells])
        start, factor = self._line(x**exponent, np.mean(rows, axis=0))
        points = []
        for cell in cells:
            logs = [math.log(v) for n in cell.repeats if (v := cell.value(self.metric, n)) > 0]
            spread = Centred(tuple(logs), is_log=True)
            ends = spread.interval(CONFIDENCE)
            points.append(Point(float(cell.load[self.over]), spread.value, *ends))
        return Curve(
            "growth",
            self.metric,
            self.pattern,
            "",
            self.over,
            cells[0].unit(self.over),
            tuple(points),
            at,
            exponent=exponent,
            factor=factor,
            start=start,
        )


def is_wide(cells: Sequence[Cell], over: str) -> bool:
    """Whether levels suffice for an exponent: five over a factor of 50."""
    xs = [float(cell.load[over]) for cell in cells]
    return len(xs) >= FEWEST_LEVELS and xs[0] > 0 and xs[-1] / xs[0] >= LEAST_SPAN


def line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Start and factor of y = start + factor x, by least squares of relative errors."""
    matrix = np.column_stack([np.ones_like(x), x]) / y[:, None]
    start, factor = np.linalg.lstsq(matrix, np.ones_like(y), rcond=None)[0]
    return float(start), float(factor)
