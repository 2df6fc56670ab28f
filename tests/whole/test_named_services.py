"""Services are found by being there: no other file of the harness calls one by its name.

Clients of brokers do, which name the libraries that they use.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import catalog

SERVICES = {one.name for one in catalog.components().values() if one.role}
OWN = "bench/lab/services", "bench/brokers"
FILES = [
    path
    for folder in ("bench", "reports")
    for path in sorted((catalog.ROOT / folder).rglob("*.py"))
    if not any(own in path.as_posix() for own in OWN)
]


def names_in(path: Path) -> Iterator[str]:
    """Everything that the code calls something by; not what it says in prose."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom | ast.Import):
            yield from (alias.name for alias in node.names)


def test_the_harness_names_no_service() -> None:
    assert len(SERVICES) >= 4
    found = {
        (path.relative_to(catalog.ROOT).as_posix(), name)
        for path in FILES
        for name in names_in(path)
        if name in SERVICES
    }
    assert found == set()


@pytest.mark.parametrize("text", ['A = "nats"', "import nats", "from x import nats", "x.nats"])
def test_a_name_would_be_found(tmp_path: Path, text: str) -> None:
    path = tmp_path / "file.py"
    path.write_text(text)
    assert "nats" in set(names_in(path))
