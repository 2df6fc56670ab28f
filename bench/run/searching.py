"""Looks for the most that still meets an objective: trial after trial, in an ordinary run.

What is measured next is decided in `capacity`; here it is measured, read and kept.  Each
trial is added to the run's plan before it starts, so the run's folder is as any other.
Must not know how a trial is run, nor how the answer is put in words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import catalog
from bench.adaptive import capacity
from bench.adaptive.capacity import Level, Search, Step, TrialOutcome
from bench.adaptive.capacity_text import (
    LevelReadings,
    SweptParameter,
    medians,
    predicted_level,
    question_of,
    trial_words,
)
from bench.analysis.evaluate import TrialEvaluator
from bench.analysis.evaluated import TrialResult
from bench.analysis.gates import Gate
from bench.analysis.groups import unit_words
from bench.analysis.metrics import Metric, metrics_of
from bench.model import hints
from bench.model.capacity_law import CapacityQuestion
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.law import Law
from bench.model.load import Load, Parameter, parameters_of
from bench.model.pattern import Pattern
from bench.model.rates import counted
from bench.model.trial import Trial
from bench.model.units import check_bounds, parse, show
from bench.plan.per_client import PerClient, per_client
from bench.plan.trials import seed_of
from bench.results import additions, store
from bench.results.store import StoredTrial
from bench.run import request, runner
from bench.run.services import Services
from bench.stats.estimates import samples_needed

COMPLETENESS = ("completeness", "lost")
"""Objectives that are about what is missing judge it themselves."""


BEYOND = 1000.0
"""A law is asked for its answer up to so many times the greatest level that can be measured."""


@dataclass(frozen=True)
class CapacityRequest:
    """The options of `bench capacity`, still as text."""

    pattern: str
    objective: Gate
    settings: Sequence[str] = ()
    over: str = "clients"
    first: str = ""
    most: str = ""
    within: str = "5%"
    repeats: int = 3
    workers: int = 1
    seed: int = 1
    foreign: Mapping[str, str] = field(default_factory=dict)
    command: str = ""


@dataclass(frozen=True)
class CapacityPlan:
    """What is looked for, checked."""

    request: CapacityRequest
    pattern: Pattern
    experiment: Experiment
    parameter: Parameter
    load: Mapping[str, Any]
    search: Search
    per_client: PerClient | None = None

    @property
    def swept(self) -> SweptParameter:
        return SweptParameter(self.pattern.id, self.parameter)

    def value(self, level: float) -> Any:
        return int(level) if self.parameter.kind is int else level

    def load_at(self, level: float) -> dict[str, Any]:
        load = {**self.load, self.parameter.field_name: self.value(level)}
        if self.per_client is None:
            return load
        return self.per_client.applied(self.experiment, load, self.per_client.rates[0])

    def trial(self, number: int, level: float, repeat: int) -> Trial:
        place = {self.parameter.name: self.value(level)}
        seed = seed_of(self.request.seed, repeat)
        return Trial(number, self.pattern.id, place, repeat, seed, self.load_at(level))


def plan_of(asked: CapacityRequest) -> CapacityPlan:
    """All that can be checked before anything starts; UsageError where it cannot be done."""
    if any(pair.partition("=")[0] == asked.over for pair in asked.settings):
        raise UsageError(
            f"--set {asked.over}: the search varies this parameter; use --from and --most"
        )
    pattern, load = request.one_pattern(asked.pattern, asked.settings, asked.foreign)
    experiment = catalog.experiments()[pattern.experiment]
    if asked.objective.metric not in metrics_of(experiment):
        raise UsageError(
            f"{asked.objective.text}: {experiment.name} has no {asked.objective.metric}; "
            "docs/metrics.md lists what each experiment has"
        )
    known = parameters_of(experiment.load)
    numeric = [name for name, one in known.items() if one.kind in (int, float) and not one.choices]
    if asked.over not in numeric:
        remedy = hints.meant(asked.over, numeric, f"`bench list {experiment.name}` shows them")
        raise UsageError(f"--over {asked.over}: not a numeric parameter; {remedy}")
    parameter = known[asked.over]
    first = _level(parameter, asked.first, "--from") or load[parameter.field_name]
    if not first > 0:
        raise UsageError(f"{asked.over}={first}: cannot be doubled; name a start with --from")
    most, why = _most(parameter, asked)
    if first > most:
        raise UsageError(f"--from {show(first, parameter.unit)}: more than is possible; {why}")
    search = Search(
        asked.objective,
        float(first),
        float(most),
        why,
        capacity.share(asked.within),
        asked.repeats,
        parameter.kind is int,
    )
    each = per_client(experiment, request.settings_of(asked.settings))
    if each is not None and asked.over in each.sets(experiment):
        raise UsageError(
            f"--over {asked.over}: --per-client sets it at each level; use one of them"
        )
    return CapacityPlan(asked, pattern, experiment, parameter, load, search, each)


def _level(parameter: Parameter, text: str, option: str) -> Any:
    if not text:
        return None
    try:
        return parse(parameter, text)
    except UsageError as error:
        raise UsageError(f"{option}: {error}") from None


def _most(parameter: Parameter, asked: CapacityRequest) -> tuple[float, str]:
    """The greatest level that may be asked for, and why it is that."""
    bounds: list[tuple[float, str]] = []
    if parameter.high is not None:
        text = show(parameter.high, parameter.unit)
        bounds.append((parameter.high, f"{parameter.name}={text} is the parameter's own bound"))
    if parameter.name == "clients":
        here = runner.most_clients()
        words = "connections that one server process and one address can hold here"
        limit = "descriptors: ulimit -n, net.ipv4.ip_local_port_range"
        bounds.append((here, f"{here:,} {words} ({limit})"))
    if asked.most:
        most = check_bounds(parameter, _level(parameter, asked.most, "--most"), asked.most)
        bounds.append((most, f"--most {asked.most} was asked for"))
    return min(bounds, key=lambda bound: bound[0])


class CapacitySearch:
    """One search: its run's folder, what it has seen so far."""

    def __init__(self, plan: CapacityPlan, results: Path) -> None:
        self.plan = plan
        run_plan = runner.RunPlan(
            patterns=[plan.pattern],
            trials=[plan.trial(0, plan.search.first, 1)],
            seed=plan.request.seed,
            repeats=plan.request.repeats,
            workers=plan.request.workers,
            foreign=plan.request.foreign,
            command=plan.request.command,
        )
        self.folder = runner.new_run(run_plan, results)
        self.seen: list[TrialOutcome] = []
        self._evaluator = TrialEvaluator({plan.experiment.name: plan.experiment})
        self._whole: dict[float, list[TrialResult]] = {}

    @property
    def step(self) -> Step:
        """What is known, and what would come next."""
        return capacity.step(self.plan.search, self.seen)

    def run(self, progress: runner.Progress) -> Step:
        """Measure until it is known; KeyboardInterrupt passes through, what was seen stays."""
        services = Services(runner.cpu_pins(), self.plan.request.foreign, progress.says)
        progress.run_begins([], self.folder)
        try:
            while (step := self.step).level is not None:
                self._one_more(step.level, step.words, services, progress)
        finally:
            services.stop()
        return step

    def _one_more(
        self, level: float, words: str, services: Services, progress: runner.Progress
    ) -> None:
        planned = store.open_run(self.folder).file.trials
        number = 1 + max(one.number for one in planned) if self.seen else 0
        repeat = 1 + sum(seen.level == level for seen in self.seen)
        trial = self.plan.trial(number, level, repeat)
        if number:  # the first one stands in the plan
            additions.add(self.folder, [trial], words)
        progress.trials_added([trial], words)
        runner.measure(store.open_run(self.folder), services, progress)
        # The latest: the trial itself, or the one in its place that the machine left alone.
        stored = max(store.open_run(self.folder).trials, key=lambda one: one.trial.number)
        self.seen.append(self._judged(level, stored))
        progress.says(trial_words(self.plan.search, self.seen[-1], self.plan.swept, repeat))

    def _judged(self, level: float, stored: StoredTrial) -> TrialOutcome:
        result = self._evaluator.result(stored)
        if result.verdict != "failed":
            self._whole.setdefault(level, []).append(result)
        load: Load[Any] = self.plan.experiment.load(**self.plan.load_at(level))
        metric = metrics_of(self.plan.experiment)[self.plan.search.objective.metric]
        return seen_of(level, metric, result, self.plan.experiment, load)

    def shown(self, level: float) -> LevelReadings:
        """The meters at a level; nothing where no trial of it was whole."""
        whole = self._whole.get(level, [])
        load: Load[Any] = self.plan.experiment.load(**self.plan.load_at(level))
        codes = {doubt.code: doubt.message for result in whole for doubt in result.findings}
        cores = max((len(one.record.cpu_sets.get("load", ())) for one in whole), default=1)
        metrics = medians([result.metrics for result in whole])
        receivers = self.plan.experiment.deliveries_per_event(load)
        return LevelReadings(metrics, codes, max(1, cores), receivers)

    def question(self, level: Level) -> CapacityQuestion:
        """What the experiment's own law of capacity is asked of a level."""
        plan, shown = self.plan, self.shown(level.level)
        load: Load[Any] = plan.experiment.load(**plan.load_at(level.level))
        return question_of(plan.search, level, shown, plan.swept, load)

    def expected(self, level: float) -> list[tuple[str, float | None]]:
        """What the experiment's laws expect, with what was measured at a level as their facts."""
        plan, facts = self.plan, self.shown(level).metrics

        def found(law: Law) -> float | None:
            def value_at(amount: float) -> float:
                load = plan.experiment.load(**plan.load_at(amount))
                return law(load, facts)

            return predicted_level(value_at, plan.search, BEYOND * plan.search.most)

        return [
            (f"{one.id}: {one.formula}", found(one))
            for one in plan.experiment.predictions_for(plan.pattern.name)
            if one.metric == plan.search.objective.metric
        ]


