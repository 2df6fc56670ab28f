"""What `bench advise` can be asked about each experiment, and the laws behind its answers."""

from __future__ import annotations

from pathlib import Path

from bench import catalog
from bench.model import units
from bench.model.advice import Advice
from bench.model.domain_text import wanted_words
from bench.model.experiment import Experiment
from bench.model.load import Parameter, parameters_of
from bench.plan.workload import PREFER
from bench.tools.docs import part_laws
from bench.tools.docs.markdown import code, table


def part(root: Path) -> str:
    """The experiments of the checkout that have advice."""
    parts = []
    for name, experiment in catalog.experiments(root).items():
        if experiment.advice is not None:
            parts += [f"### Workloads of {code(name)}", experiment.advice.about]
            parts += [keys(experiment, experiment.advice)]
            parts += [f"### Laws of {code(name)}", *laws(experiment, experiment.advice)]
    return "\n\n".join(parts)


def keys(experiment: Experiment, advice: Advice) -> str:
    """Every key of a workload's file but the load's other parameters, with its question."""
    parameters = parameters_of(experiment.load)
    rows = []
    for one in advice.inputs:
        parameter = parameters[one.name]
        default = code(units.show(parameter.default, parameter.unit))
        rows.append((code(one.name), "load", default, _drawn(one.drawn, parameter), one.question))
    for need in advice.needs:
        answers = ", ".join(map(code, need.answers))
        rows.append((code(need.name), "need", code(need.answers[0]), answers, need.question))
    for cost in advice.costs:
        example = f"{code(cost.metric)} {cost.per}"
        rows.append((code(cost.name), "limit", "none", example, cost.question))
    names = ", ".join(code(one.name) for one in advice.costs)
    ranked = "the cost by which patterns are ranked"
    rows.append((code(PREFER), "rank", code(advice.costs[0].name), names, ranked))
    return table(("key", "kind", "default", "values", "question"), rows)


def _drawn(wanted: object, parameter: Parameter) -> str:
    return f"an audit draws {wanted_words(wanted, parameter)}"  # type: ignore[arg-type]


def laws(experiment: Experiment, advice: Advice) -> list[str]:
    """The laws that predict its costs, where they hold, and the constants that they read."""
    domains = part_laws.distinct([law.domain for law in advice.laws if law.domain])
    calibrations = part_laws.distinct([one for law in advice.laws for one in law.calibration])
    calibrations += [one for one in advice.also if one not in calibrations]
    found = [part_laws.predictions(advice.laws, domains)]
    found += [part_laws.domain_table(domains, parameters_of(experiment.load))] if domains else []
    found += [part_laws.calibration_table(calibrations)] if calibrations else []
    return found
