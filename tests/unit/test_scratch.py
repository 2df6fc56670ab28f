"""Temporary folders: each names its owner, and those of the dead go, no other."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from bench.lab import scratch

PREFIX = "patternbench-test-"
NO_PROCESS = 2**22 + 1
"""Above the greatest number that Linux gives to a process."""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_this_processs_own(temporary: Path) -> None:
    one, two = scratch.make_folder(PREFIX), scratch.make_folder(PREFIX)
    assert one != two
    for folder in (one, two):
        assert folder.is_dir()
        assert folder.parent == temporary
        assert folder.name.startswith(f"{PREFIX}{os.getpid()}-")


def test_what_dead_owners_left_goes_with_all_that_is_in_it(temporary: Path) -> None:
    left = temporary / f"{PREFIX}{NO_PROCESS}-abc"
    (left / "data").mkdir(parents=True)
    (left / "data" / "file").write_text("x")
    assert scratch.make_folder(PREFIX).exists()
    assert not left.exists()


@pytest.mark.parametrize(
    "name",
    [
        f"{PREFIX}1-abc",  # its owner lives
        f"{PREFIX}{NO_PROCESS}",  # not of this form
        f"{PREFIX}own-abc",
        f"patternbench-other-{NO_PROCESS}-abc",
        f"{NO_PROCESS}-abc",
    ],
)
def test_nothing_else_goes(temporary: Path, name: str) -> None:
    kept = temporary / name
    kept.mkdir()
    scratch.remove_leftovers(PREFIX)
    assert kept.exists()
