"""The evaluated run of a folder: read it, evaluate it.

Between the disk and `bench.analysis.evaluate`; must not know what is made of it.
"""

from __future__ import annotations

from pathlib import Path

from bench import catalog
from bench.analysis.evaluate import evaluate as evaluate_run
from bench.analysis.evaluate import experiment_names
from bench.analysis.evaluated import Evaluated
from bench.model.errors import UsageError
from bench.results.store import StoredRun, open_run

DAMAGE = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)
"""What a changed value of a run without digests can cause, far from where it was read."""


def evaluate(run: Path | StoredRun) -> Evaluated:
    """Evaluate a run's folder; UsageError with the remedy where that cannot be done."""
    stored = open_run(run) if isinstance(run, Path) else run
    names = experiment_names(stored.file)
    compared = {name: _compared(name) for name in names}
    try:
        return evaluate_run(stored, catalog.experiments(), compared)
    except DAMAGE as error:
        if stored.file.digests:
            raise  # what was read is what was written: the defect is here
        raise UsageError(
            f"{stored.folder}: cannot be evaluated ({type(error).__name__}: {error}); it has no "
            "digests, so a file of it may be damaged"
        ) from None


def _compared(experiment: str) -> tuple[str, ...]:
    """Names of the compared patterns in the catalogue's order."""
    try:
        known = catalog.patterns(experiment)
    except catalog.CatalogError:  # a half-written pattern does not keep an old run from its report
        return ()
    return tuple(name for name, pattern in known.items() if pattern.compared)
