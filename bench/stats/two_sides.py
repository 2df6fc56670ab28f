"""Two sides of one or more runs each, compared: a ratio, or where a value is 0 a difference.  Pure.

`variance` says what an interval over runs is; here it becomes a Comparison, so that runs and
trials are judged in the same words.  Knows numbers only.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from bench.stats import variance
from bench.stats.distributions import stdtrit
from bench.stats.estimates import CONFIDENCE, Estimate, estimate
from bench.stats.trimmed import ROUNDING
from bench.stats.two_samples import Comparison, Shift, compare
from bench.stats.variance import Components, RunNoise

Basis = Literal["pairs", "runs", "history", "trials"]
"""From what an interval comes: pairs of trials of one run; several runs on each side; one run on
a side, with the run-to-run spread that the machine is known for; or trials alone."""

Side = Sequence[Sequence[float]]
"""The value of each trial, by run."""


def compare_sides(a: Side, b: Side, noise: RunNoise | None = None) -> tuple[Comparison, Basis]:
    """b against a, and from what the interval comes; NaN entries are left out.

    `noise` is the known run-to-run spread of logarithms; it says nothing of differences.
    """
    a, b = _usable(a), _usable(b)
    flat = compare(_flat(a), _flat(b), paired=False)
    one_each = len(a) == len(b) == 1
    is_ratio = flat.kind == "ratio"
    if not a or not b or (one_each and not (is_ratio and noise)):
        return flat, "trials"
    scale = 1.0 if is_ratio else max(1e-300, *(abs(value) for value in [*_flat(a), *_flat(b)]))
    first, second = (
        [[math.log(value) if is_ratio else value / scale for value in run] for run in side]
        for side in (a, b)
    )
    found = variance.compare_runs(first, second, noise if is_ratio else None)
    if math.isnan(found.low):
        return dataclasses.replace(flat, shift=None, low=math.nan, high=math.nan), found.unit
    entry = _comparison(found, flat, scale)
    if (
        found.unit == "history"
        and flat.has_interval
        and flat.high / flat.low > entry.high / entry.low
    ):
        return flat, found.unit  # what is known of runs makes few trials tell no more
    return entry, found.unit


def _comparison(found: variance.RunComparison, flat: Comparison, scale: float) -> Comparison:
    """What `variance` says of logarithms (or of values in units of `scale`)."""
    centre, high = math.log(found.value), math.log(found.high)
    reach = float(stdtrit(found.freedom, (1 + CONFIDENCE) / 2))
    centre, error = (0.0 if abs(x) <= ROUNDING else x for x in (centre, (high - centre) / reach))
    is_ratio = flat.kind == "ratio"
    shift = Shift(centre * scale, error * scale, found.freedom)
    low, high = (float(end) for end in shift.interval(CONFIDENCE))
    value = float(shift.centre)
    if is_ratio:
        value, low, high = math.exp(value), math.exp(low), math.exp(min(high, 700.0))
    return dataclasses.replace(
        flat,
        value=value,
        low=low,
        high=high,
        p_value=float(shift.p_value),
        rank_p=None,
        shift=shift,
    )


def spread_of(a: Side, b: Side, within: tuple[Side, Side] = ((), ())) -> Components | None:
    """How much runs, trials and the insides of trials vary, as shares: pooled over both sides.

    A difference between the sides is in none of them.  None where a value is not positive:
    then there are no shares.  `within` are relative standard errors within each trial.
    """
    sides = [_usable(side) for side in (a, b)]
    if not all(sides) or any(value <= 0 for side in sides for value in _flat(side)):
        return None
    found = [
        variance.components([list(np.log(run)) for run in side], errors)
        for side, errors in zip(sides, within, strict=True)
    ]
    return Components(
        _pooled([(one.between_runs, one.runs - 1) for one in found]),
        _pooled([(one.between_trials, one.trials - one.runs) for one in found]),
        _pooled([(one.within_trial, one.trials) for one in found]),
        sum(one.runs for one in found),
        sum(one.trials for one in found),
    )


def _pooled(parts: Sequence[tuple[float, int]]) -> float:
    """Standard deviations as one, each with its weight; NaN where none is known."""
    known = [(spread, weight) for spread, weight in parts if not math.isnan(spread) and weight > 0]
    total = sum(weight for _, weight in known)
    return math.sqrt(sum(s * s * w for s, w in known) / total) if total else math.nan


def over_runs(runs: Sequence[Estimate], is_percentile: bool) -> Estimate:
    """The value of a side: a run's own, or the (geometric) mean over runs with its interval.

    A percentile that one of the runs does not carry is none of the side's: else a higher one
    could come of other runs than a lower one.
    """
    if len(runs) == 1:
        return runs[0]
    values = [one.value for one in runs]
    trials = sum(one.trials for one in runs)
    if is_percentile and any(math.isnan(value) for value in values):
        return Estimate(math.nan, math.nan, math.nan, trials)
    known = [value for value in values if not math.isnan(value)]
    is_positive = bool(known) and min(known) > 0
    middle = math.exp(float(np.mean(np.log(known)))) if is_positive else None
    return dataclasses.replace(estimate(known, middle), trials=trials)


def _usable(side: Side) -> list[list[float]]:
    runs = [[value for value in run if not math.isnan(value)] for run in side]
    return [run for run in runs if run]


def _flat(side: Side) -> list[float]:
    return [value for run in side for value in run]
