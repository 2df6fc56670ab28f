"""Finds experiments: a folder scenarios/<name>/ with an experiment.py is one.

What a trial needs stands in that file.  What is said of results stands in files of other names
beside it, which a trial's processes do not import.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from types import ModuleType

from bench.catalog.places import ROOT, CatalogError, imported
from bench.model.experiment import Experiment

DECLARATIONS = {
    *("experiment", "load", "laws", "predictions", "claims", "metrics", "findings"),
    *("answer", "rates", "topics", "advice"),
}


def declared(root: Path = ROOT) -> dict[str, Experiment]:
    """All experiments by name as their experiment.py declares them: what a trial needs."""
    paths = sorted((root / "scenarios").glob("*/experiment.py"))
    return {path.parent.name: declared_one(path.parent.name, root) for path in paths}


def declared_one(name: str, root: Path = ROOT) -> Experiment:
    """One experiment as its experiment.py declares it; the files of others are not read.

    A trial's processes ask for it: what they import, every trial waits for.
    """
    module = _part(name, "experiment", root)
    experiment = getattr(module, "EXPERIMENT", None)
    if not isinstance(experiment, Experiment):
        path = root / "scenarios" / name / "experiment.py"
        raise CatalogError(f"{path}: defines no EXPERIMENT; add EXPERIMENT = Experiment(...)")
    return experiment


def experiments(root: Path = ROOT) -> dict[str, Experiment]:
    """All experiments by name, with what is said of their results.

    predictions.py defines PREDICTIONS and COURSE_LAW, claims.py CLAIMS and NORMAL, metrics.py
    METRICS, findings.py DOUBTS, EXCUSES and ALLOWANCES, answer.py ANSWER, rates.py RATES,
    topics.py TOPICS, advice.py ADVICE; all these files are optional.  They are looked for once:
    a module that was imported does not change either.
    """
    return dict(_experiments(root))


@cache
def _experiments(root: Path) -> dict[str, Experiment]:
    return {name: _analysed(name, one, root) for name, one in declared(root).items()}


def _analysed(name: str, experiment: Experiment, root: Path) -> Experiment:
    predictions, claims, metrics, findings, answer, rates, topics = (
        _part(name, part, root)
        for part in ("predictions", "claims", "metrics", "findings", "answer", "rates", "topics")
    )
    advice = _part(name, "advice", root)
    _check_claims(claims)
    return dataclasses.replace(
        experiment,
        predictions=tuple(getattr(predictions, "PREDICTIONS", ())),
        course_law=getattr(predictions, "COURSE_LAW", None),
        claims=tuple(getattr(claims, "CLAIMS", ())),
        normal=getattr(claims, "NORMAL", {}),
        metrics=getattr(metrics, "METRICS", {}),
        doubts=tuple(getattr(findings, "DOUBTS", ())),
        excuses=tuple(getattr(findings, "EXCUSES", ())),
        allowances=tuple(getattr(findings, "ALLOWANCES", ())),
        answer=getattr(answer, "ANSWER", None),
        rates=getattr(rates, "RATES", None),
        topics=getattr(topics, "TOPICS", {}),
        advice=getattr(advice, "ADVICE", None),
    )


def _check_claims(claims: ModuleType | None) -> None:
    """Without NORMAL a claim would take the trials of any load for its evidence."""
    if claims is None or not getattr(claims, "CLAIMS", ()):
        return
    if not hasattr(claims, "NORMAL"):
        raise CatalogError(
            f"{claims.__file__}: defines CLAIMS and no NORMAL; add NORMAL = {{...}}, the load "
            "that evidence has where a claim asks for no other ({} takes any)"
        )


def _part(experiment: str, part: str, root: Path) -> ModuleType | None:
    """One of an experiment's modules; None where there is no such file."""
    folder = root / "scenarios" / experiment
    for path in (folder / f"{part}.py", folder / part / "__init__.py"):
        if path.exists():
            return imported(f"scenarios.{experiment}.{part}", path.relative_to(root))
    return None
