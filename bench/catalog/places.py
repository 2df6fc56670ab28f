"""Where experiments and patterns lie, and what is wrong with a file that cannot be used."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

from bench.model.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent.parent


class CatalogError(UsageError):
    """A half-present or unreadable pattern or experiment; names the remedy."""


def imported(name: str, path: Path) -> ModuleType:
    """A module that is found by being there; CatalogError naming its file where it fails."""
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise CatalogError(
            f"{path}: cannot be imported ({type(error).__name__}: {error}); correct the file"
        ) from error
