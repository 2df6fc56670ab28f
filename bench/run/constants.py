"""What `bench constants` asked for, made into a plan that can be run.

Must not know how constants are kept, nor what is made of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench import catalog
from bench.lab.network.network import usable as links_usable
from bench.model import linktext
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.pattern import Pattern
from bench.model.records import Identity
from bench.plan.constants import sources_of, trials_of_constants
from bench.plan.workload import advice_of
from bench.run import runner
from bench.run.identities import identities

REPEATS = 3
"""The fewest of which a median leaves one disturbed trial out."""


def experiment_of(name: str) -> Experiment:
    """The experiment that somebody named, which has advice; UsageError with what has."""
    known = catalog.experiments()
    if name not in known:
        catalog.select([name])  # says what was meant
        raise UsageError(f"{name}: names a pattern; advice is on {name.partition('/')[0]}")
    advice_of(known[name], known)
    return known[name]


def plan_of(
    name: str, repeats: int, seed: int, foreign: Mapping[str, str], command: str
) -> runner.RunPlan:
    """All trials of an experiment's constants; UsageError or ComponentMissing where none can be.

    Trials over links are left out where this machine cannot emulate one.
    """
    if repeats < 1:
        raise UsageError(f"repeats={repeats}: must be at least 1; write --repeats {REPEATS}")
    if seed < 0:
        raise UsageError(f"seed={seed}: must be at least 0; write --seed 1")
    experiment = experiment_of(name)
    advice = advice_of(experiment, {})
    sources = sources_of(experiment, advice)
    needed = patterns_of(experiment, [one.pattern for one in sources])
    usable, missing = runner.without_missing(needed, foreign)
    here = {one.name for one in usable}
    remedy = links_usable()[1]
    if remedy:
        missing["links"] = remedy
    trials = trials_of_constants(
        experiment,
        [
            one
            for one in sources
            if one.pattern in here and not (remedy and linktext.links_of(one.load))
        ],
        repeats,
        seed,
    )
    return runner.RunPlan(
        needed,
        trials,
        seed,
        repeats,
        foreign=foreign,
        command=command,
        not_measured=missing,
    )


def patterns_of(experiment: Experiment, names: list[str]) -> list[Pattern]:
    """The patterns of an experiment by their names, each once."""
    known = catalog.patterns(experiment.name)
    return [known[name] for name in dict.fromkeys(names)]


def code_now(experiment: Experiment, foreign: Mapping[str, str]) -> Mapping[str, Identity]:
    """The code of which an experiment's constants would be today."""
    advice = advice_of(experiment, {})
    names = [one.pattern for one in sources_of(experiment, advice)]
    usable, _ = runner.without_missing(patterns_of(experiment, names), foreign)
    return identities(usable, foreign)
