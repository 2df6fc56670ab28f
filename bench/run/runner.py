"""A run: its folder, its services, its trials one after the other; resume.

Knows trials as black boxes, and nothing of how they are measured or drawn.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from bench import catalog
from bench.lab import components
from bench.lab.hosts.hub import Hub
from bench.lab.network.network import usable as links_usable
from bench.lab.processes import cpu_sets
from bench.lab.services import check_foreign
from bench.model import linktext
from bench.model.errors import ComponentMissing, TrialFailed, UsageError
from bench.model.links import CLIENTS, LINKS
from bench.model.pattern import Pattern
from bench.model.records import Audit, Goal, RunFile, TrialFile
from bench.model.trial import Trial
from bench.plan import replacements
from bench.plan.own_servers import carried_over
from bench.plan.trials import SPARE_DESCRIPTORS, check_limits
from bench.results import aa_history, additions, comparability, environment, store
from bench.run.identities import identities
from bench.run.refining import Refiner
from bench.run.services import Services
from bench.run.startup import Observer
from bench.run.trial import run_trial

KEEP_DISTURBED = "PATTERNBENCH_KEEP_DISTURBED"
"""Set in the environment: all runs keep the trials that the machine disturbed, marked."""


class Progress(Observer, Protocol):
    """An observer that also sees the run as a whole."""

    def run_begins(self, trials: Sequence[Trial], folder: Path) -> None: ...
    def trials_added(self, trials: Sequence[Trial], reason: str) -> None: ...
    def trial_begins(self, trial: Trial) -> None: ...
    def trial_ends(self, record: TrialFile) -> None: ...
    def says(self, text: str) -> None: ...


@dataclass(frozen=True)
class RunPlan:
    """Everything that is decided before a run starts."""

    patterns: Sequence[Pattern]
    trials: Sequence[Trial]
    seed: int
    repeats: int
    workers: int = 1
    foreign: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    not_measured: Mapping[str, str] = field(default_factory=dict)
    goal: Goal | None = None
    pcap: Sequence[str] = ()
    audit: Audit | None = None
    understood: Sequence[str] = ()
    """The loads in words, and how to ask for what may have been meant."""

    outlook: Sequence[str] = ()
    """What takes longest, in lines."""
    keep_disturbed: bool = False
    hosts: Sequence[str] = ()
    """The other hosts that carry the load, by name."""


def without_missing(
    patterns: Sequence[Pattern], foreign: Mapping[str, str]
) -> tuple[list[Pattern], dict[str, str]]:
    """The patterns that can run here, and why the others cannot (by id).

    Raises ComponentMissing where none of them can.
    """
    required = required_by(patterns)
    for name in required & set(foreign):
        check_foreign(name, foreign[name])
    absent = {name: components.missing(name) for name in required - set(foreign)}
    usable, missing = [], {}
    for pattern in patterns:
        given = {one.name for one in pattern.services if one.description}
        remedies = [
            remedy
            for name in pattern.requires
            if name not in given and (remedy := absent.get(name))
        ]
        if remedies:
            missing[pattern.id] = "; ".join(remedies)
        else:
            usable.append(pattern)
    if not usable:
        raise ComponentMissing("; ".join(dict.fromkeys(missing.values())))
    return usable, missing


def required_by(patterns: Sequence[Pattern]) -> set[str]:
    """The components that any of the patterns requires."""
    return {name for pattern in patterns for name in pattern.requires}


def most_clients(hosts: int = 0) -> int:
    """The clients that one server process can hold, and the addresses that they connect from.

    Each of several hosts that carry the load has an address of its own.
    """
    ports = max(1, hosts) * environment.local_ports()
    return min(environment.descriptor_limit(), ports) - SPARE_DESCRIPTORS


def check_links(plan: RunPlan) -> None:
    """ComponentMissing where the plan has links and this machine cannot; UsageError where a
    foreign service, which is not on the link, is to be reached over it.
    """
    links = {name for trial in plan.trials for name in linktext.links_of(trial.load)}
    for name in plan.pcap:
        if name not in LINKS:
            raise UsageError(f"pcap={name}: unknown link; use {', '.join(LINKS)}")
        if name not in links:
            option = "--link rtt=0" if name == CLIENTS else f"--link {name}:rtt=0"
            raise UsageError(f"pcap={name}: no trial emulates that link; add {option}")
    if not links:
        return
    for name, url in plan.foreign.items():
        option = catalog.components()[name].foreign
        raise UsageError(f"{option}={url}: cannot be on the link; remove one of the two")
    if remedy := links_usable()[1]:
        raise ComponentMissing(remedy)


def check(plan: RunPlan) -> None:
    """UsageError or ComponentMissing where this machine cannot do it."""
    check_limits(plan.trials, most_clients(len(plan.hosts)), plan.workers)
    check_links(plan)


def new_run(plan: RunPlan, results: Path) -> Path:
    """Write the plan into a new folder of `results` and return it."""
    check(plan)
    moment = datetime.datetime.now().astimezone()
    experiments = sorted({pattern.experiment for pattern in plan.patterns})
    folder = _fresh(results.resolve(), f"{moment:%Y-%m-%dT%H-%M-%S}-{'+'.join(experiments)}")
    facts = environment.facts()
    facts |= aa_history.facts(results, facts)
    measured = [pattern for pattern in plan.patterns if pattern.id not in plan.not_measured]
    store.create_run(
        folder,
        RunFile(
            version=store.VERSION,
            created=moment.isoformat(timespec="seconds"),
            command=plan.command,
            seed=plan.seed,
            repeats=plan.repeats,
            workers=plan.workers,
            environment=facts,
            patterns={pattern.id: pattern for pattern in plan.patterns},
            trials=list(plan.trials),
            not_measured=dict(plan.not_measured),
            goal=plan.goal,
            keep_disturbed=plan.keep_disturbed or bool(os.environ.get(KEEP_DISTURBED)),
            code=identities(measured, plan.foreign),
            pcap=list(plan.pcap),
            audit=plan.audit,
            hosts=list(plan.hosts),
        ),
    )
    return folder


def _fresh(results: Path, name: str) -> Path:
    folder, number = results / name, 1
    while folder.exists():
        number += 1
        folder = results / f"{name}-{number}"
    return folder


def check_resumable(run: store.StoredRun, foreign: Mapping[str, str], allow_unlike: bool) -> None:
    """Refuse to add trials to a run whose code or machine was another, or record that it was.

    Raises UsageError with what has changed since, unless that is allowed.
    """
    names = [name for name in run.file.patterns if name not in run.file.not_measured]
    code = identities(carried_over(catalog.select(names), run.file.patterns), foreign)
    found = comparability.changes_since(run.file, environment.facts(), code)
    if found and not allow_unlike:
        raise UsageError(
            f"{run.folder}: changed since: {comparability.listed(found)}; start a new run, or add "
            "--allow-unlike"
        )
    fresh = [entry.text for entry in found if entry.text not in run.file.unlike]
    if fresh and (run.unfinished or run.file.goal is not None):
        additions.add(run.folder, [], "continued though unlike", fresh)


def execute(
    folder: Path,
    foreign: Mapping[str, str],
    progress: Progress,
    hub: Hub | None = None,
    locust_page: str = "",
) -> store.StoredRun:
    """Do the trials of a run that are not done yet; returns the run as it then stands.

    With a `hub` the hosts that have joined there carry the load.  Where somebody watches, load
    processes show Locust's page at the Unix socket `locust_page`.
    KeyboardInterrupt passes through when everything is stopped; finished
    trials stay, the one under way is not kept.
    """
    folder = folder.resolve()  # the children have another working folder
    run = store.open_run(folder)
    services = Services(cpu_pins(), foreign, progress.says, hub, locust_page)
    progress.run_begins(run.unfinished, folder)
    try:
        measure(run, services, progress)
        if run.file.goal is not None:
            _refine(run.file.goal, folder, services, progress)
    finally:
        services.stop()
    return store.open_run(folder)


def measure(run: store.StoredRun, services: Services, progress: Progress) -> None:
    """The trials that the run's plan has and its folder has not, and again those that are void
    because the machine disturbed them; in the place of each at once, so that a block stays one.
    """
    planned = list(run.file.trials)
    todo = sorted(run.unfinished, key=lambda one: one.replaces is None)
    void = {one.trial.number for one in run.trials if one.record.is_void}
    while (trial := _again(run.folder, planned, void, progress)) or todo:
        trial = trial or todo.pop(0)
        record = _measured(run, trial, services, progress)
        if record.is_void:
            void.add(trial.number)


def _again(
    folder: Path, planned: list[Trial], void: Collection[int], progress: Progress
) -> Trial | None:
    """The trial that is due in the place of a void one, entered in the run's plan."""
    trial = replacements.due(planned, void)
    if trial is not None:
        reason = f"trial {trial.replaces} was disturbed by the machine; it is measured again"
        additions.add(folder, [trial], reason)
        progress.trials_added([trial], reason)
        planned.append(trial)
    return trial


