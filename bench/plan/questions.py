"""The questions by which a workload is described on a terminal, one by one.  Pure.

Must not know any experiment, nor how an answer is read.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.model import units
from bench.model.advice import Advice
from bench.model.experiment import Experiment
from bench.model.load import parameters_of
from bench.plan.workload import PREFER

NONE = "none"
"""The answer that sets no limit."""


@dataclass(frozen=True)
class Question:
    """One of them; `default` is what an empty line means, and optional ones may have none."""

    name: str
    text: str
    default: str
    is_optional: bool = False


def of(experiment: Experiment, advice: Advice) -> list[Question]:
    """What a workload gives, what it needs, its limits, and what counts most."""
    parameters = parameters_of(experiment.load)
    asked = [
        Question(
            one.name,
            one.question,
            units.show(parameters[one.name].default, parameters[one.name].unit),
        )
        for one in advice.inputs
    ]
    asked += [Question(one.name, one.question, one.answers[0]) for one in advice.needs]
    asked += [Question(one.name, one.question, NONE, is_optional=True) for one in advice.costs]
    names = " or ".join(one.name for one in advice.costs)
    return [
        *asked,
        Question(
            PREFER, f"Of those that do, which cost counts most: {names}?", advice.costs[0].name
        ),
    ]
