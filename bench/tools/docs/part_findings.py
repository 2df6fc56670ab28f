"""Every finding that the harness can raise."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench import catalog
from bench.analysis import busy_machine, findings, host_findings, link_findings, run_findings
from bench.model.outcome import OutcomeNoun
from bench.tools.docs.markdown import code, table, tree_of


def part(root: Path) -> str:
    """The findings of the shared checks, then each experiment's own."""
    modules = (findings, link_findings, host_findings, run_findings, busy_machine)
    names = [module.__name__.replace(".", "/") for module in modules]
    shared = ast.Module([node for name in names for node in tree_of(root / f"{name}.py").body], [])
    constants = {name: value for module in modules for name, value in vars(module).items()}
    parts = [finding_table(shared, constants, OutcomeNoun())]
    for name, experiment in catalog.experiments(root).items():
        path = root / "scenarios" / name / "findings.py"
        if path.exists():
            own = finding_table(tree_of(path), {}, experiment.noun)
            parts.append(f"### Only in {code(name)}\n\n{own}")
    return "\n\n".join(parts)


def finding_table(tree: ast.Module, constants: Mapping[str, Any], noun: OutcomeNoun) -> str:
    """Every Finding that a module makes: code, severity, message and remedy, in a noun's words."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    rows = [
        [noun.fill(_text(argument, constants)) for argument in call.args]
        for call in calls
        if ast.unparse(call.func) == "Finding"
    ]
    headers = ("code", "severity", "message", "remedy")
    return table(headers, [(code(row[0]), *row[1:]) for row in rows])


def _text(node: ast.expr, constants: Mapping[str, Any]) -> str:
    """A string's text; what is only known at run time is an ellipsis."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, constants) for part in node.values)
    if isinstance(node, ast.FormattedValue) and ast.unparse(node.value) in constants:
        spec = _text(node.format_spec, constants) if node.format_spec else ""
        return f"{constants[ast.unparse(node.value)]:{spec}}"
    return "…"