def _measured(
    run: store.StoredRun, trial: Trial, services: Services, progress: Progress
) -> TrialFile:
    """One trial, stored: whether the machine disturbed it is decided before anything else."""
    progress.trial_begins(trial)
    pattern = run.file.patterns[trial.pattern]
    experiment = catalog.experiments()[pattern.experiment]
    partial = store.partial_folder(run.folder, trial)
    try:
        context = services.context_for(pattern, run.file.workers, trial.load)
        context = replace(context, captures=run.file.pcap)
        record = run_trial(experiment, trial, partial, context, progress)
        record = services.explain(record)
    except TrialFailed as error:  # a service did not start
        record = _failed(trial, str(error), services.log_tail())
    is_void = bool(record.disturbed) and record.status == "ok" and not run.file.keep_disturbed
    record = replace(record, is_void=is_void)
    store.finish_trial(partial, record)
    progress.trial_ends(record)
    return record


def _refine(goal: Goal, folder: Path, services: Services, progress: Progress) -> None:
    """Add the repeats that make the intervals as narrow as asked; replace those of no use."""
    refiner = Refiner(goal)
    while (decision := refiner.decide(store.open_run(folder))).trials:
        additions.add(folder, decision.trials, decision.words)
        progress.trials_added(decision.trials, decision.words)
        measure(store.open_run(folder), services, progress)
    progress.says(decision.words)


def cpu_pins() -> list[int]:
    return cpu_sets(1)["backend"]


def _failed(trial: Trial, reason: str, tail: list[str]) -> TrialFile:
    return TrialFile(
        version=store.VERSION, trial=trial, status="failed", reason=reason, log_tail=tail
    )
