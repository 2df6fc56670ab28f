"""The evaluated run of a folder: read it, evaluate it.

Between the disk and `bench.analysis.evaluate`; must not know what is made of it.
"""

from __future__ import annotations

from pathlib import Path

from bench import catalog
from bench.analysis.evaluate import evaluate as evaluate_run
from bench.analysis.evaluate import experiment_names
from bench.analysis.evaluated import Evaluated
from bench.results.store import StoredRun, open_run


def evaluate(run: Path | StoredRun) -> Evaluated:
    """Evaluate a run's folder; UsageError with the remedy where that cannot be done."""
    stored = open_run(run) if isinstance(run, Path) else run
    names = experiment_names(stored.file)
    return evaluate_run(stored, catalog.experiments(), {name: _compared(name) for name in names})


def _compared(experiment: str) -> tuple[str, ...]:
    """Names of the compared patterns in the catalogue's order."""
    try:
        known = catalog.patterns(experiment)
    except catalog.CatalogError:  # a half-written pattern does not keep an old run from its report
        return ()
    return tuple(name for name, pattern in known.items() if pattern.compared)
