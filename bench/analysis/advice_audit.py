"""The audit of advice: random workloads, what was advised, and what was then measured.  Pure.

The advice is written down before anything is measured.  Must not know any experiment.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.analysis.advising import WITHIN, Adviser
from bench.analysis.evaluated import ExperimentResult, Group
from bench.model.advice import Advice
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.load import parameters_of
from bench.model.units import show, significant
from bench.plan.workload import drawn

VERSION = 1
TRIES = 200
"""So many draws for each workload that is asked for."""

NO_ONE = "no pattern meets the limits"
OUTSIDE = "outside the laws' domains"

HEADERS = ("workload", "by", "advised", "best", "advised costs", "over the best")


@dataclass(frozen=True)
class AuditedWorkload:
    """A workload (its load by field name) and the advice on it; values in the metrics' units.

    `level` are the drawn parameters by public name; `predicted` is the preferred cost by pattern,
    `close` are the patterns that the advice did not tell from the first.
    """

    load: dict[str, Any]
    level: dict[str, Any]
    limits: dict[str, float]
    prefer: str
    advised: str
    close: list[str]
    predicted: dict[str, float]


@dataclass(frozen=True)
class AdviceAuditFile:
    """What an audit was going to measure; `unanswered` counts draws that got no advice, by why."""

    version: int
    experiment: str
    seed: int
    constants: str
    workloads: list[AuditedWorkload]
    unanswered: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class AdvicePoint:
    """One workload as measured: the preferred cost by pattern, and who met the limits.

    `best` is "" where it cannot be judged, for the reason in `why`.
    """

    workload: AuditedWorkload
    measured: Mapping[str, float]
    best: str
    excess: float
    is_hit: bool
    why: str = ""


def drawn_audit(
    experiment: Experiment,
    advice: Advice,
    adviser: Adviser,
    count: int,
    seed: int,
    changes: Mapping[str, Any],
    constants: str,
) -> AdviceAuditFile:
    """So many random workloads with the advice on each; UsageError where too few get any.

    `changes` replace fields of each load (the length of the window).
    """
    source = random.Random(f"{seed}/advice")
    parameters = parameters_of(experiment.load)
    found: list[AuditedWorkload] = []
    unanswered: Counter[str] = Counter()
    for _ in range(TRIES * count):
        if len(found) == count:
            return AdviceAuditFile(VERSION, experiment.name, seed, constants, found, unanswered)
        workload = drawn(experiment, advice, source)
        if workload is None:
            continue
        told = adviser.advised(workload, crossings=False)
        if told.first is None or told.outside:
            unanswered[OUTSIDE if told.outside else NO_ONE] += 1
            continue
        load = workload.load.values() | dict(changes)
        level = {one.name: load[parameters[one.name].field_name] for one in advice.inputs}
        found.append(
            AuditedWorkload(
                load,
                level,
                dict(workload.limits),
                workload.prefer,
                told.first.pattern,
                [one.pattern for one in told.close],
                {
                    one.pattern: one.figures[workload.prefer].value
                    for one in told.options
                    if workload.prefer in one.figures
                },
            )
        )
    raise UsageError(
        f"{experiment.name}: {len(found)} of {count} workloads found in {TRIES * count:,} draws; "
        f"measure its constants again, or ask for fewer"
    )


def points_of(file: AdviceAuditFile, result: ExperimentResult) -> list[AdvicePoint]:
    """Each workload against what was measured."""
    advice = result.experiment.advice
    assert advice is not None
    known = {(one.pattern, repr(sorted(one.load.values().items()))): one for one in result.groups}
    return [_point(one, result.experiment, advice, known) for one in file.workloads]


def _point(
    workload: AuditedWorkload,
    experiment: Experiment,
    advice: Advice,
    known: Mapping[tuple[str, str], Group],
) -> AdvicePoint:
    load = experiment.load.read(workload.load)
    at = repr(sorted(load.values().items()))
    groups = {name: known.get((name, at)) for name in advice.patterns}
    used = {name: one for name, one in groups.items() if one is not None and one.used}
    cost = advice.cost(workload.prefer)
    measured = {name: one.estimates[cost.metric].value for name, one in used.items()}
    lacking = [name for name in advice.patterns if name not in measured]
    if lacking:
        why = f"no usable trial of {', '.join(lacking)}"
        return AdvicePoint(workload, measured, "", 0.0, False, why)

    def exceeds(name: str) -> float:
        """By which factor it is over its limits; at most 1 where it meets them."""
        values = [
            used[name].estimates[advice.cost(key).metric].value / limit
            for key, limit in workload.limits.items()
        ]
        return max([0.0, *values])

    within = [name for name in measured if exceeds(name) <= 1]
    advised = workload.advised
    best = min(within or [advised], key=lambda name: measured[name])
    excess = max(0.0, measured[advised] / measured[best] - 1) if advised in measured else 0.0
    is_hit = excess <= WITHIN and exceeds(advised) <= 1 + WITHIN
    why = "" if exceeds(advised) <= 1 + WITHIN else "the advised pattern missed a limit"
    return AdvicePoint(workload, measured, best, excess, is_hit, why)


def sentences(file: AdviceAuditFile, points: Sequence[AdvicePoint]) -> list[str]:
    """The hit rate, and what was not counted."""
    judged = [one for one in points if one.best]
    hits = sum(one.is_hit for one in judged)
    exact = sum(one.best == one.workload.advised and one.is_hit for one in judged)
    said = [
        f"Of {len(judged)} random workloads (seed {file.seed}) the advised pattern was the best or "
        f"within {WITHIN:.0%} of it in {hits}".replace("%", " %")
        + (f" ({hits / len(judged) * 100:.0f} %)" if judged else "")
        + f", the best itself in {exact}."
    ]
    if len(judged) < len(points):
        said.append(f"{len(points) - len(judged)} workloads were not counted: trials are missing.")
    for reason, count in file.unanswered.items():
        said.append(f"{count} more that were drawn got no advice: {reason}.")
    return said


def rows(points: Sequence[AdvicePoint], experiment: Experiment) -> list[tuple[str, ...]]:
    """A row for each workload: what was advised and best, and the cost measured over predicted."""
    advice = experiment.advice
    assert advice is not None
    parameters = parameters_of(experiment.load)
    found: list[tuple[str, ...]] = []
    for point in points:
        one = point.workload
        words = [
            f"{name}={show(value, parameters[name].unit)}" for name, value in one.level.items()
        ]
        words += [
            f"{name}<={show(limit / advice.cost(name).factor, advice.cost(name).unit)}"
            for name, limit in one.limits.items()
        ]
        measured = point.measured.get(one.advised)
        law = significant(one.predicted.get(one.advised))
        cell = f"{significant(measured)} (law {law})"
        over = point.why or f"+{point.excess * 100:.3g} %"
        found.append((" ".join(words), one.prefer, one.advised, point.best or "-", cell, over))
    return found
