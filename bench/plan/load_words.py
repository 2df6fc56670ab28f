"""The loads of a plan in words: said before a run starts, so that another meaning is seen.  Pure.

Each experiment says its own (bench.model.rates); here it is decided what is said of many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.model import linktext
from bench.model.experiment import Experiment
from bench.model.links import LOOPBACK
from bench.model.ownserver import read
from bench.model.pattern import Pattern
from bench.model.rates import PER_CLIENT
from bench.model.trial import Trial

MOST_LOADS = 3
"""More levels are said by the first and the last."""


def lines(
    experiments: Mapping[str, Experiment],
    trials: Sequence[Trial],
    settings: Mapping[str, str],
    patterns: Iterable[Pattern] = (),
) -> list[str]:
    """`load: 100 clients, 1 event/s ...` for each experiment and level, and what else was
    perhaps meant; nothing of trials that calibrate, nor of experiments without words.

    Of `patterns` those are needed whose server a user's file describes.
    """
    theirs = {pattern.id: description_of(pattern) for pattern in patterns}
    loads: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for trial in trials:
        key = trial.pattern.partition("/")[0], theirs.get(trial.pattern, "")
        known = loads.setdefault(key, [])
        if not trial.calibrates and trial.load not in known:
            known.append(trial.load)
    said = [
        line
        for (name, description), found in loads.items()
        for line in _of_experiment(experiments[name], found, settings, description)
    ]
    return list(dict.fromkeys(said))


def description_of(pattern: Pattern) -> str:
    """The text that describes a pattern's server; "" where it is ours."""
    return "" if pattern.described is None else pattern.described.description


def _of_experiment(
    experiment: Experiment,
    loads: Sequence[Mapping[str, Any]],
    settings: Mapping[str, str],
    description: str,
) -> list[str]:
    said = sentences(experiment, loads, description)
    rates = experiment.rates
    is_ours = said == sentences(experiment, loads)
    if is_ours and said and rates is not None and PER_CLIENT not in settings:
        instead = rates.instead(experiment.load.read(loads[0]), settings)
        said += [f"  {instead}"] if instead else []
    return said


def sentences(
    experiment: Experiment, loads: Sequence[Mapping[str, Any]], description: str = ""
) -> list[str]:
    """`load: ...` for each load (by field name) in their order; of many the first and the last.

    `description` is that of a server that is not ours.
    """
    if experiment.rates is None:
        return []
    words = (sentence(experiment, load, description) for load in _in_order(loads))
    said = list(dict.fromkeys(f"load: {one}" for one in words))
    if len(said) > MOST_LOADS:
        return [said[0], f"  and so on, {len(said)} loads, to", said[-1]]
    return said


def _in_order(loads: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Trials are shuffled; loads are said by their values."""
    return sorted(loads, key=lambda load: [value for value in load.values() if _is_number(value)])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def sentence(experiment: Experiment, values: Mapping[str, Any], description: str = "") -> str:
    """A load (by field name) in a line, with its links where they are emulated."""
    assert experiment.rates is not None
    load, words = experiment.load.read(values), ""
    if description and experiment.own is not None:
        words = experiment.own.sentence(load, read(description))
    words = words or experiment.rates.sentence(load)
    link = linktext.format_links(values)
    return words if link == LOOPBACK else f"{words}; link {link}"
