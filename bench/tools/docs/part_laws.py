"""The laws of each experiment: what they predict, where they hold, what they read."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import catalog
from bench.model.domain import Domain, Free, Units
from bench.model.domain_text import wanted_words
from bench.model.experiment import Experiment
from bench.model.law import BAND, Calibration, Law
from bench.model.load import Parameter, parameters_of
from bench.tools.docs.markdown import code, table, tree_of


def part(root: Path) -> str:
    """The laws of the checkout's experiments."""
    return laws(catalog.experiments(root), root)


def laws(experiments: Mapping[str, Experiment], root: Path) -> str:
    """For each experiment: its predictions, their domains and calibrations, its formulas."""
    parts = []
    for name, experiment in experiments.items():
        if not experiment.predictions:
            continue
        domains = distinct([law.domain for law in experiment.predictions if law.domain])
        calibrations = distinct([one for law in experiment.predictions for one in law.calibration])
        parts += [f"### Predictions of {code(name)}", predictions(experiment.predictions, domains)]
        if domains:
            known = parameters_of(experiment.load)
            parts += [f"### Domains of {code(name)}", domain_table(domains, known)]
        if calibrations:
            parts += [f"### Calibrations of {code(name)}", calibration_table(calibrations)]
        parts += [f"### Functions in {code(f'scenarios/{name}/laws.py')}"]
        parts += [function_table(tree_of(root / "scenarios" / name / "laws.py"))]
    return "\n\n".join(parts)


def distinct(values: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def predictions(laws: Sequence[Law], domains: Sequence[Domain]) -> str:
    """Which metric of which pattern each law predicts, from which facts, within which band."""
    rows = [
        (
            law.id,
            code(law.formula),
            code(law.metric),
            ", ".join(map(code, law.patterns)),
            f"D{domains.index(law.domain) + 1}" if law.domain else "",
            reads(law) or "nothing",
            band(law),
            law.source,
        )
        for law in laws
    ]
    headers = ("law", "formula", "predicts", "of", "domain", "reads", "band", "source")
    return table(headers, rows)


def reads(law: Law) -> str:
    """Facts of its own trial by their names, others by their calibration, which lists them."""
    others = [f"calibration {code(one.name)}" for one in law.calibration]
    return ", ".join([*map(code, law.facts or ()), *others])


def band(law: Law) -> str:
    """The band with its reason, and the seeds that the law was fitted or audited with."""
    words = [f"±{law.band:.0%}".replace("%", " %")]
    words += [law.band_reason] if law.band > BAND else []
    words += [f"fitted with seeds {_listed(law.fitted_with)}"] if law.fitted_with else []
    words += [f"passed with seeds {_listed(law.passed_with)}"] if law.passed_with else []
    return "; ".join(words)


def _listed(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds))


def domain_table(domains: Sequence[Domain], known: Mapping[str, Parameter]) -> str:
    """What each domain asks of parameters and facts; what makes no difference is left out."""
    rows = []
    for number, domain in enumerate(domains, 1):
        asked = [
            f"{code(name)} {wanted_words(wanted, known[name])}"
            for name, wanted in domain.load.items()
            if not isinstance(wanted, Free)
        ]
        asked += [f"{code(key)} {one.low:g} to {one.high:g}" for key, one in domain.facts.items()]
        asked += [condition.text for condition in domain.where]
        free = [name for name, wanted in domain.load.items() if isinstance(wanted, Free)]
        rows.append(
            (
                f"D{number}",
                "; ".join(asked),
                ", ".join(map(code, free)),
                units_words(domain.units) if domain.units else "",
            )
        )
    return table(("domain", "holds for", "whatever is", "a point has"), rows)


def units_words(units: Units) -> str:
    return f"{units.count} {units.noun}, in at most {units.at_most_s:g} s"


def calibration_table(calibrations: Sequence[Calibration]) -> str:
    """What each calibration changes, and the facts that it supplies."""
    rows = [
        (
            code(one.name),
            one.text,
            " ".join(code(f"{k}={v}") for k, v in one.settings.items() if not callable(v)),
            code(one.pattern) if one.pattern else "the same",
            ", ".join(map(code, one.facts)),
        )
        for one in calibrations
    ]
    return table(("calibration", "what it is", "settings", "pattern", "supplies"), rows)


def function_table(tree: ast.Module) -> str:
    """The public functions of a laws.py with the first paragraph of their docstrings."""
    rows = [
        (code(node.name), (ast.get_docstring(node) or "").partition("\n\n")[0])
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    return table(("function", "law"), rows)
