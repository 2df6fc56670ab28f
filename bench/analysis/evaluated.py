"""An evaluated run as frozen dataclasses: what reports, searches and comparisons know of it.

Results only, no raw samples: every field is small, whatever the run's size.
Must not know how a run is read from disk, nor how anything is drawn or written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from bench.analysis.metrics import Metric, metrics_of
from bench.analysis.shapes import (
    CourseOverTime,
    Distribution,
    Goodput,
    Lives,
    Losses,
    RoleLoad,
    Strips,
    Timeline,
    Waterfall,
)
from bench.model.claim import Claim
from bench.model.experiment import Experiment
from bench.model.finding import Finding
from bench.model.law import BAND
from bench.model.load import Load, public_name
from bench.model.metric import Counts
from bench.model.pattern import Pattern
from bench.model.records import RunFile, TrialFile
from bench.model.trial import Trial
from bench.stats.estimates import Estimate
from bench.verdicts.judgement import Judgement

TrialStatus = Literal["used", "void", "failed"]
Agreement = Literal["close", "imprecise", "missed"]


@dataclass(frozen=True)
class Level:
    """The swept values of a group: by public name, and as text ("" where nothing is swept)."""

    values: tuple[tuple[str, Any], ...]
    text: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.values)

    def value(self, name: str) -> Any:
        return dict(self.values)[name]


def public_load(load: Load[Any]) -> dict[str, Any]:
    """The parameters of a load by public name, but for those that no value shows."""
    values = {public_name(name): value for name, value in load.values().items()}
    return {name: value for name, value in values.items() if name not in ("warmup", "drain")}


@dataclass(frozen=True)
class Deliveries:
    """Who got what in the windows of one or more trials."""

    owed: int
    delivered: int
    lost: int
    duplicated: int
    out_of_order: int
    failed: int

    def __add__(self, other: Deliveries) -> Deliveries:
        return Deliveries(
            self.owed + other.owed,
            self.delivered + other.delivered,
            self.lost + other.lost,
            self.duplicated + other.duplicated,
            self.out_of_order + other.out_of_order,
            self.failed + other.failed,
        )


@dataclass(frozen=True)
class TrialResult:
    """One trial and what became of it; `reason` says why it is not used.

    `observations` counts the independent ones behind each percentile, by the metric's key;
    `quantiles` are the trial's own, carried by it or not: they only say how trials differ.
    `counts` is what metrics counted, by key.
    """

    record: TrialFile
    verdict: TrialStatus
    reason: str
    metrics: Mapping[str, float]
    findings: tuple[Finding, ...]
    deliveries: Deliveries
    roles: Mapping[str, RoleLoad]
    observations: Mapping[str, int] = field(default_factory=dict)
    quantiles: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, Counts] = field(default_factory=dict)
    timeline: Timeline | None = None
    strips: Strips | None = None
    lives: Lives | None = None
    loop_lag: Timeline | None = None
    losses: Losses | None = None
    goodput: Goodput | None = None
    course: CourseOverTime | None = None
    errors: Mapping[str, float] = field(default_factory=dict)
    """The relative standard error of a metric within this trial, from its units alone."""

    def value(self, key: str) -> float:
        """What the trial has of a metric, to be set against other trials; NaN for nothing."""
        return self.quantiles.get(key, self.metrics.get(key, math.nan))


@dataclass(frozen=True)
class Predicted:
    """A law's value beside the measured one, in the metric's unit.

    They agree where the measured value lies within `band` (a share) of the law's.
    """

    law: str
    formula: str
    source: str
    metric: str
    value: float
    measured: Estimate
    band: float = BAND
    is_only_fitted: bool = False

    @property
    def residual(self) -> float:
        """measured / predicted - 1; NaN where the law says 0."""
        return self.measured.value / self.value - 1 if self.value else float("nan")

    @property
    def is_inside(self) -> bool:
        """Whether the measured value lies in the band."""
        return abs(self.residual) <= self.band or self.value == self.measured.value

    @property
    def agreement(self) -> Agreement:
        """Imprecise: the value is not close to the law's, but its interval holds it."""
        if self.is_inside:
            return "close"
        return "imprecise" if self.measured.low <= self.value <= self.measured.high else "missed"


@dataclass(frozen=True)
class GroupNumbers:
    """What all trials of one pattern at one level come to: data only, as it can be kept.

    `calibrated` are facts of other trials, by the names by which laws read them.
    """

    pattern: str
    level: Level
    trials: tuple[TrialResult, ...]
    estimates: Mapping[str, Estimate]
    findings: tuple[Finding, ...]
    predicted: tuple[Predicted, ...]
    distribution: Distribution | None
    waterfall: Waterfall | None = None
    medians: Mapping[str, Estimate] = field(default_factory=dict)
    """Over trials, of metrics whose estimates are means over trials."""

    calibrated: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Group(GroupNumbers):
    """All trials of one pattern at one level."""

    load: Load[Any]

    @property
    def used(self) -> tuple[TrialResult, ...]:
        return tuple(result for result in self.trials if result.verdict == "used")

    @property
    def deliveries(self) -> Deliveries:
        return sum((r.deliveries for r in self.used), Deliveries(0, 0, 0, 0, 0, 0))


