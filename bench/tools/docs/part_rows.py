"""Every operation, outcome, role and mark that the files of a run can name."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from bench import catalog
from bench.model import module_text, samples
from bench.model.part import read_parts
from bench.model.proxy import ROLE as PROXY
from bench.model.readings import MARKS
from bench.tools.docs.markdown import code, table

BESIDE = {
    "generator": "the load processes (part `clients`)",
    "link": "the emulator of links",
    PROXY: "the Envoys of patterns that declare proxies",
}
"""Roles of what is no part of a pattern and no service."""


def part(root: Path) -> str:
    """One table for each of them."""
    outcomes = table(("outcome", "meaning"), _coded(samples.OUTCOME_WORDS))
    marks = table(("mark", "instant"), _coded(MARKS))
    return "\n\n".join(
        [
            "### Operations",
            operations(root),
            "### Outcomes",
            outcomes,
            "### Roles",
            roles(root),
            "### Marks",
            marks,
        ]
    )


def _coded(words: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(code(name), text) for name, text in words.items()]


def operations(root: Path) -> str:
    """A row for each, by experiment; the one that does the experiment's job is marked."""
    rows = [("all", *one, "") for one in _coded(samples.COMMON_WORDS)]
    for name, experiment in catalog.experiments(root).items():
        for operation in experiment.operations:
            job = "yes" if operation == experiment.outcome_operation else ""
            meaning = experiment.operation_words.get(operation, "")
            rows.append((code(name), code(operation), meaning, job))
    return table(("experiment", "operation", "a row is", "outcome operation"), rows)


def roles(root: Path) -> str:
    """Every role with those that have it."""
    owners: dict[str, list[str]] = {name: [] for name in (*catalog.roles(root), "generator")}
    owners["link"] = []
    for role, text in BESIDE.items():
        owners.setdefault(role, []).append(text)
    for name, component in catalog.components(root).items():
        if component.role:
            owners[component.role].append(f"service {code(name)}")
    for path in sorted((root / "targets").glob("*/[!_]*.py")):
        declared = module_text.constants(ast.parse(path.read_text(encoding="utf-8"))).get("PARTS")
        for role in {one.role for one in read_parts(declared)} if declared else ():
            owners[role].append(f"a part of {code(f'{path.parent.name}/{path.stem}')}")
    usual = "the server of every pattern that declares no other parts"
    owners["server"].insert(0, usual)
    return table(
        ("role", "who has it"), [(code(role), ", ".join(who)) for role, who in owners.items()]
    )
