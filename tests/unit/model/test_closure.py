"""The import closure: tables over small source trees, none of which is ever imported."""

from __future__ import annotations

import pytest

from bench.model.closure import closure, imports

TREE = {
    "a.py": "import b.c\nimport json",
    "b/__init__.py": "import b.hidden",
    "b/hidden.py": "",
    "b/c.py": "from . import d\nfrom .d import x\nfrom b import x as e\nimport numpy.linalg",
    "b/d.py": "import a\n",
    "b/e/__init__.py": "from .. import d",
    "b/unused.py": "import pandas",
    "folder/lone.py": "from folder import other",
    "folder/other.py": "",
    "types.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import b.c",
    "late.py": "def f():\n    import b.e",
}


@pytest.mark.parametrize(
    ("root", "files", "outside"),
    [
        (
            "a.py",
            ["a.py", "b/__init__.py", "b/c.py", "b/d.py", "b/hidden.py"],
            ["json", "numpy"],
        ),
        ("b/e/__init__.py", None, None),
        ("folder/lone.py", ["folder/lone.py", "folder/other.py"], []),
        ("types.py", ["types.py"], ["typing"]),
        ("b/hidden.py", ["b/hidden.py"], []),
        ("absent.py", [], []),
    ],
)
def test_imports_are_followed(root: str, files: list[str] | None, outside: list[str]) -> None:
    found = closure([root], TREE.get)
    if files is None:  # what a relative import above it leads to
        assert "b/d.py" in found.files
        assert "a.py" in found.files
        return
    assert list(found.files) == files
    assert list(found.outside) == outside


def test_imports_within_functions_count() -> None:
    assert "b/e/__init__.py" in closure(["late.py"], TREE.get).files


def test_what_is_not_reached_does_not_count() -> None:
    found = closure(["a.py", "late.py"], TREE.get)
    assert "b/unused.py" not in found.files
    assert "pandas" not in found.outside


def test_the_texts_are_those_that_were_read() -> None:
    found = closure(["a.py"], TREE.get)
    assert all(TREE[path] == text for path, text in found.files.items())


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("x.py", "import a.b as c, d", ["a.b", "d"]),
        ("x.py", "from a import b, c", ["a", "a.b", "a.c"]),
        ("p/x.py", "from . import b", ["p", "p.b"]),
        ("p/q/x.py", "from ..r import b", ["p.r", "p.r.b"]),
        ("p/__init__.py", "from .b import c", ["p.b", "p.b.c"]),
        (
            "x.py",
            "import typing as t\nif t.TYPE_CHECKING:\n import a\nelse:\n import b",
            ["typing", "b"],
        ),
        ("x.py", "try:\n import a\nexcept ImportError:\n import b", ["a", "b"]),
        ("x.py", "class C:\n def f(self):\n  import a\nimport a", ["a"]),
        ("x.py", "text = 'import a'", []),
    ],
)
def test_each_kind_of_import_is_seen(path: str, text: str, names: list[str]) -> None:
    assert sorted(imports(path, text)) == sorted(names)


def test_a_file_that_cannot_be_parsed_is_named() -> None:
    with pytest.raises(SyntaxError) as caught:
        closure(["a.py"], {"a.py": "import b", "b.py": "import ("}.get)
    assert caught.value.filename == "b.py"
