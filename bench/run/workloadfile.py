"""A workload described in a TOML file, for `bench advise`.

    experiment = "EXPERIMENT"

    clients = 500                     # any parameter of the experiment, with its unit
    late = "500ms"                    # limits
    proxy = "none"                    # needs
    prefer = "cpu"                    # the cost by which patterns are ranked

Reads and checks the file's form; names and values are checked where all are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.model import hints
from bench.model.errors import UsageError
from bench.plan.workload import EXPERIMENT
from bench.run import tomlfile

SUFFIX = ".toml"


def read(path: Path) -> tuple[str, dict[str, str]]:
    """The experiment's name, and texts by name; UsageError with the file and the remedy."""
    content = tomlfile.content_of(path, "not found; name a TOML file or an experiment")
    name = content.pop(EXPERIMENT, None)
    if name is None:
        near = hints.nearest(EXPERIMENT, content)
        remedy = f"rename {near[0]}" if near else f'add {EXPERIMENT} = "..."'
        raise UsageError(f"{path}: says no {EXPERIMENT}; {remedy}")
    if not isinstance(name, str):
        raise UsageError(f"{path}: {EXPERIMENT} = {name!r} is no name; write it in quotes")
    return name, {key: _text(path, key, value) for key, value in content.items()}


def _text(path: Path, name: str, value: object) -> str:
    if isinstance(value, Mapping):
        raise UsageError(f"{path}: [{name}] is a table; write each entry as NAME = VALUE, in none")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        raise UsageError(f"{path}: {name} = {value!r}: a workload has one value each; name one")
    if not isinstance(value, str | int | float):
        raise UsageError(f'{path}: {name} = {value} is no value; write e.g. "250ms" or 100')
    return str(value)
