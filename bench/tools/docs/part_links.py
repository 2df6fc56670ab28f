"""Links that have a name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.model.links import NAMED, Named
from bench.tools.docs.markdown import code, table


def part(root: Path) -> str:
    """The names that `--link` knows."""
    return named_links(NAMED)


def named_links(known: Mapping[str, Named]) -> str:
    """Every link that has a name: what it stands for, and who says so."""
    rows = [(code(name), code(one.text), one.source) for name, one in known.items()]
    return table(("name", "stands for", "source"), rows)
