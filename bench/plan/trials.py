"""A run's trials: levels x patterns x repeats, in seeded interleaved order.  Pure.

Also the checks that can be made before anything starts.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.model import hints, linktext, units
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.fault import format_faults, parse_faults, timeline
from bench.model.load import ALSO_CALLED, Parameter, parameters_of
from bench.model.pattern import Pattern
from bench.model.rates import PER_CLIENT
from bench.model.trial import Trial
from bench.plan.per_client import per_client
from bench.stats.trimmed import FEWEST

REPEATS = FEWEST
"""By default: as many as it takes for a verdict or a comparison."""

MOST_SWEPT = 2
OPTIONS = ("repeats", "workers", "seed")
"""What a request has beside its settings; each is an option of the same name."""

THOUSANDS = re.compile(r"^\d{1,3}(,\d{3})*(,0\d\d)(,\d{3})*$")
"""1,000 or 2,000,000: as sweeps they would have a value 000."""
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


def parse_settings(
    experiment: Experiment, settings: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Split settings into fixed values (by field name) and swept ones (by public name).

    Raises UsageError for an unknown name, a bad value, or too many sweeps.
    """
    parameters = parameters_of(experiment.load)
    fixed: dict[str, Any] = {}
    swept: dict[str, list[Any]] = {}
    for name, text in settings.items():
        if name not in parameters:
            raise UsageError(
                f"{name}: {experiment.name} has no such parameter; "
                f"{_meant(name, text, experiment.name, parameters)}"
            )
        parameter = parameters[name]
        values = _values(parameter, text, parameters)
        if len(values) > 1:
            if len(set(values)) < len(values):
                raise UsageError(f"{name}={text}: a value appears twice; give each once")
            swept[name] = values
        else:
            fixed[parameter.field_name] = values[0]
    if len(swept) > MOST_SWEPT:
        raise UsageError(
            f"{', '.join(swept)}: {len(swept)} parameters are swept at once; "
            f"sweep at most {MOST_SWEPT}"
        )
    return fixed, swept


def _meant(name: str, text: str, experiment: str, parameters: Mapping[str, Parameter]) -> str:
    """Which parameter or option was meant."""
    if name in OPTIONS:
        return f"write --{name} {text}"
    other = ALSO_CALLED.get(name.lower().replace("-", "_"))
    if other in parameters:
        return f"did you mean {other}?"
    return hints.meant(name, parameters, f"`bench list {experiment}` shows them")


def _values(parameter: Parameter, text: str, parameters: Mapping[str, Parameter]) -> list[Any]:
    """One value or, with commas, several; UsageError where one is wrong."""
    is_number = parameter.kind in (int, float)
    texts = units.split_values(text) if is_number or parameter.choices else [text]
    try:
        return [units.parse(parameter, part) for part in texts]
    except UsageError as error:
        if THOUSANDS.match(text):
            words = f"commas separate the values of a sweep; write {text.replace(',', '')}"
            raise UsageError(f"{parameter.name}={text}: {words}") from None
        others = [one for one in parameters.values() if _means(one, parameter.name, text)]
        if others:
            raise UsageError(f"{error}; or did you mean {others[0].name}={text}?") from None
        raise


def _means(parameter: Parameter, word: str, text: str) -> bool:
    """Whether the parameter is a longer name of the word, and takes the text with its unit."""
    if word not in parameter.name.split("_")[1:] or parameter.kind is str:
        return False
    try:
        units.parse(parameter, text)
    except UsageError:
        return False
    return True


def loads_of(
    experiment: Experiment, settings: Mapping[str, str]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every level (swept values by public name) with its whole load (by field name)."""
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
    order = random.Random(request.seed)
    trials: list[Trial] = []
    for repeat in range(1, request.repeats + 1):
        seed = seed_of(request.seed, repeat)
        block = [(level, load, pattern) for level, load in loads for pattern in patterns]
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
    """About how long the trials take: warm-up, window and a little around them."""
    return float(sum(t.load["warmup_s"] + t.load["duration_s"] + overhead_s for t in trials))
