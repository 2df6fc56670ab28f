"""The shape of the code: sizes, docstrings, and who may import what.

Read from the syntax trees, so nothing is imported and a tree that is not
finished yet is judged by the files that it has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_FILE_LINES = 320
MOST_FUNCTION_LINES = 70
LONGER_TABLES = {"scenarios/notifications/claims.py": 460}
"""Files that are one table, with a bound of their own."""
FOLDERS = ("bench", "targets", "scenarios", "reports")
PURE_FLOORS = ("model", "stats", "plan", "verdicts", "analysis", "adaptive")
IMPURE = {"time", "os", "socket", "asyncio", "threading"}
PATCHING = {"locust", "gevent"}

FILES = sorted(
    str(path.relative_to(ROOT)) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")
)
PURE_FILES = [
    *(path for path in FILES if path.startswith(tuple(f"bench/{one}/" for one in PURE_FLOORS))),
    *("bench/lab/network/shaper.py", "bench/lab/network/counts.py", "bench/lab/accounting.py"),
    *(path for path in FILES if path.startswith("scenarios/") and path.endswith("/laws.py")),
]


def may_import_locust(path: str) -> bool:
    """bench/load and the client side of a pattern: scenarios/<experiment>/<pattern>.py."""
    if path.startswith("scenarios/"):
        declares = {"experiment", "laws", "claims", "__init__"}
        return path.count("/") == 2 and Path(path).stem not in declares
    return path.startswith("bench/load/")


@cache
def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree_of(path: str) -> ast.Module:
    return ast.parse(text_of(path), path)


def modules_in(node: ast.AST) -> Iterator[str]:
    """The absolute names that an import statement may load: `from a import b` may load a.b."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def statements_in(node: ast.AST) -> Iterator[ast.AST]:
    """All statements, however deep; the expressions, which are most of a tree, are left out."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for child in getattr(node, part, ()):
            yield child
            yield from statements_in(child)


def imports_anywhere(tree: ast.Module) -> set[str]:
    return {name for node in statements_in(tree) for name in modules_in(node)}


def statements_at_import(nodes: list[ast.stmt]) -> Iterator[ast.stmt]:
    """What runs when the module is imported: not functions, not `if TYPE_CHECKING`."""
    for node in nodes:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from statements_at_import(node.orelse)
            continue
        for part in ("body", "orelse", "finalbody"):
            yield from statements_at_import(getattr(node, part, []))
        for handler in getattr(node, "handlers", []):
            yield from statements_at_import(handler.body)


def imports_at_import(tree: ast.Module) -> set[str]:
    return {name for node in statements_at_import(tree.body) for name in modules_in(node)}


@cache
def file_imports(path: str) -> frozenset[str]:
    """What the file imports anywhere, also in functions."""
    return frozenset(imports_anywhere(tree_of(path)))


@cache
def file_loads(path: str) -> frozenset[str]:
    """What importing the file imports."""
    return frozenset(imports_at_import(tree_of(path)))


@cache
def file_of(module: str) -> str | None:
    base = module.replace(".", "/")
    for path in (f"{base}.py", f"{base}/__init__.py"):
        if path in FILES:
            return path
    return None


@cache
def files_loaded_by(path: str) -> frozenset[str]:
    """The project's files that importing this one runs, itself included."""
    seen: set[str] = set()
    todo = [path]
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        for name in file_loads(current):
            words = name.split(".")
            packages = (".".join(words[: end + 1]) for end in range(len(words)))
            todo += [file for file in map(file_of, packages) if file]
    return frozenset(seen)


def loaded_by(path: str) -> set[str]:
    """All names that importing this file loads, directly or through the project's own files."""
    return {name for file in files_loaded_by(path) for name in file_loads(file)}


