"""The code that a pattern's numbers depend on: what its files and its processes import."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from bench.catalog.experiments import DECLARATIONS
from bench.catalog.places import ROOT, CatalogError
from bench.model.closure import Closure, closure
from bench.model.pattern import Pattern

STARTED = ("targets/__main__.py", "bench/load/__main__.py")
"""The processes of a trial by the files that start them; they find a pattern's files by name."""


def code_of(pattern: Pattern, root: Path = ROOT) -> Closure:
    """All code that a pattern's numbers depend on; runs with other code are unlike.

    That is what its two files, its experiment and the processes that run them import.
    """
    experiment, name = pattern.experiment, pattern.name
    roots = (
        f"targets/{experiment}/{name}.py",
        f"scenarios/{experiment}/{name}.py",
        f"scenarios/{experiment}/experiment.py",
        *STARTED,
    )
    try:
        return closure(roots, partial(_text, root))
    except SyntaxError as error:
        raise CatalogError(
            f"{error.filename} line {error.lineno}: {error.msg}; correct the file"
        ) from None


def client_code(experiment: str, pattern: str, root: Path = ROOT) -> list[str]:
    """The texts of a pattern's scenario and of what it imports of its experiment's scenarios."""
    folder = f"scenarios/{experiment}/"
    files = closure((f"{folder}{pattern}.py",), partial(_text, root)).files
    return [
        text
        for path, text in files.items()
        if path.startswith(folder) and Path(path).stem not in DECLARATIONS
    ]


@cache
def _text(root: Path, path: str) -> str | None:
    """A file of the checkout; None where there is none."""
    try:
        return (root / path).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: cannot be read ({error}); correct the file") from None
