"""The tool measures itself: its generators take turns, its floor is that of real trials."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from system_builders import bench_main, run_here

from bench.catalog import ROOT
from bench.lab import components
from bench.results import store
from bench.tools import aims, amqp_deliveries, calibration, deliveries, selfproof

ONCE = ("--clients", "8", "--repeats", "1", "--duration", "200ms")
ONLY_GENERATORS = ("--no-deliveries", "--no-amqp", "--no-floor", "--no-aa")


@dataclass(frozen=True)
class Turns:
    """What was printed, how the engine did beside Locust's own, and the commit that took turns."""

    printed: str
    ratio: float
    commit: str


@pytest.fixture(scope="module")
def turns() -> Turns:
    """The engine outdoes Locust's own; in one turn the machine may have been others'.

    The code of HEAD takes turns where there is a history, as it is known that it can.
    """
    git = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    head = subprocess.run(git, capture_output=True, text=True, check=False)
    against = () if head.returncode else ("--against", "HEAD")
    for _ in range(3):
        ended = run_here("calibrate", *ONCE, *ONLY_GENERATORS, *against)
        assert (ended.returncode, ended.stderr) == (0, "")
        ratio = float(*re.findall(r"engine / FastHttpUser\W+([0-9.]+)", ended.stdout))
        if ratio > 1:
            break
    return Turns(ended.stdout, ratio, head.stdout.strip() if against else "")


def test_ratios_to_other_generators_are_printed(turns: Turns) -> None:
    assert turns.ratio > 1
    wrk = re.findall(r"(?m)^engine / wrk\W+([0-9.]+|not measured)", turns.printed)
    assert len(wrk) == 1
    assert (wrk[0] == "not measured") == (shutil.which("wrk") is None)
    cpu = re.findall(r"CPU, engine / wrk\W+([0-9.]+|not measured)", turns.printed)
    assert [one == "not measured" for one in cpu] == [wrk[0] == "not measured"]
    assert re.search(r"the null target used at most \d+% of its core", turns.printed)


def test_code_of_another_commit_takes_turns(turns: Turns) -> None:
    """A row for it, and a column beside the aims."""
    if not turns.commit:
        pytest.skip("no history here; clone the project with git")
    assert f"turn 1 of 1: engine at {turns.commit} " in turns.printed
    assert re.search(rf"engine / engine at {turns.commit} +[0-9.]+", turns.printed)
    assert f"at {turns.commit}" in turns.printed.partition("figures beside their aims")[2]


def test_deliveries_are_measured_beside_c() -> None:
    """Of every stream that is declared; all events reach all clients, or it would fail."""
    words = ("--receivers", "20", "--repeats", "1", "--duration", "500ms")
    others = ("--no-generators", "--no-amqp", "--no-floor", "--no-aa")
    ended = run_here("calibrate", *words, *others)
    assert (ended.returncode, ended.stderr) == (0, "")
    ratios = re.search(r"(?m)^load process / in C(.*)", ended.stdout)
    assert ratios
    found = re.findall(r"[0-9.]+|not measured", ratios[1])
    assert len(found) == len(selfproof.declared().streams)
    assert ("not measured" in found) == (shutil.which("cc") is None)


@pytest.mark.parametrize("commit", ["nosuchthing", "--exec=x", "HEAD~99999"])
def test_a_commit_that_is_none(
    commit: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["calibrate", *ONCE, *ONLY_GENERATORS, f"--against={commit}"]
    code, output, error = bench_main(words, monkeypatch, capsys)
    assert (code, output) == (2, "")
    assert error == (
        f"bench: --against {commit}: no such commit of this project; "
        "`git log --oneline` lists them\n"
    )


def test_amqp_deliveries_are_measured() -> None:
    """Every message reaches every connection, or it would fail."""
    if remedy := components.missing("rabbitmq"):
        pytest.skip(remedy)
    console = Console(width=160, record=True, file=io.StringIO())
    figures = amqp_deliveries.run(3, 1, 0.2, console)
    assert re.search(r"our client / aio-pika +[0-9.]+", console.export_text())
    assert [one.aim for one in figures] == [1.6, 0.1]
    assert figures[1].value is not None


def test_the_floor_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is declared, in fewer and shorter trials."""
    declared = selfproof.declared()
    others = [one for one in declared.floor_settings if not one.startswith("duration=")]
    brief = replace(declared, floor_settings=(*others, "duration=1s"))
    monkeypatch.setattr(selfproof, "declared", lambda: brief)
    monkeypatch.setattr(selfproof, "FLOOR_TRIALS", 2)
    console = Console(width=160, record=True, file=io.StringIO())
    selfproof.show_floor(tmp_path, "bench calibrate", console)
    (folder,) = tmp_path.iterdir()
    assert [one.record.status for one in store.open_run(folder).trials] == ["ok", "ok"]
    text = console.export_text()
    assert re.search(r"The harness itself adds [0-9.]+ ms \(p50\) and ([0-9.]+|-) ms \(p99\)", text)
    for key in selfproof.FLOOR_KEYS:
        assert re.search(rf"^{key} .* ms .* 2$", text, re.MULTILINE)


Said = list[tuple[str, Any]]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """What the command has others do, in their order; nothing is measured."""
    found: Said = []

    def noted(name: str, number: int) -> Callable[..., list[aims.Figure]]:
        def note(*given: object) -> list[aims.Figure]:
            found.append((name, given[:number]))
            return []

        return note

    monkeypatch.setattr(calibration, "run", noted("generators", 3))
    monkeypatch.setattr(deliveries, "run", noted("deliveries", 3))
    monkeypatch.setattr(amqp_deliveries, "run", noted("amqp", 3))
    monkeypatch.setattr(selfproof, "show_floor", noted("floor", 1))
    monkeypatch.setattr(selfproof, "prove", noted("proof", 3))
    return found


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ([], ["generators", "deliveries", "amqp", "floor", "proof"]),
        (["--no-generators"], ["deliveries", "amqp", "floor", "proof"]),
        (["--no-floor", "--no-aa", "--no-deliveries"], ["generators", "amqp"]),
        (["--aa", "3"], ["proof"]),
    ],
)
def test_each_part_may_be_left_out(
    options: list[str],
    parts: list[str],
    said: Said,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["calibrate", *ONCE, "--results", str(tmp_path), *options]
    assert bench_main(words, monkeypatch, capsys)[0] == 0
    assert [name for name, _ in said] == parts
    given = dict(said)
    assert given.get("generators", ([8], 1, 0.2)) == ([8], 1, 0.2)
    assert given.get("deliveries", (10_000, 1, 0.2)) == (10_000, 1, 0.2)
    assert given.get("floor", (tmp_path,)) == (tmp_path,)
    if "proof" in given:
        comparisons, window, results = given["proof"]
        assert comparisons == (3 if "--aa" in options else 1)
        assert window == (selfproof.LONG_WINDOW if "--aa" in options else selfproof.QUICK_WINDOW)
        assert results == tmp_path
