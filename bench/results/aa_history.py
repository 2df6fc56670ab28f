"""results/aa-runs-<machine>.json: how much whole runs of a machine differ, for comparisons.

One file for each machine (CPU and number of cores), written anew after each run.  Knows
nothing of how a run is made nor what is concluded from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench import catalog
from bench.analysis.run_noise import BY_MACHINE, FEWEST_RUNS, History, judged, machine_of
from bench.model.records import AA_FALSE_PAIRS, AA_PAIRS, RunFile
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


def facts(results: Path, machine: Mapping[str, object]) -> dict[str, int]:
    """How many pairs the machine's history has, and how many falsely differ; {} without one."""
    known = read(results, {name: str(machine.get(name, "")) for name in BY_MACHINE})
    if known is None or len(known.latest) < FEWEST_RUNS:
        return {}
    headline = catalog.experiments()[known.pattern.partition("/")[0]].headline
    keys = [key for key in headline if any(key in one.values for one in known.latest)]
    tally = judged(known.latest, keys)
    return {AA_PAIRS: tally.pairs, AA_FALSE_PAIRS: tally.false_pairs}


def write(results: Path, history: History) -> Path:
    """Keep it, in one step."""
    results.mkdir(parents=True, exist_ok=True)
    path = path_of(results, history.machine)
    jsonfile.write_json(path, history)
    return path
