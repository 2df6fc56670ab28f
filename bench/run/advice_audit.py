"""What `bench advise --audit` asked for, made into a plan that can be run; its file and page.

The advice is in the run's folder before the first trial.  Must not know how advice is found.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.analysis import advice_audit
from bench.analysis.advice_audit import AdviceAuditFile, AdvicePoint, drawn_audit
from bench.analysis.advising import Adviser
from bench.model import units
from bench.model.constants import Constants
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.load import Window, parameters_of
from bench.model.records import RunFile
from bench.model.trial import Trial
from bench.plan.outlook import minutes
from bench.plan.trials import seconds_of
from bench.plan.workload import advice_of
from bench.results import digests, jsonfile
from bench.run import runner
from bench.run.constants import patterns_of

NAME, PAGE = "advice.json", "report/advice-audit.md"
MACHINE = ("patternbench", "cpu", "cores", "kernel", "python")


@dataclass(frozen=True)
class AdviceAuditRequest:
    """The options of `bench advise --audit`."""

    experiment: Experiment
    constants: Constants | None
    count: int
    seed: int
    repeats: int = 1
    duration: str = ""
    foreign: Mapping[str, str] = field(default_factory=dict)
    command: str = ""


@dataclass(frozen=True)
class AdviceAuditPlan:
    """The run, and what was advised on its workloads."""

    run: runner.RunPlan
    file: AdviceAuditFile


def plan_of(asked: AdviceAuditRequest) -> AdviceAuditPlan:
    """All that an audit of advice will measure; UsageError or ComponentMissing where it cannot."""
    for name, value in (("audit", asked.count), ("repeats", asked.repeats)):
        if value < 1:
            raise UsageError(f"{name}={value}: must be at least 1")
    if asked.seed < 0:
        raise UsageError(f"seed={asked.seed}: must be at least 0; write --seed 1")
    experiment, advice = asked.experiment, advice_of(asked.experiment, {})
    changes = {}
    if asked.duration:
        changes["duration_s"] = units.parse(parameters_of(Window)["duration"], asked.duration)
    patterns = patterns_of(experiment, list(advice.patterns))
    _, missing = runner.without_missing(patterns, asked.foreign)
    if missing:
        name, remedy = next(iter(missing.items()))
        raise UsageError(f"{name}: an audit of advice measures every pattern; {remedy}")
    file = drawn_audit(
        experiment,
        advice,
        Adviser(advice, asked.constants),
        asked.count,
        asked.seed,
        changes,
        asked.constants.created if asked.constants else "",
    )
    names = [one.id for one in patterns]
    run = runner.RunPlan(
        patterns,
        _trials(file, names, asked.repeats),
        asked.seed,
        asked.repeats,
        foreign=asked.foreign,
        command=asked.command,
    )
    return AdviceAuditPlan(run, file)


def _trials(file: AdviceAuditFile, names: Sequence[str], repeats: int) -> list[Trial]:
    """Every pattern under every workload, in seeded order; patterns share a workload's seed."""
    order = random.Random(f"{file.seed}/order")
    trials: list[Trial] = []
    for repeat in range(1, repeats + 1):
        block = [(at, name) for at in range(len(file.workloads)) for name in names]
        order.shuffle(block)
        for at, name in block:
            one = file.workloads[at]
            seed = random.Random(f"{file.seed}/{repeat}/{at}").getrandbits(32)
            trials.append(Trial(len(trials), name, one.level, repeat, seed, one.load))
    return trials


def outlook(plan: AdviceAuditPlan) -> str:
    """How many trials there are, and how long they take."""
    trials = plan.run.trials
    return (
        f"seed {plan.run.seed}: {len(plan.file.workloads)} workloads, {len(trials)} trials, about "
        f"{minutes(seconds_of(trials))}; what is advised on each is in {NAME} already"
    )


def write(folder: Path, file: AdviceAuditFile) -> None:
    """Put the advice into the run's folder, recorded like its other files."""
    digests.write_recorded(folder, NAME, file)


def read(folder: Path) -> AdviceAuditFile:
    """The advice of a run; UsageError where it has none."""
    if not (folder / NAME).exists():
        raise UsageError(f"{folder}: is no audit of advice; name the run of `bench advise --audit`")
    digest = (digests.read(folder) or {}).get(NAME, "")
    return jsonfile.read(folder / NAME, AdviceAuditFile, advice_audit.VERSION, digest)


def write_page(
    folder: Path,
    run: RunFile,
    file: AdviceAuditFile,
    points: Sequence[AdvicePoint],
    experiment: Experiment,
) -> Path:
    """The audit as a page with date, machine and seed; returns its path."""
    facts = [("date", run.created), *((name, run.environment.get(name, "")) for name in MACHINE)]
    table = [advice_audit.HEADERS, ["---"] * len(advice_audit.HEADERS)]
    table += advice_audit.rows(points, experiment)
    lines = [
        f"# Audit of the advice on `{file.experiment}`",
        "",
        *advice_audit.sentences(file, points),
        "",
        f"    {run.command}",
        "",
        *(f"- {name}: {value}" for name, value in facts),
        f"- constants: measured {file.constants or 'none needed'}",
        "",
        *(f"| {' | '.join(row)} |" for row in table),
        "",
    ]
    path = folder / PAGE
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
