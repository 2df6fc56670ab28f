"""results/aa-runs-<machine>.json: how much whole runs of a machine differ, for comparisons.

One file for each machine (CPU and number of cores), written anew after each run.  Knows
nothing of how a run is made nor what is concluded from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.analysis.run_noise import BY_MACHINE, History, machine_of
from bench.model.records import RunFile
from bench.model.trial import slug
from bench.results import jsonfile

VERSION = 1
PREFIX = "aa-runs-"


def path_of(results: Path, machine: Mapping[str, str]) -> Path:
    """Where the history of a machine is kept."""
    words = "-".join(machine[name] for name in BY_MACHINE)
    return results / f"{PREFIX}{slug(words).lower()}-cores.json"


def read(results: Path, machine: Mapping[str, str]) -> History | None:
    """The machine's history; None where there is none.  UsageError where it is damaged."""
    path = path_of(results, machine)
    return jsonfile.read(path, History, VERSION) if path.exists() else None


def read_for(run: RunFile, results: Path) -> History | None:
    """The history of the machine on which a run was made."""
    return read(results, machine_of(run))


def write(results: Path, history: History) -> Path:
    """Keep it, in one step."""
    results.mkdir(parents=True, exist_ok=True)
    path = path_of(results, history.machine)
    jsonfile.write_json(path, history)
    return path
