"""How many lines of an application change from one version of it to another.  Pure.

A line is one that Python reads: no blank one, no comment, no docstring.
"""

from __future__ import annotations

import ast
import difflib


def code_lines(text: str) -> list[str]:
    """The lines of a module without blank ones, comments and docstrings, stripped."""
    skipped: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                skipped.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    numbered = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [
        line
        for number, line in numbered
        if line and not line.startswith("#") and number not in skipped
    ]


def changed_lines(before: str, after: str) -> int:
    """Lines that are new, gone, or another one's replacement (once each)."""
    matcher = difflib.SequenceMatcher(None, code_lines(before), code_lines(after), autojunk=False)
    return sum(
        max(old_end - old, new_end - new)
        for kind, old, old_end, new, new_end in matcher.get_opcodes()
        if kind != "equal"
    )