def tops(names: Set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def long_functions(tree: ast.Module, most: int) -> list[str]:
    return [
        f"{node.name} has {lines} lines"
        for node in statements_in(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > most
    ]


# --- the rules ------------------------------------------------------------------------


def test_the_files_are_found() -> None:
    assert len(FILES) > 10
    assert set(PURE_FILES) <= set(FILES)


def test_no_file_is_long() -> None:
    sizes = {path: len(text_of(path).splitlines()) for path in FILES}
    too_long = {
        path: lines
        for path, lines in sizes.items()
        if lines > LONGER_TABLES.get(path, MOST_FILE_LINES)
    }
    assert too_long == {}, "split them by what they hold"


def test_no_function_is_long() -> None:
    found = {path: long_functions(tree_of(path), MOST_FUNCTION_LINES) for path in FILES}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_file_starts_with_what_it_holds() -> None:
    modules = [path for path in FILES if not path.endswith("__init__.py")]
    silent = [path for path in modules if not (ast.get_docstring(tree_of(path)) or "").strip()]
    assert silent == [], "add a docstring"


@pytest.mark.parametrize("path", PURE_FILES)
def test_pure_modules_ask_no_clock_file_or_socket(path: str) -> None:
    assert tops(file_imports(path)) & IMPURE == set()


@pytest.mark.parametrize("path", PURE_FILES)
def test_pure_modules_build_on_pure_modules_only(path: str) -> None:
    impure = {
        file: names
        for file in files_loaded_by(path)
        if (names := tops(file_imports(file)) & IMPURE)
    }
    assert impure == {}


def test_only_load_processes_import_locust() -> None:
    """Locust patches the interpreter of whoever imports it, however far away."""
    guilty = {
        path: names
        for path in FILES
        if not may_import_locust(path)
        and (names := tops(file_imports(path) | loaded_by(path)) & PATCHING)
    }
    assert guilty == {}


# --- the rules can fail -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "anywhere", "at_import"),
    [
        ("import a.b as c", {"a.b"}, {"a.b"}),
        ("from a import b", {"a", "a.b"}, {"a", "a.b"}),
        ("def f():\n    import a", {"a"}, set()),
        ("class C:\n    import a", {"a"}, {"a"}),
        ("try:\n    import a\nexcept ImportError:\n    import b", {"a", "b"}, {"a", "b"}),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", {"a", "b"}, {"b"}),
        ("with x:\n    import a", {"a"}, {"a"}),
        ("match x:\n    case 1:\n        import a", {"a"}, set()),
        ("for x in y:\n    pass\nelse:\n    import a", {"a"}, {"a"}),
        ("try:\n    pass\nfinally:\n    import a", {"a"}, {"a"}),
    ],
)
def test_imports_are_seen(source: str, anywhere: set[str], at_import: set[str]) -> None:
    tree = ast.parse(source)
    assert imports_anywhere(tree) == anywhere
    assert imports_at_import(tree) == at_import


def test_imports_are_followed_through_the_project() -> None:
    names = loaded_by("bench/plan/trials.py")
    assert {"bench.model.units", "bench.model.errors.UsageError", "re"} <= names


def test_long_functions_are_seen() -> None:
    source = "def f():\n" + "    x = 1\n" * 3 + "async def g():\n    pass\n"
    assert long_functions(ast.parse(source), 3) == ["f has 4 lines"]


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("bench/cli/main.py", False),
        ("bench/load/user.py", True),
        ("bench/lab/processes.py", False),
        ("scenarios/notifications/sse.py", True),
        ("scenarios/notifications/experiment.py", False),
        ("scenarios/notifications/laws.py", False),
        ("scenarios/__init__.py", False),
        ("targets/notifications/sse.py", False),
        ("reports/page.py", False),
    ],
)
def test_who_may_import_locust(path: str, may: bool) -> None:
    assert may_import_locust(path) == may


def test_only_the_evaluation_makes_numbers_of_data() -> None:
    """Whoever wants a trial's metrics or findings asks for its evaluation."""
    makers = {"of_trial", "compute", "raw_values"}
    callers = {
        path
        for path in FILES
        if path.startswith(("bench/", "reports/")) and any(one in text_of(path) for one in makers)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in makers
    }
    assert callers == {"bench/analysis/evaluate.py"}
