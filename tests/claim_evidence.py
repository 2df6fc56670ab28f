"""Evidence made for a rule: such that must confirm it, and such that must refute it.

One function a kind of rule; a kind that has none fails the test that asks for it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from functools import singledispatch
from typing import Any

import numpy as np
from claim_builders import evidence
from made_up_facts import made_up
from measured import METRICS

from bench.analysis.evaluated import public_load
from bench.analysis.metrics import metrics_of
from bench.model.claim import Claim
from bench.model.domain import Range
from bench.model.experiment import Experiment
from bench.model.law import Law
from bench.model.metric import Counts
from bench.model.records import AA_PAIRS
from bench.plan.trials import loads_of
from bench.verdicts.best import BestLevel
from bench.verdicts.differences import Difference
from bench.verdicts.evidence import Cell, Evidence, predicted
from bench.verdicts.growth import Growth
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Rule
from bench.verdicts.rules import AgreesWithLaw, EveryTrial, Exactly, Threshold
from bench.verdicts.slopes import Slope
from bench.verdicts.trends import Crossover
from bench.verdicts.twins import NoDifference, NoDifferenceBetweenRuns

REPEATS = range(1, 9)
SCATTER = 0.002


def leaves(rule: Rule) -> list[Rule]:
    """The rules of which one is made."""
    if isinstance(rule, AllOf):
        return [one for part in rule.rules for one in leaves(part)]
    return [rule]


GROUND: dict[tuple[str, str], Evidence] = {}


def read_facts(experiment: Experiment) -> list[str]:
    """What its laws may read that is no metric of the trial itself."""
    read = {key for law in experiment.predictions for key in law.reads or ()}
    return sorted(read - set(metrics_of(experiment)))


def ground(experiment: Experiment, claim: Claim) -> Evidence:
    """Trials at all levels of a claim's setups in which every metric there is about 1."""
    key = experiment.name, claim.id
    if key not in GROUND:
        GROUND[key] = _ground(experiment, claim)
    return GROUND[key]


def _ground(experiment: Experiment, claim: Claim) -> Evidence:
    random = np.random.default_rng(5)
    metrics = metrics_of(experiment)
    cells = []
    for setup in claim.setups:
        for _, settings in loads_of(experiment, setup.settings):
            load = experiment.load(**settings)
            for pattern in setup.patterns:
                near = random.normal(1, SCATTER, len(REPEATS))
                trials = {
                    n: dict.fromkeys(metrics, float(value))
                    for n, value in zip(REPEATS, near, strict=True)
                }
                cells.append(Cell(pattern, public_load(load), trials, load))
    return evidence(*cells, **experiment.normal)


Value = Callable[[Cell, int], float]


def changed(
    known: Evidence,
    cells: Sequence[Cell],
    metric: str,
    value: Value,
    counts: Counts | None = None,
    scatter: float = SCATTER,
) -> Evidence:
    """The evidence with a metric of some cells set, trial by trial, with a little scatter."""
    random = np.random.default_rng(7)
    chosen = {id(cell) for cell in cells}

    def of(cell: Cell) -> Cell:
        if id(cell) not in chosen:
            return cell
        trials = {
            repeat: {**entries, metric: value(cell, repeat) * random.normal(1, scatter)}
            for repeat, entries in cell.trials.items()
        }
        counted = cell.counts
        if counts is not None:
            counted = {n: {**cell.counts.get(n, {}), metric: counts} for n in trials}
        return dataclasses.replace(cell, trials=trials, counts=counted)

    return dataclasses.replace(known, cells=[of(cell) for cell in known.cells])


@singledispatch
def made(rule: Rule, known: Evidence, holds: bool) -> Evidence:
    """Evidence by which the rule must be confirmed (`holds`) or refuted."""
    raise NotImplementedError(f"say what refutes a {type(rule).__name__}")


@made.register
def _(rule: Threshold, known: Evidence, holds: bool) -> Evidence:
    value = within(*rule.wanted) if holds else beyond(*rule.wanted)
    return changed(known, known.find(rule.pattern, rule.where), rule.metric, lambda *_: value)


@made.register
def _(rule: EveryTrial, known: Evidence, holds: bool) -> Evidence:
    least, most = rule.wanted
    value = (least if math.isfinite(least) else most) if holds else beyond(least, most)
    cells = known.find(rule.pattern, rule.where)
    return changed(known, cells, rule.metric, lambda *_: value, scatter=0.0)


def within(least: float, most: float) -> float:
    """A value far within bounds."""
    if math.isfinite(least) and math.isfinite(most):
        return (least + most) / 2
    bound = least if math.isfinite(least) else most
    away = 0.2 * max(abs(bound), 0.1)
    return bound + away if math.isfinite(least) else bound - away


def beyond(least: float, most: float) -> float:
    """A value far beyond one of them."""
    bound = most if math.isfinite(most) else least
    away = 0.2 * max(abs(bound), 0.1)
    return bound + away if math.isfinite(most) else bound - away


@made.register
def _(rule: Exactly, known: Evidence, holds: bool) -> Evidence:
    cells = known.find(rule.pattern, rule.where)
    found = known
    for cell in cells:
        hits = rule.value(cell.typed_load) * (50 if holds else 75)
        counts = Counts(hits, 50, "count")
        found = changed(found, [cell], rule.metric, lambda *_: 1.0, counts=counts)
    return found


