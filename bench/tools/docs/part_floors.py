"""The floors of the harness, as the layers contract in pyproject.toml has them."""

from __future__ import annotations

import tomllib
from pathlib import Path

from bench.tools.docs.markdown import code, first_line, table


def floors(root: Path) -> list[list[str]]:
    """The harness's modules by floor, from the top."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = [one["layers"] for one in contracts["contracts"] if one["type"] == "layers"]
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def part(root: Path) -> str:
    """A row for each floor: its modules, and what they are for."""
    rows = [
        (
            " ".join(code(f"bench.{name}") for name in floor),
            "; ".join(first_line(_file(root, name)) for name in floor),
        )
        for floor in floors(root)
    ]
    return table(("floor", "what it is for"), rows)


def _file(root: Path, name: str) -> Path:
    folder = root / "bench" / name
    return folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
