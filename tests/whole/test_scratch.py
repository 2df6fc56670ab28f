"""Temporary folders: each names its owner, and those of the dead go, no other."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from bench.lab import scratch
from bench.lab.sweep import sweep, sweep_own

PREFIX = "patternbench-test-"
NO_PROCESS = 2**22 + 1
"""Above the greatest number that Linux gives to a process."""

BEGAN = scratch.started(os.getpid())


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
        assert folder.name.startswith(f"{PREFIX}{os.getpid()}-{BEGAN}-")
    sweep()
    assert scratch.own() == sorted((one, two))
    sweep_own()
    assert not scratch.own()


def test_a_folder_for_a_while_goes_at_the_end(temporary: Path) -> None:
    with scratch.folder_for(PREFIX) as folder:
        (folder / "file").write_text("x")
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    "name",
    [
        f"{PREFIX}{NO_PROCESS}-{BEGAN}-abc",
        f"patternbench-other-{NO_PROCESS}-{BEGAN}-abc",
        f"patternbench-{NO_PROCESS}-{BEGAN}-a_c",
        f"{PREFIX}{os.getpid()}-{BEGAN - 1}-abc",  # its owner's number was given again
    ],
    ids=["of a test", "other", "without a purpose", "number given again"],
)
def test_what_dead_owners_left_goes_with_all_that_is_in_it(temporary: Path, name: str) -> None:
    left = temporary / name
    (left / "data").mkdir(parents=True)
    (left / "data" / "file").write_text("x")
    sweep()
    assert not left.exists()


@pytest.mark.parametrize(
    "name",
    [
        f"{PREFIX}1-{scratch.started(1)}-abc",  # its owner lives
        f"{PREFIX}{NO_PROCESS}-{BEGAN}",  # not of this form
        f"{PREFIX}{NO_PROCESS}-abc",
        f"{PREFIX}own-{BEGAN}-abc",
        f"x{PREFIX}{NO_PROCESS}-{BEGAN}-abc",
        f"{NO_PROCESS}-{BEGAN}-abc",
    ],
    ids=["alive", "no chance", "no start", "no number", "other beginning", "no beginning"],
)
def test_nothing_else_goes(temporary: Path, name: str) -> None:
    kept = temporary / name
    kept.mkdir()
    sweep()
    assert kept.exists()


def test_a_link_to_a_folder_of_somebody_stays_what_it_is(temporary: Path) -> None:
    somebodys = temporary / "somebodys"
    somebodys.mkdir()
    (temporary / f"{PREFIX}{NO_PROCESS}-{BEGAN}-abc").symlink_to(somebodys)
    sweep()
    assert somebodys.is_dir()


def test_a_process_that_is_not_there_never_started() -> None:
    assert scratch.started(NO_PROCESS) == 0
    assert scratch.started(1) < BEGAN
