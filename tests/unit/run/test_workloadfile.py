"""A workload's file: read as texts, and what is wrong with it in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.model.errors import UsageError
from bench.run import workloadfile

GOOD = """
experiment = "notifications"
clients = 200
event_rate = "2/s"
away = true
"""


def test_it_is_read_as_texts(tmp_path: Path) -> None:
    path = tmp_path / "workload.toml"
    path.write_text(GOOD)
    texts = {"clients": "200", "event_rate": "2/s", "away": "yes"}
    assert workloadfile.read(path) == ("notifications", texts)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("clients = 5", "says no experiment; add experiment"),
        ('experimnt = "notifications"', "says no experiment; rename experimnt"),
        ("experiment = 5", "experiment = 5 is no name"),
        ("experiment = ", "not TOML"),
        ('experiment = "x"\n[load]\nclients = 5', "[load] is a table"),
        ('experiment = "x"\nclients = [1, 2]', "one value each"),
        ('experiment = "x"\nclients = 2026-01-01', "is no value"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "workload.toml"
    path.write_text(content)
    with pytest.raises(UsageError) as caught:
        workloadfile.read(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not found"):
        workloadfile.read(tmp_path / "none.toml")
