"""Trials added to a run's plan after it was written: more-<n>.json beside run.json.

run.json is written once; what is added later has files of its own, also written
once.  Knows no trial's content and nothing of why one is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.model.trial import Trial
from bench.results import jsonfile

VERSION = 1
PREFIX = "more-"


@dataclass(frozen=True)
class MoreFile:
    """The content of more-<n>.json: trials added to the plan, and why."""

    version: int
    reason: str
    trials: list[Trial]


def add(run: Path, trials: Sequence[Trial], reason: str) -> None:
    """Extend the plan of a run."""
    path = run / f"{PREFIX}{len(_files(run)) + 1}.json"
    jsonfile.write_json(path, MoreFile(VERSION, reason, list(trials)))


def trials_of(run: Path) -> list[Trial]:
    """All that was added, in order; UsageError where a file cannot be read."""
    files = [jsonfile.read(path, MoreFile, VERSION) for path in _files(run)]
    return [trial for file in files for trial in file.trials]


def _files(run: Path) -> list[Path]:
    found = [path for path in run.glob(f"{PREFIX}*.json") if _number(path).isdigit()]
    return sorted(found, key=lambda path: int(_number(path)))


def _number(path: Path) -> str:
    return path.stem.removeprefix(PREFIX)
