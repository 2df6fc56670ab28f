"""All runs of a results folder: those that can be read, and in a line each those that cannot.

Decides nothing of what they say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.analysis.evaluated import Evaluated
from bench.model.errors import UsageError
from bench.results import store
from bench.results.evaluation import evaluate
from bench.results.store import StoredRun


@dataclass(frozen=True)
class Runs:
    """What a results folder holds; `problems` are lines, each with its folder and the remedy."""

    evaluated: tuple[Evaluated, ...]
    unfinished: tuple[StoredRun, ...]
    problems: tuple[str, ...]


def folders_in(results: Path) -> list[Path]:
    """The folders of runs, by name; none where there is no such folder."""
    if results.exists() and not results.is_dir():
        raise UsageError(f"{results}: a file, not a folder of runs; name another with --results")
    return sorted(path.parent for path in results.glob(f"*/{store.RUN_JSON}"))


def runs_in(results: Path, begins: Callable[[int, int, Path], None] | None = None) -> Runs:
    """Every run evaluated, as it is kept beside it where neither run nor code has changed.

    Audits and unfinished runs are not evaluated.  `begins` is told the place of each run, of how
    many, and its folder, before it is read.
    """
    folders = folders_in(results)
    evaluated, unfinished, problems = [], [], []
    for place, folder in enumerate(folders, 1):
        if begins is not None:
            begins(place, len(folders), folder)
        try:
            stored = store.open_run(folder)
            if stored.file.audit is not None:
                continue
            if stored.unfinished:
                unfinished.append(stored)
            else:
                evaluated.append(evaluate(stored))
        except UsageError as error:
            problems.append(str(error))
    return Runs(tuple(evaluated), tuple(unfinished), tuple(problems))
