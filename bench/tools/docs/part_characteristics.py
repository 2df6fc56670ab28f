"""How often each rule is wrong, as it was simulated."""

from __future__ import annotations

from pathlib import Path

from bench.tools.characteristics.table import KEPT, drawn, read


def part(root: Path) -> str:
    """The tables of operating characteristics, from the shares that are kept."""
    return drawn(read(root / KEPT))
