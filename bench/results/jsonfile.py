"""Typed JSON files: written in one step, refused where they are newer, changed or broken.

Knows nothing of what is in them but the `version` that each carries.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bench.model.errors import UsageError

T = TypeVar("T")

STAGED = ".tmp"
"""What a file's name ends in until it is put into place."""


def encoded(value: Any) -> bytes:
    """The value as it stands in a file."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1)


def stage(path: Path, raw: bytes) -> Path:
    """Write a file beside its place, to be put there by `os.replace`."""
    staged = path.with_name(path.name + STAGED)
    staged.write_bytes(raw)
    return staged


def write_json(path: Path, value: Any) -> None:
    """A reader sees the old file or the new one, never a part."""
    put(path, encoded(value))


def put(path: Path, raw: bytes) -> None:
    """The same for bytes of any kind."""
    os.replace(stage(path, raw), path)


def sha256(raw: bytes) -> str:
    """The digest as `sha256sum` prints it."""
    return hashlib.sha256(raw).hexdigest()


def unlike(path: Path) -> str:
    """One line for a file whose digest is not the recorded one."""
    return f"{path}: not as it was recorded; restore it, or remove the run"


def read(path: Path, kind: type[T], newest: int, digest: str = "") -> T:
    """Decode a versioned file; UsageError where it is missing, newer, broken, or not the one
    that was recorded (where its digest is known).
    """
    raw = _bytes(path)
    try:
        version = msgspec.json.decode(raw, type=dict[str, Any]).get("version")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(_broken(path, error)) from None
    if isinstance(version, int) and version > newest:
        raise UsageError(
            f"{path}: results version {version}, this patternbench reads up to {newest}; "
            "install a newer patternbench"
        )
    if digest and sha256(raw) != digest:
        raise UsageError(unlike(path))
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(_broken(path, error)) from None


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():  # to open a pipe would wait for ever
            raise UsageError(f"{path}: is not a file; restore or remove it")
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(
            f"{path.parent}: no {path.name} in it; name a folder of results/"
        ) from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); check the folder") from None


def _broken(path: Path, error: Exception) -> str:
    words = " ".join(str(error).split())
    return f"{path}: not a results file ({words}); restore or remove it"
