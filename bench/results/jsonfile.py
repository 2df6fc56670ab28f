"""Typed JSON files: written in one step, refused where they are newer or broken.

Knows nothing of what is in them but the `version` that each carries.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bench.model.errors import UsageError

T = TypeVar("T")


def write_json(path: Path, value: Any) -> None:
    """A reader sees the old file or the new one, never a part."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1))
    os.replace(temporary, path)


def read(path: Path, kind: type[T], newest: int) -> T:
    """Decode a versioned file; UsageError where it is missing, newer or broken."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(
            f"{path.parent}: no {path.name} in it; name a folder of results/"
        ) from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); check the folder") from None
    try:
        version = msgspec.json.decode(raw, type=dict[str, Any]).get("version")
        if isinstance(version, int) and version > newest:
            raise UsageError(
                f"{path}: results version {version}, this patternbench reads up to {newest}; "
                "install a newer patternbench"
            )
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        raise UsageError(f"{path}: not a results file ({error}); restore or remove it") from None
