"""The bounds beyond which the machine disturbed a trial, with their reasons."""

from __future__ import annotations

from pathlib import Path

from bench.analysis.disturbance import BOUNDS
from bench.tools.docs.markdown import table


def part(root: Path) -> str:
    rows = [(one.what, f"{one.most:.0%}", one.reason) for one in BOUNDS]
    return table(("what is read, as a share of the window", "at most", "because"), rows)
