"""The core holds no law id, no experiment's name and none of its own load parameters.

Their words stand under scenarios/ and targets/ alone.  English words that are names of
parameters too (server, work) are told by their use: as a key of a load, or behind `.own`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from measured import EXPERIMENTS

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for folder in ("bench", "reports")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".j2"}
)
LAW = re.compile(r"\b(?!SHA-|UTF-)[A-Z]{2,5}-[0-9]")
"""SHA-256 and UTF-8 are no laws."""

OWN = {
    name
    for experiment in EXPERIMENTS.values()
    for one in experiment.load.parameters.values()
    if one.section == "own"
    for name in (one.name, one.field_name)
}
TOLD_BY_ITSELF = {name for name in OWN if "_" in name} - {"max_streams"}
"""Names that are no English word; `max_streams` is a setting of a proxy as well."""

EXPERIMENT = re.compile(
    rf"""["']({"|".join(EXPERIMENTS)})["'/]|(scenarios|targets)[./]({"|".join(EXPERIMENTS)})\b"""
)
PARAMETER = re.compile(
    rf"""["'`.]({"|".join(sorted(TOLD_BY_ITSELF))})(["'`]|=|\b(?!\())|load\.own\.[a-z]|"""
    rf"""load(\.get\(|\[)["']({"|".join(sorted(OWN))})["']"""
)


def found(pattern: re.Pattern[str], path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        f"{number}: {line.strip()}" for number, line in enumerate(lines, 1) if pattern.search(line)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_of_the_core_knows_no_experiment(path: Path) -> None:
    assert [line for pattern in (LAW, EXPERIMENT, PARAMETER) for line in found(pattern, path)] == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (LAW, '"""FAN-1 for one host."""'),
        (EXPERIMENT, 'FLOOR = "notifications/null"'),
        (EXPERIMENT, "from scenarios.page_load import laws"),
        (PARAMETER, 'data.load.get("streams", 0)'),
        (PARAMETER, "rate = load.event_rate_per_s"),
        (PARAMETER, '"event_rate=5/s"'),
        (PARAMETER, "load.own.burst"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_is_looked_for_is_found(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)
