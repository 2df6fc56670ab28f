"""Trials added to a run's plan after it was written: more-<n>.json beside run.json.

run.json is written once; what is added later has files of its own, also written
once.  Knows no trial's content and nothing of why one is added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.model.trial import Trial
from bench.results import digests, jsonfile

VERSION = 1
PREFIX = "more-"


@dataclass(frozen=True)
class MoreFile:
    """The content of more-<n>.json: trials added to the plan, and why.

    `unlike` says what had changed where the run went on all the same.
    """

    version: int
    reason: str
    trials: list[Trial]
    unlike: list[str] = field(default_factory=list)


def add(run: Path, trials: Sequence[Trial], reason: str, unlike: Sequence[str] = ()) -> None:
    """Extend the plan of a run, or record that it goes on though something has changed."""
    name = f"{PREFIX}{len(files_of(run)) + 1}.json"
    digests.write_recorded(run, name, MoreFile(VERSION, reason, list(trials), list(unlike)))


def read(run: Path, recorded: Mapping[str, str]) -> list[MoreFile]:
    """All that was added, in order; UsageError where a file is not as it was recorded."""
    return [
        jsonfile.read(path, MoreFile, VERSION, recorded.get(path.name, ""))
        for path in files_of(run)
    ]


def files_of(run: Path) -> list[Path]:
    """Every more-<n>.json, by its number."""
    found = [path for path in run.glob(f"{PREFIX}*.json") if _number(path).isdigit()]
    return sorted(found, key=lambda path: int(_number(path)))


def _number(path: Path) -> str:
    return path.stem.removeprefix(PREFIX)
