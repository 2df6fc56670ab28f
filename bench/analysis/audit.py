"""The audit of laws: every point that tests one, and what each law's points come to.  Pure.

A point tests a law where it lies in the law's domain and its window is as long as the law needs.
Points whose trials are void or failed are named, not counted.  Must not know any law.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.analysis.evaluated import ExperimentResult, Group, Predicted
from bench.model.law import Law

NEARLY = 0.999
"""A window's length is rounded when it is drawn, and stored as it was."""


@dataclass(frozen=True)
class AuditPoint:
    """One law at one point: what was measured beside what it said."""

    law: Law
    group: Group
    predicted: Predicted

    @property
    def pattern(self) -> str:
        return self.group.pattern

    @property
    def residual(self) -> float:
        """measured / predicted - 1; infinite where the law says 0 and something was measured."""
        if self.predicted.value:
            return self.predicted.residual
        return math.inf if self.predicted.measured.value else 0.0


@dataclass(frozen=True)
class LawAudit:
    """All points of one law, metric and pattern; shares, but for the counts.

    `bias` is the median residual, `median` and `p90` are of |residual|; `asked` counts the
    points at which the law should have been tested, `inside` the share within its band.
    """

    law: Law
    pattern: str
    asked: int
    points: int
    bias: float
    median: float
    p90: float
    inside: float
    worst: AuditPoint | None


@dataclass(frozen=True)
class LeftOut:
    """A point that tests nothing, and why."""

    group: Group
    reason: str


def points_of(result: ExperimentResult, ids: Sequence[str] = ()) -> list[AuditPoint]:
    """Every point at which a law was tested, by law, then in the order of the levels."""
    found = []
    for law in _laws(result, ids):
        for group in result.groups:
            if group.used and tests(law, group):
                own = (one for one in group.predicted if _is_of(law, one))
                found += [AuditPoint(law, group, one) for one in own]
    return found


def audits_of(result: ExperimentResult, ids: Sequence[str] = ()) -> list[LawAudit]:
    """What the points of each law come to, by law and pattern; laws without a point included."""
    points = points_of(result, ids)
    found = []
    for law in _laws(result, ids):
        for pattern in law.patterns:
            asked = sum(1 for one in result.groups if one.pattern == pattern and tests(law, one))
            own = [one for one in points if one.law is law and one.pattern == pattern]
            if asked:
                found.append(_audit(law, pattern, asked, own))
    return found


def left_out(result: ExperimentResult) -> list[LeftOut]:
    """The points none of whose trials can be used, with the reason of the last."""
    groups = [*result.groups, *result.calibration]
    return [LeftOut(one, one.trials[-1].reason) for one in groups if not one.used]


def tests(law: Law, group: Group) -> bool:
    """Whether a group is a point that tests a law."""
    if law.domain is None or group.pattern not in law.patterns or not law.domain.has(group.load):
        return False
    return group.load.window.duration_s >= NEARLY * law.domain.window_s(group.load)


def _laws(result: ExperimentResult, ids: Sequence[str]) -> list[Law]:
    laws = result.experiment.predictions
    return [law for law in laws if not ids or set(law.ids) & set(ids)]


def _is_of(law: Law, predicted: Predicted) -> bool:
    return (predicted.law, predicted.metric, predicted.formula) == (law.id, law.metric, law.formula)


def _audit(law: Law, pattern: str, asked: int, points: Sequence[AuditPoint]) -> LawAudit:
    residuals = np.array([one.residual for one in points])
    if not len(residuals):
        return LawAudit(law, pattern, asked, 0, math.nan, math.nan, math.nan, math.nan, None)
    sizes = np.abs(residuals)
    # Of few points the 90th percentile is one that was measured, never one in between.
    return LawAudit(
        law,
        pattern,
        asked,
        len(points),
        float(np.median(residuals)),
        float(np.median(sizes)),
        float(np.quantile(sizes, 0.9, method="inverted_cdf")),
        sum(one.predicted.is_inside for one in points) / len(points),
        points[int(np.argmax(sizes))],
    )
