"""A run's trials: levels x patterns x repeats, in seeded interleaved order.  Pure.

Also the checks that can be made before anything starts.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench import catalog
from bench.model import linktext
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.fault import format_faults, parse_faults, timeline
from bench.model.load import parameters_of
from bench.model.pattern import Pattern
from bench.model.rates import PER_CLIENT
from bench.model.trial import Trial
from bench.plan.per_client import per_client
from bench.plan.settings import parse_settings
from bench.stats.trimmed import FEWEST

REPEATS = FEWEST
"""By default: as many as it takes for a verdict or a comparison."""

MOST_TRIALS = 100_000
"""More would take days, and their plan alone all memory."""

SPARE_DESCRIPTORS = 100
"""Descriptors of a process that are not a client's connection: libraries, pipes, timers."""


@dataclass(frozen=True)
class Request:
    """What the user asked for, values still as text (checked by `trials_of`)."""

    names: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    repeats: int = REPEATS
    seed: int = 1
    workers: int = 1
    floors_once: bool = False
    """Whether what is not compared is measured in the first repeat alone."""


def loads_of(
    experiment: Experiment, settings: Mapping[str, str], *, measures: bool = True
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every level (swept values by public name) with its whole load (by field name).

    The link that trials need is not asked for where nothing is measured.
    """
    asked = per_client(experiment, settings)
    own = {name: text for name, text in settings.items() if name != PER_CLIENT}
    fixed, swept = parse_settings(experiment, own)
    parameters = parameters_of(experiment.load)
    base = experiment.load(**fixed).values()
    given = {parameters[name].field_name for name in own}
    loads = []
    for values in itertools.product(*swept.values()):
        level = dict(zip(swept, values, strict=True))
        load = base | {parameters[name].field_name: value for name, value in level.items()}
        for more, whole in asked.loads(experiment, load) if asked else [({}, load)]:
            settled = linktext.settled(whole, given)
            settled["fault"] = _faults_checked(settled)
            experiment.check(experiment.load(**settled))
            if measures:
                experiment.check_link(experiment.load(**settled))
            loads.append((level | more, settled))
    return loads


def _faults_checked(load: Mapping[str, Any]) -> str:
    """The load's faults as one canonical text; UsageError where one has no place in the window."""
    faults = parse_faults(load["fault"])
    timeline(faults, round(load["duration_s"] * 1e9), seed=0)
    return format_faults(faults)


def trials_of(
    experiment: Experiment, patterns: Sequence[Pattern], request: Request, first_number: int = 0
) -> list[Trial]:
    """All trials of one experiment, in the order in which they are to be run.

    Each repeat is a block with every pattern at every level once, shuffled by
    the seed, so that drift hits all alike.  Within a block all trials share
    their seed: every pattern sees the same events at the same times.
    """
    if request.repeats < 1:
        raise UsageError(
            f"repeats={request.repeats}: must be at least 1; write --repeats {REPEATS}"
        )
    loads = loads_of(experiment, request.settings)
    again = [one for one in patterns if one.compared or not request.floors_once] or patterns
    count = len(loads) * (len(patterns) + len(again) * (request.repeats - 1))
    if count > MOST_TRIALS:
        raise UsageError(
            f"repeats={request.repeats}: {count} trials; at most {MOST_TRIALS} are planned at once"
        )
    order = random.Random(request.seed)
    trials: list[Trial] = []
    for repeat in range(1, request.repeats + 1):
        seed = seed_of(request.seed, repeat)
        chosen = patterns if repeat == 1 else again
        block = [(level, load, pattern) for level, load in loads for pattern in chosen]
        order.shuffle(block)
        for level, load, pattern in block:
            trials.append(Trial(first_number + len(trials), pattern.id, level, repeat, seed, load))
    return trials


def seed_of(seed: int, repeat: int) -> int:
    """The seed that all trials of a repeat share."""
    return random.Random(f"{seed}/{repeat}").getrandbits(32)


def check_limits(trials: Sequence[Trial], most: int, workers: int) -> None:
    """Refuse loads of more than `most` clients, and more workers than clients.

    The server holds one connection per client, so more workers do not help it.
    """
    for trial in trials:
        clients = int(trial.load["clients"])
        if clients > most:
            raise UsageError(
                f"clients={clients}: more connections than one process may hold here "
                f"(ulimit -n, net.ipv4.ip_local_port_range); use at most clients={most}"
            )
        if clients < workers:
            raise UsageError(
                f"workers={workers}: more load processes than clients={clients}; "
                f"use --workers {clients}"
            )


def seconds_of(trials: Sequence[Trial], overhead_s: float = 1.5) -> float:
    """About how long the trials take: warm-up, window, what goes on after it, a little around."""
    return float(
        sum(t.load["warmup_s"] + t.load["duration_s"] + _goes_on_s(t) + overhead_s for t in trials)
    )


def _goes_on_s(trial: Trial) -> float:
    """By the trial's experiment; nothing where that is not here."""
    name = trial.pattern.partition("/")[0]
    try:
        experiment = catalog.declared_one(name) if name.isidentifier() else None
    except catalog.CatalogError:
        experiment = None
    if experiment is None:
        return 0.0
    return experiment.goes_on_s(experiment.load(**trial.load))
