"""<atlas>/atlas.json: what an atlas knows, kept so that the next one can be made of it.

    version    history: 1, the first
    seal       the SHA-256 of version and content: it tells damage, not who wrote it
    atlas      runs and claims (bench.analysis.kept_ledger); numbers that are not finite as words

Floats stand as the shortest digits that give the same float again, so nothing is rounded.  Knows
nothing of which claim is kept, nor of the page beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bench import catalog
from bench.analysis import kept_ledger
from bench.analysis.kept_ledger import KeptLedger, Restored
from bench.analysis.ledger import Entry
from bench.model.errors import UsageError
from bench.results import jsonfile
from bench.results.environment import COMPARABLE
from bench.results.evaluation import compared

NAME = "atlas.json"
VERSION = 1
TABLE = "atlas.csv"
"""Stands beside it; without it in folders that a version of before has written."""

FACTS = ("commit", *COMPARABLE)
"""Of a machine: what rows show, and what tells another machine."""


class AtlasFile(msgspec.Struct, frozen=True):
    """The content."""

    version: int
    seal: str
    atlas: dict[str, Any]


def write(folder: Path, entries: Sequence[Entry]) -> Path:
    """Keep what runs say of these claims, in one step; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    jsonfile.put(path, encoded(kept_ledger.kept(entries, FACTS)))
    return path


def encoded(found: KeptLedger) -> bytes:
    """As it stands in the file; the same ledger gives the same bytes."""
    # In the types that it is read as: an integer in a float's place would come back as a float.
    typed = msgspec.convert(msgspec.to_builtins(found, enc_hook=_as_number), KeptLedger)
    atlas = _with_words(msgspec.to_builtins(typed))
    return jsonfile.encoded(AtlasFile(VERSION, seal_of(VERSION, atlas), atlas)) + b"\n"


def read(folder: Path) -> KeptLedger | None:
    """What the folder's atlas knows; None where it has none.

    UsageError where the file is damaged, or of a version that is not known.
    """
    path = folder / NAME
    return content_of(path, jsonfile.read(path, AtlasFile, VERSION)) if path.exists() else None


def content_of(path: Path, file: AtlasFile) -> KeptLedger:
    """What a file holds; UsageError, naming its path, where it does not hold together."""
    if file.seal != seal_of(file.version, file.atlas):
        raise UsageError(f"{path}: not as it was written; restore or remove it")
    try:
        found = msgspec.convert(file.atlas, KeptLedger, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: not an atlas ({error}); restore or remove it") from None
    if not all(0 <= one.run < len(found.runs) for one in found.claims):
        raise UsageError(f"{path}: names a run that is not in it; restore or remove it")
    return found


def known(folder: Path) -> Restored:
    """What the folder's atlas says of the claims of today; nothing where it has none."""
    found = read(folder)
    if found is None:
        return Restored()
    experiments = catalog.experiments()
    names = {name: compared(name) for name in experiments}
    return kept_ledger.restored(found, experiments.values(), names)


def check_whole(folder: Path) -> None:
    """UsageError where an atlas stands of which nothing can be kept."""
    if (folder / TABLE).exists() and not (folder / NAME).exists():
        raise UsageError(
            f"{folder}: has {TABLE} but no {NAME}, from which alone an atlas is kept; "
            f"restore it, or leave out --keep"
        )


def seal_of(version: int, atlas: dict[str, Any]) -> str:
    return jsonfile.sha256(msgspec.json.encode([version, atlas]))


def _with_words(value: Any) -> Any:
    """JSON has no infinity, and nothing that is no number."""
    if isinstance(value, dict):
        return {key: _with_words(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_with_words(one) for one in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _as_number(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value)} cannot be kept")
