"""The loads of a plan in words: said before a run starts, so that another meaning is seen.  Pure.

Each experiment says its own (bench.model.rates); here it is decided what is said of many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.model import linktext
from bench.model.experiment import Experiment
from bench.model.links import LOOPBACK
from bench.model.rates import PER_CLIENT
from bench.model.trial import Trial

MOST_LOADS = 3
"""More levels are said by the first and the last."""


def lines(
    experiments: Mapping[str, Experiment], trials: Sequence[Trial], settings: Mapping[str, str]
) -> list[str]:
    """`load: 100 clients, 1 event/s ...` for each experiment and level, and what else was
    perhaps meant; nothing of trials that calibrate, nor of experiments without words.
    """
    loads: dict[str, list[Mapping[str, Any]]] = {}
    for trial in trials:
        known = loads.setdefault(trial.pattern.partition("/")[0], [])
        if not trial.calibrates and trial.load not in known:
            known.append(trial.load)
    return [
        line
        for name, found in loads.items()
        for line in _of_experiment(experiments[name], found, settings)
    ]


def _of_experiment(
    experiment: Experiment, loads: Sequence[Mapping[str, Any]], settings: Mapping[str, str]
) -> list[str]:
    said = sentences(experiment, loads)
    rates = experiment.rates
    if said and rates is not None and PER_CLIENT not in settings:
        instead = rates.instead(experiment.load.read(loads[0]), settings)
        said += [f"  {instead}"] if instead else []
    return said


def sentences(experiment: Experiment, loads: Sequence[Mapping[str, Any]]) -> list[str]:
    """`load: ...` for each load (by field name) in their order; of many the first and the last."""
    if experiment.rates is None:
        return []
    said = list(dict.fromkeys(f"load: {sentence(experiment, load)}" for load in _in_order(loads)))
    if len(said) > MOST_LOADS:
        return [said[0], f"  and so on, {len(said)} loads, to", said[-1]]
    return said


def _in_order(loads: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Trials are shuffled; loads are said by their values."""
    return sorted(loads, key=lambda load: [value for value in load.values() if _is_number(value)])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def sentence(experiment: Experiment, values: Mapping[str, Any]) -> str:
    """A load (by field name) in a line, with its links where they are emulated."""
    assert experiment.rates is not None
    words = experiment.rates.sentence(experiment.load.read(values))
    link = linktext.format_links(values)
    return words if link == LOOPBACK else f"{words}; link {link}"
