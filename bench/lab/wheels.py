"""Programs that come in a wheel: where they are, and their version.

Knows no program.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
from pathlib import Path


def version_of(package: str) -> str:
    """The version of an installed wheel, which begins with its program's; "" where unknown."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version(package)
    return ""


def program_in(module: str, *place: str) -> Path | None:
    """A file inside an installed module's folder; None where there is none."""
    package = importlib.util.find_spec(module)
    for folder in (package and package.submodule_search_locations) or ():
        if (path := Path(folder, *place)).exists():
            return path
    return None
