"""What varies within a trial, between trials, and between runs; two sets of runs compared.  Pure.

A run repeated tomorrow differs by more than its trials differ from one another.  So what is said
of a change rests on runs, not on trials: Kalibera and Jones, Rigorous Benchmarking in Reasonable
Time, ISMM 2013.  Values are logarithms, so standard deviations are shares and the answer is a
ratio.  Knows numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.stats.distributions import stdtr, stdtrit
from bench.stats.trimmed import CONFIDENCE, Centre, centre

Unit = Literal["runs", "history", "trials"]


@dataclass(frozen=True)
class Components:
    """Standard deviations of a logarithm at each level; NaN where it cannot be known.

    `between_runs` is what is left of the spread of runs after that of their trials is taken
    away, and likewise `between_trials`; a level that adds nothing is 0.
    """

    between_runs: float
    between_trials: float
    within_trial: float
    runs: int
    trials: int


@dataclass(frozen=True)
class RunNoise:
    """How much runs of one machine differ: the known spread between them, and from how many."""

    between_runs: float
    runs: int


@dataclass(frozen=True)
class RunComparison:
    """B over A with its 95 % interval, on the logarithms of runs.

    `unit` says from what the interval comes: from runs; from trials plus the run-to-run spread
    that the machine is known for; or from trials alone, which is too narrow by what runs add.
    """

    value: float
    low: float
    high: float
    p_value: float
    freedom: float
    unit: Unit
    runs: tuple[int, int]


def components(
    runs: Sequence[Sequence[float]], within: Sequence[Sequence[float]] | None = None
) -> Components:
    """The parts of the variance of `runs`: the logarithm of each trial's value, by run.

    `within` holds the standard error of each of these values within its trial, where known.
    Nested analysis of variance for unequal numbers (Searle, Casella and McCulloch, Variance
    Components, 1992); runs may be the runs of one side only.
    """
    sets = [np.asarray(run, dtype=float) for run in runs if len(run)]
    count, total = len(sets), sum(len(run) for run in sets)
    errors = [error for run in within or () for error in run if not math.isnan(error)]
    inner = math.sqrt(float(np.mean(np.square(errors)))) if errors else math.nan
    free = total - count
    residual = sum(float(np.sum((run - run.mean()) ** 2)) for run in sets)
    of_trials = residual / free if free > 0 else math.nan
    between = math.nan
    if count > 1:
        sizes = np.array([len(run) for run in sets], dtype=float)
        means = np.array([run.mean() for run in sets])
        grand = float(np.sum(sizes * means)) / total
        of_runs = float(np.sum(sizes * (means - grand) ** 2)) / (count - 1)
        size = (total - float(np.sum(sizes**2)) / total) / (count - 1)
        between = _root((of_runs - of_trials) / size)
    own = of_trials - (0.0 if math.isnan(inner) else inner**2)
    return Components(between, _root(own), inner, count, total)


def _root(variance: float) -> float:
    return math.nan if math.isnan(variance) else math.sqrt(max(0.0, variance))


def compare_runs(
    a: Sequence[Sequence[float]],
    b: Sequence[Sequence[float]],
    history: RunNoise | None = None,
) -> RunComparison:
    """Two sets of runs: B's level over A's, given the logarithm of each trial's value.

    With two or more runs on both sides each run is one observation (Welch's t on their centres):
    the highest level that varies.  Never narrower than trials alone would have it, because two
    runs may agree by chance.  With one run on a side, `history` stands in for what it cannot
    show.  Runs without trials are left out.
    """
    first, second = ([centre(run) for run in side if len(run)] for side in (a, b))
    counts = len(first), len(second)
    if not min(counts):
        return RunComparison(math.nan, math.nan, math.nan, math.nan, math.nan, "trials", counts)
    shift = _mean(second) - _mean(first)
    by_trials = _from_trials(first), _from_trials(second)
    if min(counts) > 1:
        by_runs = _from_runs(first), _from_runs(second)
        return _wider(shift, [_sum(by_runs), _sum(by_trials)], "runs", counts)
    known = [*by_trials]
    if history is not None and history.runs > 1:
        spread = history.between_runs**2 * (1 / counts[0] + 1 / counts[1])
        known.append((spread, history.runs - 1.0))
    return _wider(shift, [_sum(known)], "history" if len(known) > 2 else "trials", counts)


Spread = tuple[float, float]
"""The variance of a mean, and its degrees of freedom."""


def _mean(runs: Sequence[Centre]) -> float:
    return float(np.mean([run.value for run in runs]))


def _from_runs(runs: Sequence[Centre]) -> Spread:
    return float(np.var([run.value for run in runs], ddof=1)) / len(runs), len(runs) - 1.0


def _from_trials(runs: Sequence[Centre]) -> Spread:
    return _sum([(float(run.error) ** 2 / len(runs) ** 2, float(run.freedom)) for run in runs])


def _sum(parts: Sequence[Spread]) -> Spread:
    """The variance of a sum and its degrees of freedom (Satterthwaite, Biometrics 2, 1946)."""
    total = sum(variance for variance, _ in parts)
    squares = sum(variance**2 / free for variance, free in parts if free > 0)
    return total, total**2 / squares if squares > 0 else sum(free for _, free in parts)


def _wider(
    shift: float, spreads: Sequence[Spread], unit: Unit, counts: tuple[int, int]
) -> RunComparison:
    """The comparison whose interval is the widest; without one where trials stand alone."""
    known = [one for one in spreads if not math.isnan(one[0]) and one[1] > 0]
    if not known:
        alone = math.exp(shift)
        return RunComparison(alone, math.nan, math.nan, math.nan, math.nan, unit, counts)
    reach = [float(stdtrit(free, (1 + CONFIDENCE) / 2)) * math.sqrt(v) for v, free in known]
    half = max(reach)
    variance, free = known[reach.index(half)]
    score = abs(shift) / math.sqrt(variance) if variance else math.inf
    p_value = min(1.0, 2 * float(stdtr(free, -score))) if shift else 1.0
    low, high = math.exp(shift - half), math.exp(min(shift + half, 700.0))
    return RunComparison(math.exp(shift), low, high, p_value, free, unit, counts)
