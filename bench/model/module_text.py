"""What a module says of itself, read from its text: names and literals.  Pure.

Nothing of it is run, so whoever asks gets none of its imports.
"""

from __future__ import annotations

import ast
import contextlib
from typing import Any


def assigned(tree: ast.Module) -> set[str]:
    """The names that the module assigns to."""
    targets = [one for node in tree.body if isinstance(node, ast.Assign) for one in node.targets]
    targets += [node.target for node in tree.body if isinstance(node, ast.AnnAssign)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def imported(tree: ast.Module) -> set[str]:
    """The names that the module imports from others."""
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name for node in imports for alias in node.names}


def attributes(text: str) -> set[str]:
    """The names of all attributes that a module's code reads or sets, of whatever object."""
    return {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}


def constants(tree: ast.Module) -> dict[str, Any]:
    """The module's plain assignments of literals, with or without annotation."""
    found: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            target, value = node.target, node.value
        else:
            continue
        if isinstance(target, ast.Name):
            with contextlib.suppress(ValueError, TypeError, SyntaxError):
                found[target.id] = ast.literal_eval(value)
    return found
