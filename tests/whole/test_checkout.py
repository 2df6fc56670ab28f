"""The commit that a run records: the checkout's own, or none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench.results import checkout
from bench.results.checkout import commit_of


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "file").write_text("one", encoding="utf-8")
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "one"]):
        try:
            subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)
        except FileNotFoundError:
            pytest.skip("git is not installed")
    return root


def test_a_commit_is_told_with_its_changes(repository: Path) -> None:
    commit = commit_of(repository)
    assert len(commit) == checkout.DIGITS
    assert int(commit, 16)
    (repository / "new").write_text("x", encoding="utf-8")
    assert commit_of(repository) == f"{commit}{checkout.CHANGED}"


def test_a_folder_within_another_checkout_has_none(repository: Path) -> None:
    (repository / "below").mkdir()
    assert commit_of(repository / "below") == ""


def test_where_there_is_no_checkout_and_no_git_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert commit_of(tmp_path) == ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit_of(tmp_path) == ""
