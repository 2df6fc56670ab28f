"""The rule for two curves along a swept parameter: which lies lower, and where they cross.  Pure.

Reads the metrics of single trials at several values of one load parameter, all else equal.
Knows no experiment.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bench.model.law import Law
from bench.model.metric import Counts
from bench.model.units import base_unit, show, significant
from bench.stats.crossing import Form
from bench.verdicts.evidence import (
    Cell,
    Evidence,
    families_of,
    family_at,
    predicted,
    where_words,
)
from bench.verdicts.hypotheses import Examined, hypothesis_of, merged
from bench.verdicts.judgement import (
    NOT_MEASURED,
    Curve,
    Judgement,
    Number,
    Point,
    Verdict,
    lacks,
)
from bench.verdicts.ratios import Pairs
from bench.verdicts.rule import Rule, Where, values_of
from bench.verdicts.spreads import spread_of
from bench.verdicts.steps import LESS, MORE, Step, between, fitted, narrowing

CrossingLaw = Callable[[Any, Mapping[str, float], Mapping[str, float]], float]


@dataclass(frozen=True)
class Crossover(Rule):
    """`pattern` has less (or more, as `claimed`) of a metric than `other`.

    Where it has less on one side of some value of a swept parameter and more on
    the other, the claim depends, and the value is the answer: it is found in every
    repeat where the fitted curves meet, its interval is over the repeats
    (bench.stats.crossing).  `form` says how both curves run where a law knows that: a + b/x
    ("inverse") or a + bx ("straight").  A level that is unsure leaves the claim open, unless it
    lies between the two sides.  With `other` "" the pattern is compared with `against`.  With
    `reference` it is compared, at every other level, with `share` of what `other` has at that one
    level: half of what it costs at 0, say.

    The law's crossing takes facts from the trials of other levels than those that are compared:
    `facts_at` says from which, for `pattern` and (unless `other_facts_at` says otherwise) for
    `other`.  Without it they are from the level nearest to the crossing, without the metric.
    `calibrated_by` are laws that need the same calibration, which a run of the claim then plans.
    """

    metric: str
    pattern: str
    other: str
    over: str
    law: CrossingLaw | None = None
    law_id: str = ""
    against: float = 1.0
    where: Where = field(default_factory=dict)
    claimed: Literal["less", "more"] = "less"
    form: Form = "monotone"
    facts_at: Where | None = None
    other_facts_at: Where | None = None
    calibrated_by: tuple[Law, ...] = ()
    reference: float | None = None
    share: float = 1.0

    @property
    def against_text(self) -> str:
        if self.reference is not None:
            return f"{self.share:g} of {self.other} at {self.over}={self.reference:g}"
        return self.other or f"{self.against:g}"

    @property
    def text(self) -> str:
        law = f", crossing by law {self.law_id}" if self.law_id else ""
        metric = f"{self.claimed} {self.metric} than {self.against_text}"
        return f"{self.pattern}: {metric} at every {self.over}{law}{where_words(self.where)}"

    def examine(self, evidence: Evidence) -> Examined:
        others = evidence.find(self.other, self.where) if self.other else []
        families = families_of(evidence.find(self.pattern, self.where), self.over)
        found = []
        for cells in families:
            pairs = [(cell, other) for cell in cells for other in self._partners(cell, others)]
            if len(pairs) > 1:
                at = family_at(families, cells, self.where)
                found.append(self._examine(pairs, at, evidence))
        return merged(found or [NOT_MEASURED])

    def _partners(self, cell: Cell, others: Sequence[Cell]) -> list[Cell]:
        if not self.other:
            constant = {repeat: {self.metric: self.against} for repeat in cell.trials}
            return [Cell("", cell.load, constant, cell.typed_load)]
        if self.reference is not None:
            alike = {**cell.load, self.over: self.reference}
            if cell.load == alike:
                return []
            return [self._shared(cell, other) for other in others if other.load == alike]
        return [other for other in others if other.load == cell.load]

    def _shared(self, cell: Cell, other: Cell) -> Cell:
        """The other's reference level as if it were at this one, and `share` of what it has."""
        shares, counts = {}, {}
        for n in other.repeats:
            shares[n] = {self.metric: self.share * other.value(self.metric, n)}
            counted = other.counted(self.metric, n)
            known = counted.times(self.share) if counted is not None else None
            counts[n] = {} if known is None else {self.metric: known}
        return Cell(other.pattern, cell.load, shares, cell.typed_load, counts)

    def _examine(
        self, pairs: Sequence[tuple[Cell, Cell]], at: str, evidence: Evidence
    ) -> Examined | Judgement:
        steps = [step for pair in pairs if (step := self._step(*pair, at)) is not None]
        if len(steps) < 2:
            return lacks(self.metric)

        def conclude(judgements: Sequence[Judgement]) -> list[Judgement]:
            sides = [self._side(one.verdict) for one in judgements]
            decided = [
                Step(step.x, step.cell, step.pairs, step.hypothesis, side)
                for step, side in zip(steps, sides, strict=True)
            ]
            return [self._concluded(decided, judgements, at, evidence)]

        return Examined(tuple(step.hypothesis for step in steps), conclude)

    def _step(self, cell: Cell, other: Cell, at: str) -> Step | None:
        """The ratio at one level; None where no repeat has two positive values."""
        pairs = Pairs.of(cell, other, self.metric).positive()
        x = float(cell.load[self.over])
        if not pairs.mine or x <= 0:
            return None
        ratios = [a / b for a, b in zip(pairs.mine, pairs.theirs, strict=True)]
        spread = pairs.quotient() if self.other else spread_of(ratios, self._relative(pairs))
        where = f"{self.over}={show(x, cell.unit(self.over))}"
        found = hypothesis_of(
            "ratio",
            self.metric,
            self.pattern,
            spread,
            f"{self.metric} at {f'{where} {at}'.strip()}",
            values_of(spread, ratios),
            other=self.against_text,
            over=self.over,
            at=f"{where} {at}".strip(),
            wanted=(-math.inf, 1.0) if self.claimed == "less" else (1.0, math.inf),
        )
        return Step(x, cell, pairs, found)

    def _relative(self, pairs: Pairs) -> list[Counts | None]:
        """What was counted as a multiple of the constant: of so much more in each."""
        return [one and one.times(1 / self.against) for one in pairs.my_counts]

    def _side(self, verdict: Verdict) -> int:
        if verdict not in ("confirmed", "refuted"):
            return 0
        return LESS if (verdict == "confirmed") == (self.claimed == "less") else MORE

    def _concluded(
        self,
        steps: Sequence[Step],
        judgements: Sequence[Judgement],
        at: str,
        evidence: Evidence,
    ) -> Judgement:
        known = [index for index, step in enumerate(steps) if step.side]
        turns = [(a, b) for a, b in itertools.pairwise(known) if steps[a].side != steps[b].side]
        between = {index for a, b in turns for index in range(a + 1, b)}
        unsure = [i for i, step in enumerate(steps) if not step.side and i not in between]
        place = None
        if len(turns) == 1 and not unsure:
            place = self._crossing(steps, at, evidence)
        verdict, words = self._verdict(steps, judgements, turns, unsure, place)
        curve = Curve(
            "crossing",
            self.metric,
            self.pattern,
            self.against_text,
            self.over,
            steps[0].cell.unit(self.over),
            tuple(Point(s.x, n.value, n.low, n.high) for s in steps for n in [s.hypothesis.number]),
            at,
            place,
        )
        shown = unsure or sorted({0, *(index for turn in turns for index in turn), len(steps) - 1})
        numbers = [number for index in shown for number in judgements[index].numbers]
        if place is not None:  # the ends say on which side what holds
            numbers = [place, *(n for i in (0, -1) for n in judgements[i].numbers)]
        return Judgement(verdict, words, tuple(numbers), (curve,))

    def _verdict(
        self,
        steps: Sequence[Step],
        judgements: Sequence[Judgement],
        turns: Sequence[tuple[int, int]],
        unsure: Sequence[int],
        place: Number | None,
    ) -> tuple[Verdict, str]:
        if unsure:
            return "not settled", judgements[unsure[0]].words
        if place is not None:
            first, then = ("less", "more") if steps[0].side == LESS else ("more", "less")
            where = f"{self.over}={significant(place.value)}{place.unit}"
            return "depends", (
                f"{self.pattern} has {first} {self.metric} than {self.against_text} up to "
                f"{where}, and {then} beyond{narrowing(fitted(steps, self.form))}"
            )
        if turns:
            return "depends", f"it changes sides {len(turns)} times along {self.over}"
        found = "less" if steps[0].side == LESS else "more"
        words = f"{found} {self.metric} at every {self.over}"
        return "confirmed" if found == self.claimed else "refuted", words

    def _crossing(self, steps: Sequence[Step], at: str, evidence: Evidence) -> Number:
        """Where the curves meet; between which levels, where no repeat has them all."""
        found = fitted(steps, self.form)
        low, value, high = found.low, found.value, found.high
        if not found.trials:
            low, high = between(steps)
            value = math.sqrt(low * high)
        return Number(
            "crossing",
            self.metric,
            self.pattern,
            value,
            low,
            high,
            found.trials,
            unit=base_unit(steps[0].cell.unit(self.over)),
            other=self.against_text,
            over=self.over,
            at=at,
            law=self._law(steps, value, evidence),
        )

    def _law(self, steps: Sequence[Step], near: float, evidence: Evidence) -> float:
        """The law's crossing, on average over repeats; NaN where it lacks facts."""
        if self.law is None:
            return math.nan
        nearest = min(steps, key=lambda one: abs(math.log(one.x / near))).cell
        mine = self._facts_cell(evidence, self.pattern, self.facts_at, nearest)
        at = self.facts_at if self.other_facts_at is None else self.other_facts_at
        other = self._facts_cell(evidence, self.other, at, nearest)
        if mine is None or (other is None and self.other):
            return math.nan
        without = self.metric if self.facts_at is None else ""
        found = [
            predicted(
                self.law,
                mine.typed_load,
                mine.facts(repeat, without),
                other.facts(repeat, without) if other else {},
            )
            for repeat in mine.repeats
        ]
        known = [value for value in found if 0 < value < math.inf]
        return math.exp(sum(map(math.log, known)) / len(known)) if known else math.nan

    def _facts_cell(
        self, evidence: Evidence, pattern: str, at: Where | None, nearest: Cell
    ) -> Cell | None:
        """The cell from whose trials facts are taken."""
        if not pattern:
            return None
        if at is None:
            found = [cell for cell in evidence.cells if cell.load == nearest.load]
            return next((cell for cell in found if cell.pattern == pattern), None)
        return next(iter(evidence.find(pattern, {**self.where, **at})), None)
