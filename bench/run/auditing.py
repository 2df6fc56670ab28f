"""What `bench laws` asked for, made into a plan that can be run.

Points, trials and their order are decided before anything starts.  Must not know how a law
is judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench import catalog
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.pattern import Pattern
from bench.model.records import Audit
from bench.model.trial import Trial
from bench.plan.audit import Ground, chosen_laws, grounds_of, trials_of_audit, with_points
from bench.plan.calibration import with_calibration
from bench.plan.outlook import CALIBRATION, Share, lines
from bench.run import runner

CALIBRATED = 3
"""Trials of a calibration that several points share: enough for a median."""


@dataclass(frozen=True)
class AuditRequest:
    """The options of `bench laws`."""

    name: str
    laws: str = ""
    points: int = 20
    seed: int = 1
    repeats: int = 1
    foreign: Mapping[str, str] = field(default_factory=dict)
    command: str = ""


@dataclass(frozen=True)
class AuditPlan:
    """The run, and the grounds from which its points were drawn."""

    run: runner.RunPlan
    grounds: tuple[Ground, ...]


def plan_of(asked: AuditRequest) -> AuditPlan:
    """All that an audit will measure; UsageError or ComponentMissing where it cannot."""
    for name, value in (("points", asked.points), ("repeats", asked.repeats)):
        if value < 1:
            raise UsageError(f"{name}={value}: must be at least 1")
    patterns = catalog.select([asked.name])
    experiment = catalog.experiments()[patterns[0].experiment]
    names = [pattern.name for pattern in patterns]
    laws = [
        law
        for law in chosen_laws(experiment, asked.laws, asked.seed)
        if set(law.patterns) & set(names)
    ]
    if not laws:
        raise UsageError(f"{asked.name}: no law speaks of it; name an experiment or another law")
    needed = _needed(experiment, grounds_of(laws), patterns)
    usable, missing = runner.without_missing(needed, asked.foreign)
    grounds = [
        with_points(experiment, ground, asked.points, asked.seed) for ground in grounds_of(laws)
    ]
    here = [pattern.name for pattern in usable]
    measured = [name for name in here if name in names]
    trials = trials_of_audit(experiment, grounds, measured, asked.repeats, asked.seed)
    trials = with_calibration(experiment, trials, here, asked.seed, shared=CALIBRATED)
    ids = dict.fromkeys(one for law in laws for one in law.ids)
    run = runner.RunPlan(
        needed,
        trials,
        asked.seed,
        asked.repeats,
        foreign=asked.foreign,
        command=asked.command,
        not_measured=missing,
        audit=Audit(asked.points, list(ids)),
    )
    return AuditPlan(run, tuple(grounds))


def _needed(
    experiment: Experiment, grounds: Sequence[Ground], patterns: Sequence[Pattern]
) -> list[Pattern]:
    """The patterns that the laws speak of, and those that calibrate them."""
    names = {name for ground in grounds for name in ground.patterns}
    chosen = [pattern for pattern in patterns if pattern.name in names]
    calibrating = {
        one.pattern for ground in grounds for law in ground.laws for one in law.calibration
    }
    others = catalog.patterns(experiment.name)
    chosen += [others[name] for name in sorted(calibrating - {"", *(one.name for one in chosen)})]
    return chosen


def outlook(plan: AuditPlan) -> list[str]:
    """What takes longest: each ground's share, longest first."""
    trials = plan.run.trials
    shares = []
    for ground in plan.grounds:
        own = [one for one in trials if not one.calibrates and _is_of(ground, one)]
        ids = ", ".join(dict.fromkeys(one for law in ground.laws for one in law.ids))
        names = ", ".join(dict.fromkeys(one.pattern.partition("/")[2] for one in own))
        shares.append(Share(f"{ids}: {len(ground.points)} points of {names or 'nothing'}", own))
    if calibrating := [one for one in trials if one.calibrates]:
        shares.append(Share(CALIBRATION, calibrating))
    return lines(shares)


def _is_of(ground: Ground, trial: Trial) -> bool:
    name = trial.pattern.partition("/")[2]
    return name in ground.patterns and any(one.load == trial.load for one in ground.points)
