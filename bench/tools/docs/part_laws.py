"""The functions of each laws.py, and what they predict."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from bench import catalog
from bench.model.experiment import Experiment
from bench.tools.docs.markdown import code, table, tree_of


def part(root: Path) -> str:
    """The laws of the checkout's experiments."""
    return laws(catalog.experiments(root), root)


def laws(experiments: Mapping[str, Experiment], root: Path) -> str:
    """The functions of each laws.py, and which metric of which pattern they predict."""
    parts = []
    for name, experiment in experiments.items():
        tree = tree_of(root / "scenarios" / name / "laws.py")
        functions = [
            (code(node.name), (ast.get_docstring(node) or "").partition("\n\n")[0])
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        ]
        applied = [
            (p.id, code(p.formula), code(p.metric), ", ".join(map(code, p.patterns)), p.source)
            for p in experiment.predictions
        ]
        headers = ("law", "formula", "predicts", "of", "source")
        parts += [f"### Predictions of {code(name)}", table(headers, applied)]
        parts += [f"### Functions in {code(f'scenarios/{name}/laws.py')}"]
        parts += [table(("function", "law"), functions)]
    return "\n\n".join(parts)
