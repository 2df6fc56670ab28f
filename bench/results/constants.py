"""results/constants-<experiment>-<machine>.json: what advice on an experiment takes of a machine.

One file for each experiment and machine (CPU and number of cores), written anew by each
measurement.  Knows nothing of how constants are measured nor what is made of them.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from bench.analysis.evaluated import ExperimentResult, Group
from bench.analysis.predicting import centre_of
from bench.analysis.run_noise import BY_MACHINE, machine_of
from bench.model.advice import Advice
from bench.model.constants import Constant, Constants
from bench.model.records import Identity, RunFile
from bench.model.trial import slug
from bench.plan.constants import Source, sources_of
from bench.results import jsonfile

VERSION = 1
PREFIX = "constants-"


def path_of(results: Path, experiment: str, machine: Mapping[str, str]) -> Path:
    """Where an experiment's constants of a machine are kept."""
    words = "-".join(machine[name] for name in BY_MACHINE)
    return results / f"{PREFIX}{experiment}-{slug(words).lower()}-cores.json"


def read(results: Path, experiment: str, machine: Mapping[str, Any]) -> Constants | None:
    """The constants of a machine (its environment's facts); None where there are none.

    UsageError where the file is damaged.
    """
    path = path_of(results, experiment, {name: str(machine.get(name, "")) for name in BY_MACHINE})
    return jsonfile.read(path, Constants, VERSION) if path.exists() else None


def write(results: Path, constants: Constants) -> Path:
    """Keep them, in one step."""
    results.mkdir(parents=True, exist_ok=True)
    path = path_of(results, constants.experiment, constants.machine)
    jsonfile.write_json(path, constants)
    return path


def code_of(code: Mapping[str, Identity]) -> str:
    """A digest of the code and versions of which constants are."""
    raw = msgspec.json.encode(code, order="deterministic")
    return hashlib.sha256(raw).hexdigest()[:16]


def constants_of(file: RunFile, result: ExperimentResult, advice: Advice, run: str) -> Constants:
    """Those that a run's trials have shown; what has none is named with its reason."""
    known = {(one.pattern, repr(one.load.values())): one for one in result.calibration}
    found: list[Constant] = []
    missing = dict(file.not_measured)
    for source in sources_of(result.experiment, advice):
        load = result.experiment.load.read(source.load)
        group = known.get((source.pattern, repr(load.values())))
        if group is not None and group.used:
            found += _of_group(source, group)
        elif f"{result.experiment.name}/{source.pattern}" not in missing:
            reason = group.trials[-1].reason if group else "it was left out of the run"
            missing[f"{source.pattern}: {source.calibration.name}"] = reason
    return Constants(
        VERSION,
        result.experiment.name,
        machine_of(file),
        datetime.datetime.fromisoformat(file.created).isoformat(timespec="minutes"),
        run,
        file.seed,
        code_of(file.code),
        found,
        missing,
    )


def _of_group(source: Source, group: Group) -> list[Constant]:
    found = []
    for fact in source.calibration.facts:
        one = group.estimates[fact]
        value = centre_of(group, fact)
        if one.trials:
            low, high = min(one.low, value), max(one.high, value)
            ends = (low, high) if one.has_interval else (None, None)
            name = source.calibration.name
            found.append(Constant(source.pattern, name, fact, value, ends[0], ends[1], one.trials))
    return found