@made.register
def _(rule: AgreesWithLaw, known: Evidence, holds: bool) -> Evidence:
    known = with_facts(known, rule.law)
    off = 1.0 if holds else 1 + 2 * rule.band.share

    def value(cell: Cell, repeat: int) -> float:
        law = predicted(rule.law, cell.typed_load, cell.facts(repeat, rule.metric))
        return law * off if math.isfinite(law) else math.nan

    return changed(known, known.find(rule.pattern, rule.where), rule.metric, value)


def with_facts(known: Evidence, law: Any) -> Evidence:
    """The facts that a law reads: calibrated ones, and those in the middle of its domain."""
    if not isinstance(law, Law):
        return known
    facts: dict[str, float] = {
        key: made_up(key, 1.0) for key in law.reads or () if key not in METRICS
    }
    ranges: Mapping[str, Any] = law.domain.facts if law.domain else {}
    for key, wanted in ranges.items():
        if isinstance(wanted, Range):
            facts[key] = math.sqrt(max(wanted.low, wanted.high / 1e3) * wanted.high)
    return dataclasses.replace(
        known,
        cells=[
            dataclasses.replace(
                cell, trials={n: {**one, **facts} for n, one in cell.trials.items()}
            )
            for cell in known.cells
        ],
    )


@made.register
def _(rule: Ratio, known: Evidence, holds: bool) -> Evidence:
    least, most = rule.wanted
    least = least if least > 0 else -math.inf
    ratio = within(least, most) if holds else beyond(least, most)
    others = known.find(rule.other, rule.where if rule.other_where is None else rule.other_where)
    return times_others(known, rule, others, ratio)


@made.register
def _(rule: Difference, known: Evidence, holds: bool) -> Evidence:
    """The other has 1 everywhere; what is added lies far on one side of its bound."""
    found = known
    for place, where in enumerate((rule.where, *([] if rule.than is None else [rule.than]))):
        added = (within if holds else beyond)(*rule.wanted) if not place else 0.0
        for pattern, value in ((rule.other, 1.0), (rule.pattern, 1.0 + added)):
            cells = found.find(pattern, where)
            found = changed(
                found, cells, rule.metric, lambda *_, value=value: value, scatter=SCATTER / 20
            )
    return found


@made.register
def _(rule: Crossover, known: Evidence, holds: bool) -> Evidence:
    is_less = (rule.claimed == "less") == holds
    ratio = (0.5 if is_less else 2.0) * (1.0 if rule.other else rule.against)
    if rule.reference is not None:
        return times_reference(known, rule, ratio * rule.share)
    others = known.find(rule.other, rule.where)
    return times_others(known, rule, others, ratio)


def times_reference(known: Evidence, rule: Crossover, ratio: float) -> Evidence:
    """At every other level the metric is a multiple of what it is at the reference level."""
    references = [
        one for one in known.find(rule.other, rule.where) if one.load[rule.over] == rule.reference
    ]

    def value(cell: Cell, repeat: int) -> float:
        alike = {**cell.load, rule.over: rule.reference}
        return next(o.value(rule.metric, repeat) for o in references if o.load == alike) * ratio

    cells = [
        cell
        for cell in known.find(rule.pattern, rule.where)
        if cell.load[rule.over] != rule.reference
    ]
    return changed(known, cells, rule.metric, value)


def times_others(
    known: Evidence, rule: Ratio | Crossover, others: Sequence[Cell], ratio: float
) -> Evidence:
    """The metric as a multiple of the other side's: at the same load, else of the first."""

    def value(cell: Cell, repeat: int) -> float:
        if not others:
            return ratio
        other = next((one for one in others if one.load == cell.load), others[0])
        return other.value(rule.metric, repeat) * ratio

    return changed(known, known.find(rule.pattern, rule.where), rule.metric, value)


@made.register
def _(rule: BestLevel, known: Evidence, holds: bool) -> Evidence:
    is_better = (rule.better == "higher") != holds

    def value(cell: Cell, _: int) -> float:
        over = float(cell.load[rule.over]) / rule.enough
        return 1.0 if over <= 1 else (2.0 if is_better else 0.5)

    return changed(known, known.find(rule.pattern, rule.where), rule.metric, value)


@made.register
def _(rule: Slope, known: Evidence, holds: bool) -> Evidence:
    factor = within(*rule.wanted) if holds else beyond(*rule.wanted)
    cells = known.find(rule.pattern, rule.where)
    # What does not change is not nothing.
    start = 10 * (rule.at_most or 0.0)
    return changed(known, cells, rule.metric, lambda cell, _: start + cell.load[rule.over] * factor)


@made.register
def _(rule: NoDifference, known: Evidence, holds: bool) -> Evidence:
    """Twins that are all alike, or each of which has a level of its own."""
    for metric in rule.metrics:
        for pattern in rule.patterns:
            cells = known.find(pattern, rule.where)
            own = {id(cell): 1.0 if holds else 1.0 + place for place, cell in enumerate(cells)}
            known = changed(
                known, cells, metric, lambda cell, _, own=own: own[id(cell)], scatter=0.0
            )
    return known


@made.register
def _(rule: NoDifferenceBetweenRuns, known: Evidence, holds: bool) -> Evidence:
    false = 0 if holds else 50
    return dataclasses.replace(known, history={AA_PAIRS: Counts(false, 100, "share")})


@made.register
def _(rule: Growth, known: Evidence, holds: bool) -> Evidence:
    exponent = sum(rule.wanted) / 2 if holds else rule.wanted[1] + 0.4
    cells = known.find(rule.pattern, rule.where)
    return changed(known, cells, rule.metric, lambda cell, _: cell.load[rule.over] ** exponent)
