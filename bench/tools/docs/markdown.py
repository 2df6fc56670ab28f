"""Markdown tables, and what a file says of itself in its syntax tree.

Must not know what stands in them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars and line ends in a cell would break it."""
    lines = [headers, ["---"] * len(headers), *rows]
    cells = [[" ".join(text.split()).replace("|", "\\|") for text in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def class_doc(path: Path, name: str) -> str:
    """The first paragraph of a class's docstring."""
    for node in tree_of(path).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return (ast.get_docstring(node) or "").partition("\n\n")[0]
    return ""


@cache
def first_line(path: Path) -> str:
    """The first line of a file's docstring, without its full stop; "" where it has none."""
    return (ast.get_docstring(tree_of(path)) or "").partition("\n")[0].removesuffix(".")
