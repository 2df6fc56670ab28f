"""Unit tests stand under the floor that they test, and neither wait nor start a process."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest
from test_architecture import modules_in

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests" / "unit").rglob("*.py"))
FLOORS = {path.name for path in (ROOT / "bench").iterdir()} | {"scenarios", "targets"}
IMPURE = {"subprocess", "multiprocessing", "psutil", "time", "pandas", "matplotlib"}


def impurities(source: str) -> set[str]:
    """Impure modules, and waits for longer than a turn of the loop."""
    nodes = list(ast.walk(ast.parse(source)))
    modules = {name.partition(".")[0] for node in nodes for name in modules_in(node)}
    calls = {ast.unparse(node) for node in nodes if isinstance(node, ast.Call)}
    return modules & IMPURE | {one for one in calls if "sleep(" in one} - {"asyncio.sleep(0)"}


def test_no_two_test_files_have_the_same_name() -> None:
    """pytest cannot collect them together, as no folder of tests is a package."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_file_stands_under_a_floor() -> None:
    assert {path.parent.name for path in FILES} <= FLOORS
    assert {path.parent.parent.name for path in FILES} == {"unit"}


def test_no_unit_test_waits_or_starts_a_process() -> None:
    found = {path.name: impurities(path.read_text(encoding="utf-8")) for path in FILES}
    assert {name: names for name, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import subprocess", {"subprocess"}),
        ("from time import monotonic_ns", {"time"}),
        ("await asyncio.sleep(1)", {"asyncio.sleep(1)"}),
        ("await asyncio.sleep(0)", set()),
    ],
)
def test_impurities_are_seen(source: str, found: set[str]) -> None:
    assert impurities(source) == found
