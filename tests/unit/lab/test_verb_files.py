"""A verb is a file: found by being there, refused with the file's name where a part is missing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.lab import faults
from bench.lab.actors import Actor
from bench.model.errors import TrialFailed, UsageError
from bench.model.fault import Verb

WHOLE = '"""Sleeps."""\nWORKS_ON = ("part",)\ndef begin(actor):\n    actor.pause()\n'

Folder = Callable[[str], dict[str, faults.Action]]


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    """The verbs of a package that holds one file of this content."""
    package = tmp_path / "some_verbs"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))

    def read(content: str) -> dict[str, faults.Action]:
        (package / "doze.py").write_text(content)
        return faults.actions(package, "some_verbs")

    yield read
    for name in [name for name in sys.modules if name.startswith("some_verbs")]:
        del sys.modules[name]


def test_a_file_is_a_verb(found: Folder) -> None:
    (action,) = found(WHOLE).values()
    assert action.verb == Verb("doze", "Sleeps", ("part",), "never")
    with pytest.raises(TrialFailed, match="server cannot be stopped"):
        action.begin(Actor("server"))
    action.end(Actor("server"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (WHOLE.replace('"""Sleeps."""', ""), "it needs a docstring"),
        (WHOLE.replace('("part",)', '("party",)'), "it needs WORKS_ON, a tuple of part, service"),
        (WHOLE.replace('("part",)', '"part"'), "it needs WORKS_ON"),
        (WHOLE.replace("def begin", "def start"), "it needs a function begin(actor)"),
        (WHOLE + 'LASTS = "ever"\n', "it needs LASTS, one of never, may, must"),
        (WHOLE + 'LASTS = "must"\n', "it needs a function end(actor)"),
        ("import nowhere_to_be_found\n", "cannot be imported (ModuleNotFoundError"),
    ],
)
def test_a_file_that_lacks_a_part_is_named(found: Folder, content: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        found(content)
    assert "doze.py" in str(refused.value)
    assert words in str(refused.value)