@dataclass(frozen=True)
class JudgedClaim:
    """A claim with what the run says of it; `remedy` says how to get what is missing."""

    claim: Claim
    judgement: Judgement
    remedy: str = ""


@dataclass(frozen=True)
class ExperimentResult:
    """One experiment's part of a run.

    `patterns` stand in the order of the tables: those compared, then the
    floors.  `grid` holds the groups by pattern and level text;
    `places` are the names by which colours are given out, the same in
    every run of this experiment.  `planned` are pattern and level text of all
    trials of the plan, run or not.  `claims` are all of the experiment's, in its order.
    `calibration` are groups that only supply facts: no table compares them.  `findings` are
    about its trials as a whole.
    """

    experiment: Experiment
    patterns: tuple[Pattern, ...]
    places: tuple[str, ...]
    levels: tuple[Level, ...]
    grid: Mapping[tuple[str, str], Group]
    not_measured: Mapping[str, str]
    planned: frozenset[tuple[str, str]] = frozenset()
    claims: tuple[JudgedClaim, ...] = ()
    calibration: tuple[Group, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        return self.experiment.name

    @property
    def has_events(self) -> bool:
        """Whether the backend has events to tell; else clients make the work, piece by piece."""
        return self.experiment.work_by == "schedule"

    def worded(self, text: str) -> str:
        """A template (OutcomeNoun) in the words of the experiment."""
        return self.experiment.noun.fill(text)

    def metric(self, key: str) -> Metric:
        """A metric whose title and definition are in the words of the experiment."""
        return self.metrics[key].worded(self.experiment.noun)

    @cached_property
    def metrics(self) -> Mapping[str, Metric]:
        """All that is measured here by key, texts still as templates."""
        return metrics_of(self.experiment)

    @property
    def swept(self) -> tuple[str, ...]:
        """Every parameter that a level speaks of."""
        return tuple(dict.fromkeys(name for level in self.levels for name in level.names))

    @property
    def groups(self) -> tuple[Group, ...]:
        """By level, then by pattern, as all tables show them."""
        places = [(pattern, level) for level in self.levels for pattern in self.patterns]
        found = [self.group(pattern.name, level) for pattern, level in places]
        return tuple(group for group in found if group is not None)

    @property
    def measured(self) -> tuple[Pattern, ...]:
        """Patterns with at least one usable trial."""
        names = {name for (name, _), group in self.grid.items() if group.used}
        return tuple(pattern for pattern in self.patterns if pattern.name in names)

    def pattern(self, name: str) -> Pattern:
        return next(pattern for pattern in self.patterns if pattern.name == name)

    def level_text(self, trial: Trial) -> str:
        """The text of the level that a trial belongs to."""
        values = tuple(trial.level.items())
        return next(level.text for level in self.levels if level.values == values)

    def group(self, pattern: str, level: Level) -> Group | None:
        """The group, None where the plan has none or no trial of it was run."""
        return self.grid.get((pattern, level.text))

    def is_asked(self, pattern: str, level: Level) -> bool:
        """Whether the plan has, or would have if it could, the pattern at this level."""
        is_planned = (pattern, level.text) in self.planned or not self.planned
        return is_planned or pattern in self.not_measured

    def measured_at(self, levels: Sequence[Level]) -> tuple[Pattern, ...]:
        """Patterns with at least one usable trial at one of these levels."""
        pairs = [
            (pattern, self.group(pattern.name, lv)) for pattern in self.patterns for lv in levels
        ]
        names = {pattern.name for pattern, group in pairs if group is not None and group.used}
        return tuple(pattern for pattern in self.patterns if pattern.name in names)

    def estimate(self, pattern: str, level: Level, metric: str) -> Estimate:
        """The estimate, NaN where there is none."""
        group = self.group(pattern, level)
        nothing = Estimate(math.nan, math.nan, math.nan, 0)
        return group.estimates.get(metric, nothing) if group and group.used else nothing


@dataclass(frozen=True)
class Evaluated:
    """A whole run, evaluated."""

    folder: Path
    file: RunFile
    experiments: tuple[ExperimentResult, ...]
    unfinished: int

    @property
    def trials(self) -> list[TrialResult]:
        found = [t for e in self.experiments for g in e.groups for t in g.trials]
        return sorted(found, key=lambda result: result.record.trial.number)
