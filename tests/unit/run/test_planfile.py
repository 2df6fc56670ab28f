"""Plan files: what is written is what is asked for; what is wrong is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.model.errors import UsageError
from bench.plan.trials import Request
from bench.run import planfile


def test_a_whole_plan(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(
        'patterns = ["notifications/sse", "notifications/websocket"]\n'
        "repeats = 2\nseed = 7\nworkers = 3\n"
        '[load]\nclients = [10, 100]\nevent_rate = "5/s"\nduration = ["1s", "2s"]\n'
    )
    assert planfile.read(path) == Request(
        ("notifications/sse", "notifications/websocket"),
        {"clients": "10,100", "event_rate": "5/s", "duration": "1s,2s"},
        2,
        7,
        3,
    )


def test_what_a_plan_leaves_out_has_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text('patterns = ["notifications"]\n')
    assert planfile.read(path) == Request(("notifications",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("patterns = [", "not TOML (Invalid value (at end of document)); correct the file"),
        (
            'patterns = ["a"]\nrepeat = 3\n',
            "unknown entry 'repeat'; did you mean repeats?",
        ),
        (
            'patterns = "a"\n',
            "patterns = 'a' is not a list of what to run, e.g. [\"EXPERIMENT\"]; correct it",
        ),
        ('patterns = ["a"]\nrepeats = "5"\n', "repeats = '5' is not a whole number; correct it"),
        ('patterns = ["a"]\nseed = 1.5\n', "seed = 1.5 is not a whole number; correct it"),
        ('patterns = ["a"]\nworkers = true\n', "workers = True is not a whole number; correct it"),
        ('patterns = ["a"]\nload = 3\n', "load = 3 is not a table; correct it"),
        ("", 'patterns = [] is not a list of what to run, e.g. ["EXPERIMENT"]; correct it'),
        (
            "patterns = []\n",
            'patterns = [] is not a list of what to run, e.g. ["EXPERIMENT"]; correct it',
        ),
        (
            "patterns = [1]\n",
            'patterns = [1] is not a list of what to run, e.g. ["EXPERIMENT"]; correct it',
        ),
        (
            'patterns = ["a"]\n[load]\nclients = true\n',
            'clients = True is not a load value; write e.g. "250ms" or 100',
        ),
        (
            'patterns = ["a"]\n[load]\nduration = 2026-01-01\n',
            'duration = datetime.date(2026, 1, 1) is not a load value; write e.g. "250ms" or 100',
        ),
        (
            'patterns = ["a"]\n[load]\nclients = [1, {}]\n',
            'clients = {} is not a load value; write e.g. "250ms" or 100',
        ),
    ],
)
def test_a_bad_plan_is_refused_with_its_file_and_value(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as refusal:
        planfile.read(path)
    assert str(refusal.value) == f"{path}: {message}"


def test_a_plan_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refusal:
        planfile.read(tmp_path / "no.toml")
    assert (
        str(refusal.value) == f"{tmp_path}/no.toml: plan not found; name a TOML file or a pattern"
    )


@pytest.mark.parametrize("kind", ["folder", "binary"])
def test_a_plan_that_cannot_be_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "plan.toml"
    if kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"\xff\xfe\0")
    with pytest.raises(UsageError, match=r"plan\.toml: cannot be read \(.*\); check the file$"):
        planfile.read(path)
