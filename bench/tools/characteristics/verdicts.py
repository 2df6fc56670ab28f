"""Cases for the rules of claims: evidence made of noise, and what the public rules say of it.

Every case goes through the rule objects that judge claims, so that the shares are theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bench.model.law import Law
from bench.model.metric import Counts
from bench.tools.characteristics.case import Case, Outcome, of_verdict
from bench.tools.characteristics.noise import Noise
from bench.verdicts.best import BestLevel
from bench.verdicts.differences import Difference
from bench.verdicts.evidence import Cell, Evidence
from bench.verdicts.growth import Growth
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band, Rule
from bench.verdicts.rules import AgreesWithLaw, Exactly, Threshold
from bench.verdicts.slopes import Slope
from bench.verdicts.trends import Crossover

M, UNIT, A, B, X = "metric", "ms", "a", "b", "x"
EVERY = 100
"""Deliveries, or units, that are counted in a trial."""


def cell(pattern: str, values: Sequence[float] | np.ndarray, x: float = 1.0, m: str = M) -> Cell:
    trials = {repeat + 1: {m: float(value)} for repeat, value in enumerate(values)}
    return Cell(pattern, {X: x}, trials)


def counted(hits: np.ndarray, kind: str) -> Cell:
    """Trials of which each counted `hits` of EVERY."""
    trials = {n + 1: {M: float(hit) / EVERY} for n, hit in enumerate(hits)}
    counts = {n + 1: {M: Counts(float(hit), EVERY, kind)} for n, hit in enumerate(hits)}  # type: ignore[arg-type]
    return Cell(A, {X: 1.0}, trials, None, counts)


def judged(rule: Rule, *cells: Cell) -> Outcome:
    return of_verdict(rule.judge(Evidence(cells, {})).verdict)


def one(rule: Rule, level: float) -> Callable[[Noise, int], Outcome]:
    """One pattern whose metric is `level`."""
    return lambda noise, repeats: judged(rule, cell(A, level * noise.trials(repeats)))


def two(rule: Rule, ratio: float) -> Callable[[Noise, int], Outcome]:
    """Two patterns, the first `ratio` times the second."""
    return lambda noise, repeats: judged(
        rule, cell(A, ratio * noise.trials(repeats)), cell(B, noise.trials(repeats))
    )


def share(rule: Rule, chance: float, kind: str = "share") -> Callable[[Noise, int], Outcome]:
    """What is counted, each independently with this chance."""
    return lambda noise, repeats: judged(
        rule, counted(noise.random.binomial(EVERY, chance, repeats), kind)
    )


def along(
    rule: Rule, levels: Sequence[float], curves: Mapping[str, Callable[[float], float]]
) -> Callable[[Noise, int], Outcome]:
    """Patterns whose metric follows a curve over the levels."""
    return lambda noise, repeats: judged(
        rule,
        *(
            cell(pattern, curve(x) * noise.trials(repeats), x)
            for x in levels
            for pattern, curve in curves.items()
        ),
    )


def several(rule: Rule, levels: Sequence[float]) -> Callable[[Noise, int], Outcome]:
    """One pattern with a metric for each part of a claim."""

    def once(noise: Noise, repeats: int) -> Outcome:
        rows = [level * noise.trials(repeats) for level in levels]
        trials = {
            n + 1: {f"{M}{place}": float(row[n]) for place, row in enumerate(rows)}
            for n in range(repeats)
        }
        return judged(rule, Cell(A, {X: 1.0}, trials))

    return once


ALWAYS = Law("L", "1", "these cases", M, (A,), lambda _load, _facts: 1.0)
LAW = AgreesWithLaw(M, UNIT, A, ALWAYS, "L")
MOST = Threshold(M, UNIT, A, at_most=1.0)
FEW = Threshold(M, "", A, at_most=0.05)
HALF = Ratio(M, A, B, below=0.5)
SAME = Ratio(M, A, B, within=Band())
ADDED = Difference(M, UNIT, A, B, at_least=0.5)
EXACT = Exactly(M, A, lambda _: 1.0, "1")
PARTS = AllOf(tuple(Threshold(f"{M}{place}", UNIT, A, at_most=1.0) for place in range(5)))
GROWS = Growth(M, UNIT, A, X)
LESS = Crossover(M, A, B, X)
RISES = Slope(M, UNIT, A, X, above=1.0)
ENOUGH = BestLevel(M, A, X, enough=5, better="higher")

WIDE = (1.0, 5.0, 30.0, 180.0, 1000.0)
FOUR = (1.0, 5.0, 30.0, 150.0)


def constant(value: float) -> Callable[[float], float]:
    return lambda _: value


ONE = constant(1)


def power(exponent: float) -> Callable[[float], float]:
    return lambda x: 2 + x**exponent


def rising(slope: float) -> Callable[[float], float]:
    return lambda x: 2 + slope * x


def beyond(last: float, value: float) -> Callable[[float], float]:
    """0.7 at all levels but the last."""
    return lambda x: value if x == last else 0.7


_LAW = "agrees with a law within 10 %"
_MOST = "at most a bound"
_HALF = "a ratio below a bound"
_SAME = "two patterns the same within 10 %"
_ADDED = "a difference above a bound"
_FEW = "a counted share at most 5 %"
_EXACT = "exactly so many in 90 % of units"
_PARTS = "a claim of five parts"
_GROWS = "grows straight (exponent 0.95 to 1.05)"
_LESS = "less at every level"
_RISES = "rises by more than a bound for one more"
_ENOUGH = "more is not better by 10 %"

CASES = (
    Case(_LAW, "the law is right", "true", one(LAW, 1.0)),
    Case(_LAW, "measured / law = 1.10", "edge", one(LAW, 1.1), runs=1500),
    Case(_LAW, "measured / law = 0.90", "edge", one(LAW, 0.9), runs=1500),
    Case(_LAW, "measured / law = 1.25", "false", one(LAW, 1.25)),
    Case(_MOST, "20 % below", "true", one(MOST, 0.8)),
    Case(_MOST, "at the bound", "edge", one(MOST, 1.0), runs=1500),
    Case(_MOST, "20 % above", "false", one(MOST, 1.25)),
    Case(_HALF, "20 % below", "true", two(HALF, 0.4)),
    Case(_HALF, "at the bound", "edge", two(HALF, 0.5), runs=1500),
    Case(_HALF, "25 % above", "false", two(HALF, 0.625)),
    Case(_SAME, "they are", "true", two(SAME, 1.0)),
    Case(_SAME, "ratio 1.10", "edge", two(SAME, 1.1), runs=1500),
    Case(_SAME, "ratio 1.25", "false", two(SAME, 1.25)),
    Case(_ADDED, "1", "true", two(ADDED, 2.0)),
    Case(_ADDED, "at the bound", "edge", two(ADDED, 1.5), runs=1500),
    Case(_ADDED, "nothing", "false", two(ADDED, 1.0)),
    Case(_FEW, "1 %", "true", share(FEW, 0.01), scatters=False),
    Case(_FEW, "5 %", "edge", share(FEW, 0.05), scatters=False, runs=1500),
    Case(_FEW, "12 %", "false", share(FEW, 0.12), scatters=False),
    Case(_EXACT, "in all", "true", share(EXACT, 1.0, "count"), scatters=False),
    Case(_EXACT, "in 90 %", "edge", share(EXACT, 0.9, "count"), scatters=False, runs=1500),
    Case(_EXACT, "in 75 %", "false", share(EXACT, 0.75, "count"), scatters=False),
    Case(_PARTS, "all 20 % inside", "true", several(PARTS, (0.8,) * 5)),
    Case(_PARTS, "one at its bound", "edge", several(PARTS, (0.5, 0.5, 0.5, 0.5, 1.0))),
    Case(_PARTS, "all at their bounds", "edge", several(PARTS, (1.0,) * 5)),
    Case(_PARTS, "all 25 % outside", "false", several(PARTS, (1.25,) * 5)),
    Case(_GROWS, "N", "true", along(GROWS, WIDE, {A: power(1.0)})),
    Case(_GROWS, "N^1.05", "edge", along(GROWS, WIDE, {A: power(1.05)})),
    Case(_GROWS, "N^0.95", "edge", along(GROWS, WIDE, {A: power(0.95)})),
    Case(_GROWS, "N log N", "false", along(GROWS, WIDE, {A: lambda x: 2 + x * np.log2(x)})),
    Case(_GROWS, "N^1.5", "false", along(GROWS, WIDE, {A: power(1.5)})),
    Case(_LESS, "0.7 at all", "true", along(LESS, FOUR, {A: constant(0.7), B: ONE})),
    Case(_LESS, "as much at the last", "edge", along(LESS, FOUR, {A: beyond(150, 1), B: ONE})),
    Case(_LESS, "as much at all", "edge", along(LESS, FOUR, {A: ONE, B: ONE})),
    Case(_LESS, "twice at the last", "false", along(LESS, FOUR, {A: beyond(150, 2), B: ONE})),
    Case(_RISES, "30 % more", "true", along(RISES, FOUR, {A: rising(1.3)})),
    Case(_RISES, "at the bound", "edge", along(RISES, FOUR, {A: rising(1.0)})),
    Case(_RISES, "30 % less", "false", along(RISES, FOUR, {A: rising(0.7)})),
    Case(_ENOUGH, "no more", "true", along(ENOUGH, (5, 20, 50), {A: ONE})),
    Case(_ENOUGH, "10 % at the last", "edge", along(ENOUGH, (5, 20, 50), {A: beyond(50, 0.77)})),
    Case(_ENOUGH, "40 % at the last", "false", along(ENOUGH, (5, 20, 50), {A: beyond(50, 0.98)})),
)  # fmt: skip
