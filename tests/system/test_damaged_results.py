"""Damaged results: every command names the file in one line; `verify` finds every change.

    DAMAGED_CASES=1000 DAMAGED_SEED=1 pytest tests/system/test_damaged_results.py

tries more cases, each with every command (`make soak` does); without, some with one command each.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import damage
import pytest
from make_run import make_run
from system_builders import bench_main

from bench import catalog
from bench.results import environment, evaluation_cache, store
from bench.results.digests import write_recorded
from bench.results.evaluation import evaluate
from bench.run import identities
from reports import figures

SOAK = {"DAMAGED_CASES": "1000", "DAMAGED_SEED": "{seed}"}
CASES = int(os.environ.get("DAMAGED_CASES", "100"))
SEED = int(os.environ.get("DAMAGED_SEED", random.SystemRandom().getrandbits(32)))
ALL_COMMANDS = "DAMAGED_CASES" in os.environ
COMMANDS = ("report", "claims", "compare", "resume")
DERIVED = ("report", evaluation_cache.NAME)
"""What can be made again; damage to it hurts nobody."""
WITHOUT_DIGESTS = 0.25
"""The share of the cases that damage a run of before there were digests."""

EVALUATED_ANEW = 0.75
"""The share of the cases in which nothing is kept of an earlier evaluation."""


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A run that could be resumed here, and another of the same plan."""
    folder = tmp_path_factory.mktemp("results")
    runs = (folder / "run", folder / "other")
    for number, run in enumerate(runs):
        rates, names = (5.0 + number,), ("sse", "long_polling")
        make_run(
            run, names=names, clients=(3,), rates=rates, repeats=2, spoil=False, duration_s=0.5
        )
        file = store.open_run(run).file
        measured = [name for name in file.patterns if name not in file.not_measured]
        code = identities.identities(catalog.select(measured), {})
        here = dataclasses.replace(file, environment=environment.facts(), code=code)
        write_recorded(run, "run.json", here)
    evaluate(runs[0])
    return runs


def content_of(run: Path) -> dict[str, str]:
    """What a run consists of."""
    paths = [path for path in run.rglob("*") if path.relative_to(run).parts[0] not in DERIVED]
    return {str(path.relative_to(run)): _content(path) for path in paths if not path.is_dir()}


def _content(path: Path) -> str:
    if not path.is_file() or not os.access(path, os.R_OK):
        return "nothing that can be read"
    return hashlib.sha256(path.read_bytes()).hexdigest()


Bench = Callable[..., tuple[int, str]]


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Bench:
    """A command of a run in this process, without figures: its exit code and its errors."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(figures, "kinds", list)

    def run(command: str, folder: Path, other: Path) -> tuple[int, str]:
        more = [str(other)] if command == "compare" else []
        code, _, said = bench_main([command, str(folder), *more], monkeypatch, capsys)
        return code, said

    return run


@pytest.mark.parametrize("command", ["verify", *COMMANDS])
def test_what_is_not_damaged_is_accepted(
    originals: tuple[Path, Path], bench: Bench, command: str
) -> None:
    assert bench(command, originals[0], originals[0]) == (0, "")


def test_damage_is_named_in_one_line(
    originals: tuple[Path, Path], tmp_path: Path, bench: Bench
) -> None:
    original, other = originals
    run, wrong = tmp_path / "run", []
    for number in range(CASES):
        dice = random.Random(f"{SEED}-{number}")
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(original, run)
        if dice.random() < EVALUATED_ANEW:
            (run / evaluation_cache.NAME).unlink()
        old = dice.random() < WITHOUT_DIGESTS
        if old:
            damage.without_digests(run)
        before = content_of(run)
        done = dice.choice(damage.KINDS)(run, dice, other)
        words = f"case {number}{' without digests' * old}: {done}"
        changed = content_of(run) != before
        chosen = COMMANDS if ALL_COMMANDS else (dice.choice(COMMANDS),)
        for command in ("verify", *chosen):
            code, said = bench(command, run, original)
            fine = {0, 2, 3} if old else {0, 2}  # a changed value can void every trial
            if code not in fine or said.count("\n") > 1 or "Traceback" in said:
                wrong.append(f"{words}: {command}: exit {code}: {said}")
            if command == "verify" and changed and not old and code != 2:
                wrong.append(f"{words}: not found by verify")
    print(f"{CASES} cases, DAMAGED_SEED={SEED}")
    assert not wrong, f"DAMAGED_SEED={SEED}\n" + "\n".join(wrong)
