"""What an experiment can advise on: what a workload says, what is a cost, which laws speak of it.

Data of an experiment's advice.py.  Must not know any experiment, nor how an answer is found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.model.domain import Range, Wanted
from bench.model.law import Calibration, Facts, Law
from bench.model.load import Load

Settle = Callable[[Load[Any], Mapping[str, float], Collection[str]], Mapping[str, Any]]
"""From a load, the limits (by the cost's name, in the metric's unit) and the names that were
given: parameters, by public name, that follow from them."""


@dataclass(frozen=True)
class Input:
    """A parameter of the load (by public name) that a workload gives.

    `question` is asked on a terminal; `drawn` is where random workloads of an audit lie.
    """

    name: str
    question: str
    drawn: Wanted


@dataclass(frozen=True)
class Cost:
    """A metric that a workload may limit, and by which patterns may be ranked.

    It is never below zero: where a law's sum is, the law has no value.

    A limit is given in `unit` ("s", "%", "B", ...); `factor` makes the metric's unit of it.  `per`
    are the words that follow a value: "of a core".  Limits of random workloads are `drawn`.
    """

    name: str
    metric: str
    question: str
    unit: str
    per: str
    factor: float = 1.0
    drawn: Range | None = None


@dataclass(frozen=True)
class Need:
    """What a workload needs beside its load: one of `answers`, the first of which is usual.

    `excludes` says by answer which patterns it leaves out, and why; `says` what else must be
    known.  `claims` are those on which that rests.
    """

    name: str
    question: str
    answers: tuple[str, ...]
    excludes: Mapping[str, Mapping[str, str]]
    claims: tuple[str, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict)


def _nothing(_: Load[Any], __: Mapping[str, float], ___: Collection[str]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Advice:
    """All that the core must know to advise on an experiment.

    `costs` begin with the one by which patterns are ranked where nothing else is asked for.
    `laws` predict their metrics; their calibrations, taken over the experiment's default load, are
    the constants of a machine.  `facts` supply what a law reads of the trial that it predicts:
    from the load and from the constants `also` and `always`, by the name `NAME.KEY`.  `settle` sets
    what the workload leaves open.  `claims` are those on which a cost rests, by its name.
    `steps` is how many values a parameter takes within a factor of ten, where a crossing is looked
    for; 0 where laws take too long for it.  With `moves_constants` an interval holds those of the
    constants, too.
    """

    about: str
    inputs: tuple[Input, ...]
    costs: tuple[Cost, ...]
    laws: tuple[Law, ...]
    needs: tuple[Need, ...] = ()
    facts: Mapping[str, Callable[[Load[Any], Facts], float]] = field(default_factory=dict)
    also: tuple[Calibration, ...] = ()
    settle: Settle = _nothing
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limitations: tuple[str, ...] = ()
    steps: int = 8
    moves_constants: bool = True

    def cost(self, name: str) -> Cost:
        """The cost of a name."""
        return next(one for one in self.costs if one.name == name)

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of which a law speaks, by name."""
        return tuple(dict.fromkeys(name for law in self.laws for name in law.patterns))

    def laws_of(self, pattern: str, metric: str) -> tuple[Law, ...]:
        """The laws of one metric of one pattern: each in a domain of its own."""
        return tuple(one for one in self.laws if pattern in one.patterns and one.metric == metric)
