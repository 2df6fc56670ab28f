"""A run described in a TOML file.

    patterns = ["EXPERIMENT"]         # or ["EXPERIMENT/PATTERN", ...]
    repeats = 6
    seed = 1
    workers = 1

    [load]                            # any parameter of the experiment, with its unit
    clients = [10, 100]
    rtt = "50ms"
    fault = ["server:stop@50%,for=1s"]

Reads and checks the file's form; values are checked where all are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from bench.model import hints
from bench.model.errors import UsageError
from bench.model.fault import SEPARATOR
from bench.plan.trials import REPEATS, Request
from bench.run import tomlfile

FORMS = {
    "patterns": 'a list of what to run, e.g. ["EXPERIMENT"]',
    "repeats": "a whole number",
    "seed": "a whole number",
    "workers": "a whole number",
    "load": "a table",
}
"""The form of each entry, in words."""


class PlanFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of a plan, as TOML has it."""

    patterns: Annotated[list[str], msgspec.Meta(min_length=1)]
    repeats: int = REPEATS
    seed: int = 1
    workers: int = 1
    load: dict[str, object] = msgspec.field(default_factory=dict)


def read(path: Path) -> Request:
    """The plan as a Request; UsageError with the file, the value and the remedy."""
    content = tomlfile.content_of(path, "plan not found; name a TOML file or a pattern")
    try:
        plan = msgspec.convert(content, PlanFile)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {_wrong(content, str(error))}") from None
    settings = {name: _setting(path, name, value) for name, value in plan.load.items()}
    return Request(tuple(plan.patterns), settings, plan.repeats, plan.seed, plan.workers)


def _wrong(content: Mapping[str, object], message: str) -> str:
    """What msgspec found, with the value and the form that it should have."""
    if unknown := [name for name in content if name not in FORMS]:
        remedy = hints.meant(unknown[0], FORMS, f"there is {', '.join(FORMS)}")
        return f"unknown entry {unknown[0]!r}; {remedy}"
    place = re.search(r"`\$\.(\w+)", message)
    name = place[1] if place else "patterns"  # the only entry that must be there
    return f"{name} = {content.get(name, [])!r} is not {FORMS[name]}; correct it"


def _setting(path: Path, name: str, value: object) -> str:
    """One parameter's value as text; several sweep it, but faults are all done."""
    if name == "fault" and isinstance(value, list):
        return SEPARATOR.join(_text(path, name, part) for part in value)
    return _text(path, name, value)


def _text(path: Path, name: str, value: object) -> str:
    if isinstance(value, list):
        return ",".join(_text(path, name, part) for part in value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UsageError(
            f'{path}: {name} = {value!r} is not a load value; write e.g. "250ms" or 100'
        )
    return str(value)
