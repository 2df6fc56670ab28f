"""What a Python file imports, and what those import in turn: found by reading, never by importing.

Pure: the text of a file comes from the caller.  Names of modules that are put together at run
time are not seen; whoever starts such a module names it as a root.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

Read = Callable[[str], str | None]
"""The text of a file by its path below the checkout, with "/"; None where there is none."""


@dataclass(frozen=True)
class Closure:
    """All files that some files need, themselves included, and what they need from outside.

    `outside` are the top-level names of modules that are not of the checkout.
    """

    files: dict[str, str]
    outside: tuple[str, ...]


def closure(roots: Iterable[str], read: Read) -> Closure:
    """Follow the imports from `roots` (paths); roots that do not exist count for nothing.

    Raises SyntaxError, with its filename, where a file cannot be parsed.
    """
    files: dict[str, str] = {}
    outside: set[str] = set()
    todo = list(roots)
    while todo:
        path = todo.pop()
        if path in files or (text := read(path)) is None:
            continue
        files[path] = text
        for name in imports(path, text):
            found = [one for one in _paths_of(name) if one in files or read(one) is not None]
            todo += found
            if not found:
                outside.add(name.partition(".")[0])
    own = {path.partition("/")[0].removesuffix(".py") for path in files}
    return Closure(dict(sorted(files.items())), tuple(sorted(outside - own)))


@cache
def imports(path: str, text: str) -> list[str]:
    """Absolute names that importing the file, or a function of it, may load, each once.

    `from a import b` may load a.b: both are named.  What stands under `if TYPE_CHECKING` loads
    nothing.
    """
    tree = ast.parse(text, path)
    names = [name for node in _statements(tree) for name in _named(node, path)]
    return list(dict.fromkeys(names))


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and _is_for_types(node.test):
            for one in node.orelse:
                yield one
                yield from _statements(one)
            continue
        yield node
        yield from _statements(node)


def _is_for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _named(node: ast.AST, path: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = ".".join(filter(None, (_package(path, node.level), node.module)))
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)


def _package(path: str, level: int) -> str:
    """What `level` leading dots mean in a file: "" for none."""
    return ".".join(path.split("/")[:-level]) if level else ""


def _paths_of(name: str) -> Iterator[str]:
    """Where a module and the packages around it would stand: all of them are run."""
    words = name.split(".")
    for end in range(1, len(words) + 1):
        base = "/".join(words[:end])
        yield f"{base}.py"
        yield f"{base}/__init__.py"
