"""The evaluated run of a folder: evaluated once, then read.

Between the disk and `bench.analysis.evaluate`; must not know what is made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench import catalog
from bench.analysis import kept
from bench.analysis.evaluate import evaluate as evaluate_run
from bench.analysis.evaluated import Evaluated
from bench.analysis.outline import experiment_names
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.records import RunFile
from bench.results import evaluation_cache
from bench.results.store import StoredRun, open_run

DAMAGE = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)
"""What a changed value of a run without digests can cause, far from where it was read."""


def evaluate(run: Path | StoredRun) -> Evaluated:
    """Evaluate a run's folder; UsageError with the remedy where that cannot be done.

    What was found is kept beside the run, and read from there as long as neither the run
    nor the code has changed.
    """
    stored = open_run(run) if isinstance(run, Path) else run
    experiments = _experiments(stored)
    names = {name: compared(name) for name in experiments}
    key = evaluation_cache.key_of(stored)
    found = evaluation_cache.read(stored.folder, key)
    if found is None:
        numbers = _numbers(stored, experiments)
        if evaluation_cache.key_of(stored) == key:  # else the run was changed in the meantime
            evaluation_cache.write(stored.folder, key, numbers)
        found = evaluation_cache.decoded(numbers)  # the same path, so the same run, as from now on
    with suspecting(stored.file, stored.folder):
        return kept.restored(stored, experiments, names, found)


@contextmanager
def suspecting(file: RunFile, folder: Path) -> Iterator[None]:
    """What a changed value can cause is damage where a run has no digests, else a defect here."""
    try:
        yield
    except DAMAGE as error:
        if file.digests:
            raise
        raise UsageError(
            f"{folder}: cannot be evaluated ({type(error).__name__}: {error}); it has no "
            f"digests, so one of its files may be damaged"
        ) from None


def _numbers(stored: StoredRun, experiments: Mapping[str, Experiment]) -> bytes:
    """What evaluation finds, as it is kept."""
    with suspecting(stored.file, stored.folder):
        return evaluation_cache.encoded(kept.kept(evaluate_run(stored, experiments)))


def _experiments(stored: StoredRun) -> dict[str, Experiment]:
    """The experiments of a run, as they are today."""
    known = catalog.experiments()
    names = experiment_names(stored.file)
    for name in names:
        if name not in known:
            raise UsageError(
                f"{stored.folder}: experiment {name!r} is not in this checkout; "
                f"restore scenarios/{name} or use the version that made the run"
            )
    return {name: known[name] for name in names}


def compared(experiment: str) -> tuple[str, ...]:
    """Names of the compared patterns in the catalogue's order.

    Those of users' own servers get what colours are left: the colours of ours stay as they are.
    """
    try:
        known = catalog.patterns(experiment)
    except catalog.CatalogError:  # a half-written pattern does not keep an old run from its report
        return ()
    return tuple(name for name, one in known.items() if one.compared and not one.stands_for)
