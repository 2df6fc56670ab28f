"""results/<run>/evaluation.msgpack: an evaluated run, kept so that it is made only once.

It can always be made again: a file that is damaged, of another version or of other data is
no error, and is made anew; one that cannot be written is left out.  Its key is made of all
that evaluation reads: the run's files and the code that evaluates.  Decides nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bench import catalog
from bench.analysis.kept import Kept
from bench.results import digests, jsonfile
from bench.results.store import StoredRun

NAME = "evaluation.msgpack"
FLOORS = ("catalog", "model", "stats", "verdicts", "plan", "analysis", "results")
"""Of bench: imports go down, so nothing that evaluation reads or imports stands elsewhere."""

PACKAGES = ("msgspec", "numpy", "pyarrow", "scipy")


class CacheFile(msgspec.Struct, frozen=True):
    """The content; `numbers` are decoded only where the key is that of today."""

    key: str
    seal: str
    numbers: msgspec.Raw


class Array(msgspec.Struct, array_like=True):
    """A one-dimensional array."""

    kind: str
    content: bytes


def read(run: Path, key: str) -> list[Kept] | None:
    """What was kept under this key; None where nothing was, or where it is not whole."""
    path = run / NAME
    try:
        if not path.is_file():  # to open a pipe would wait for ever
            return None
        file = msgspec.msgpack.decode(path.read_bytes(), type=CacheFile)
        if file.key != key or file.seal != jsonfile.sha256(bytes(file.numbers)):
            return None
        return decoded(bytes(file.numbers))
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def write(run: Path, key: str, numbers: bytes) -> None:
    """Keep it, in one step; a folder that cannot be written to is no reason to fail."""
    file = CacheFile(key, jsonfile.sha256(numbers), msgspec.Raw(numbers))
    try:
        jsonfile.put(run / NAME, msgspec.msgpack.encode(file))
    except OSError:
        with contextlib.suppress(OSError):
            (run / (NAME + jsonfile.STAGED)).unlink(missing_ok=True)


def encoded(found: Sequence[Kept]) -> bytes:
    """As bytes; the same numbers give the same bytes, NaNs included."""
    return msgspec.msgpack.encode(found, enc_hook=_as_data)


def decoded(raw: bytes) -> list[Kept]:
    """The inverse of `encoded`."""
    return msgspec.msgpack.decode(raw, type=list[Kept], dec_hook=_from_data)


def _as_data(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return Array(value.dtype.str, value.tobytes())
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value)} cannot be kept")


def _from_data(kind: type, value: Any) -> Any:
    if kind is np.ndarray:
        array = msgspec.convert(value, Array)
        return np.frombuffer(array.content, np.dtype(array.kind))
    raise NotImplementedError(f"{kind} cannot be kept")


def key_of(run: StoredRun) -> str:
    """Of the run's records, of its files as they stand, and of the code that evaluates them.

    The records hold the digests of the raw files; sizes and times tell what was changed since.
    """
    found = hashlib.sha256(_code().encode())
    found.update(repr((run.file, [one.record for one in run.trials])).encode())
    for name in digests.names_below(run.folder):
        if name.partition("/")[0] not in ("report", NAME, NAME + jsonfile.STAGED):
            status = os.lstat(f"{run.folder}/{name}")
            found.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return found.hexdigest()


@cache
def _code() -> str:
    """A digest of all code that evaluation can import, with the versions that it builds on."""
    bench = catalog.ROOT / "bench"
    paths = [path for floor in FLOORS for path in (bench / floor).rglob("*.py")]
    paths += [*bench.glob("*.py"), *(catalog.ROOT / "scenarios").rglob("*.py")]
    found = hashlib.sha256(sys.version.encode())
    for package in PACKAGES:
        found.update(importlib.metadata.version(package).encode() + b"\0")
    for path in sorted(paths):
        found.update(str(path.relative_to(catalog.ROOT)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