def seen_of(
    level: float, metric: Metric, result: TrialResult, experiment: Experiment, load: Load[Any]
) -> TrialOutcome:
    """What a trial says of its level."""
    if result.verdict == "failed":
        return TrialOutcome(level, math.nan, broken=result.reason)
    key = metric.key
    value = result.metrics.get(key, math.nan)
    owed, lost = result.deliveries.owed, result.deliveries.lost
    if result.record.is_void or not owed:
        nothing = f"no {experiment.noun.event} fell into the window"
        return TrialOutcome(
            level, value, silent=result.reason if result.record.is_void else nothing
        )
    if result.verdict == "void":
        return TrialOutcome(level, value, broken=result.reason)
    # Where clients are away or slow the load itself makes deliveries go missing.
    must_arrive = experiment.gives_up_after_s(load) is None
    if lost and must_arrive and key not in COMPLETENESS:
        missing = f"{lost:,} of {owed:,} {experiment.noun.missing}"
        words = f"completeness {(owed - lost) / owed:.4%}: {missing}"
        return TrialOutcome(level, value, broken=words)
    if math.isnan(value):
        unit = experiment.unit_of(result.record.trial.pattern.partition("/")[2], load)
        observed = unit_words(experiment, metric, unit)
        silence = _silence(key, metric.quantile, result, observed)
        have = None if metric.quantile is None else result.observations[key]
        return TrialOutcome(level, value, silent=silence, observations=have)
    return TrialOutcome(level, value)


def _silence(
    metric: str, quantile: float | None, result: TrialResult, words: tuple[str, str]
) -> str:
    if quantile is None:
        return f"no trial of this pattern has {metric}"
    have, needed = result.observations[metric], samples_needed(quantile)
    return f"{counted(have, *words)} in a trial, {metric} needs {needed:,}"
