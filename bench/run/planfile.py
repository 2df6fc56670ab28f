"""A run described in a TOML file.

    patterns = ["notifications"]      # or ["notifications/sse", ...]
    repeats = 5
    seed = 1
    workers = 1

    [load]                            # any parameter of the experiment, with its unit
    clients = [10, 100]
    event_rate = "5/s"
    fault = ["server:stop@50%,for=1s"]

Reads and checks the file's form; values are checked where all are.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from bench.model.errors import UsageError
from bench.model.fault import SEPARATOR
from bench.plan.trials import Request

KINDS: dict[str, type] = {
    "patterns": list,
    "repeats": int,
    "seed": int,
    "workers": int,
    "load": dict,
}
KIND_WORDS = {list: "a list", int: "a whole number", dict: "a table"}


def read(path: Path) -> Request:
    """The plan as a Request; UsageError with the file, the value and the remedy."""
    try:
        content = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise UsageError(f"{path}: no such plan; name a TOML file or a pattern") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); check the file") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not TOML ({error}); correct the file") from None
    for name, value in content.items():
        if name not in KINDS:
            raise UsageError(f"{path}: unknown entry {name!r}; there is {', '.join(KINDS)}")
        if not isinstance(value, KINDS[name]) or isinstance(value, bool):
            raise UsageError(
                f"{path}: {name} = {value!r} is not {KIND_WORDS[KINDS[name]]}; correct it"
            )
    names = content.get("patterns", [])
    if not names or not all(isinstance(name, str) for name in names):
        raise UsageError(
            f'{path}: patterns = {names!r} names nothing to run; write e.g. ["notifications"]'
        )
    return Request(
        tuple(names),
        {name: _setting(path, name, value) for name, value in content.get("load", {}).items()},
        content.get("repeats", 5),
        content.get("seed", 1),
        content.get("workers", 1),
    )


def _setting(path: Path, name: str, value: Any) -> str:
    """One parameter's value as text; several sweep it, but faults are all done."""
    if name == "fault" and isinstance(value, list):
        return SEPARATOR.join(_text(path, name, part) for part in value)
    return _text(path, name, value)


def _text(path: Path, name: str, value: Any) -> str:
    if isinstance(value, list):
        return ",".join(_text(path, name, part) for part in value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UsageError(
            f'{path}: {name} = {value!r} is no value of a load; write e.g. "250ms" or 100'
        )
    return str(value)
