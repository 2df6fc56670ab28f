"""Digests of a run's files: what is found, and what an interruption leaves.

Folders hold a few bytes each; nothing is measured.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from unit_builders import trial

from bench.model.errors import UsageError
from bench.model.records import RunFile, TrialFile
from bench.results import additions, digests, store, verify

NEWER = "results version 7, this patternbench reads up to 1; install a newer patternbench"
PLANNED = [trial(number, repeat=number + 1) for number in range(3)]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Two of three trials are done; the plan was extended once."""
    folder = tmp_path / "run"
    store.create_run(folder, RunFile(1, "now", "bench run", 1, 3, 1, {}, {}, PLANNED[:2]))
    additions.add(folder, PLANNED[2:], "because")
    for one in PLANNED[:2]:
        finish(folder, one.number)
    return folder


def partial(run: Path, number: int) -> Path:
    folder = store.partial_folder(run, PLANNED[number])
    (folder / "target.log").write_text(f"log {number}")
    (folder / "captures").mkdir()
    (folder / "captures" / "link.pcap").write_bytes(bytes([number]) * 100)
    return folder


def finish(run: Path, number: int) -> Path:
    return store.finish_trial(partial(run, number), TrialFile(1, PLANNED[number], "failed"))


def problems(run: Path) -> list[str]:
    return [line.removeprefix(f"{run}/") for line in verify.verify(run).problems]


def trial_folder(number: int) -> str:
    return f"trials/{PLANNED[number].folder}"


def test_every_file_has_a_digest(run: Path) -> None:
    found = verify.verify(run)
    assert found == verify.Verified((), files=2 + 2 * 3, trials=2, has_digests=True)
    path = run / trial_folder(0) / "captures" / "link.pcap"
    assert digests.of_file(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_reports_are_not_of_the_record(run: Path) -> None:
    (run / "report").mkdir()
    (run / "report" / "index.html").write_text("later")
    assert problems(run) == []


@pytest.mark.parametrize(
    "name",
    [
        "run.json",
        "more-1.json",
        f"{trial_folder(0)}/trial.json",
        f"{trial_folder(1)}/target.log",
        f"{trial_folder(1)}/captures/link.pcap",
    ],
)
def test_each_flipped_bit_is_found(run: Path, name: str) -> None:
    path = run / name
    raw = path.read_bytes()
    for place in range(0, len(raw), 11):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        (line,) = problems(run)
        assert line.startswith(f"{name}: ")
    path.write_bytes(raw)
    assert problems(run) == []


def test_each_flipped_bit_of_the_digests_is_found(run: Path) -> None:
    path = run / digests.NAME
    raw = path.read_bytes()
    for place in range(0, len(raw), 11):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        with pytest.raises(UsageError, match=r"digests\.json: "):
            verify.verify(run)


def swap(run: Path) -> None:
    a, b = (run / trial_folder(number) / "target.log" for number in (0, 1))
    a.rename(run / "aside")
    b.rename(a)
    (run / "aside").rename(b)


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (
            lambda run: (run / "more-1.json").unlink(),
            ["more-1.json: is missing; restore it, or remove the run"],
        ),
        (
            lambda run: (run / "more-2.json").write_text("{}"),
            ["more-2.json: was not recorded; remove it"],
        ),
        (
            lambda run: (run / trial_folder(0) / "more.log").write_text(""),
            [f"{trial_folder(0)}/more.log: was not recorded; remove it"],
        ),
        (
            lambda run: (run / "run.json").write_text('{"version": 7}'),
            [f"run.json: {NEWER}"],
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    run: Path, change: Callable[[Path], object], lines: list[str]
) -> None:
    change(run)
    assert problems(run) == lines


def test_swapped_files_are_named_with_their_places(run: Path) -> None:
    swap(run)
    a, b = (f"{trial_folder(number)}/target.log" for number in (0, 1))
    assert problems(run) == [
        f"{a}: holds what {b} should hold; put it back",
        f"{b}: holds what {a} should hold; put it back",
    ]


def test_a_folder_or_a_pipe_is_no_file(run: Path) -> None:
    for number, make in enumerate((Path.mkdir, os.mkfifo)):
        path = run / trial_folder(number) / "target.log"
        path.unlink()
        make(path)
    assert [line.partition(": ")[2] for line in problems(run)] == [
        "is not a file; restore it, or remove the run"
    ] * 2


def test_a_file_that_may_not_be_read_is_named(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, opened = run / trial_folder(1) / "target.log", Path.open

    def refuse(self: Path, *mode: Any, **options: Any) -> Any:
        if self == path:
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *mode, **options)

    monkeypatch.setattr(Path, "open", refuse)
    reason = "cannot be read (Permission denied); check the folder"
    assert problems(run) == [f"{trial_folder(1)}/target.log: {reason}"]


@pytest.mark.parametrize("change", ["delete", "extra"])
def test_a_run_is_not_opened_where_a_trial_is_lost_or_was_put_in(run: Path, change: str) -> None:
    folder = run / trial_folder(0)
    if change == "delete":
        (folder / "trial.json").unlink()
    else:
        (run / "trials" / "foreign").mkdir()
        (run / "trials" / "foreign" / "trial.json").write_text("{}")
    with pytest.raises(UsageError, match=r"trial\.json: (is missing|was not recorded)"):
        store.open_run(run)


def test_a_run_whose_digests_are_lost_is_refused(run: Path) -> None:
    (run / digests.NAME).unlink()
    with pytest.raises(UsageError, match=r"digests\.json: is missing"):
        store.open_run(run)


# --- interruptions -----------------------------------------------------------------------


class Interrupted(Exception):
    """In place of a kill."""


@pytest.fixture
def interrupted(run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Trial 2 is recorded and not yet in place."""
    folder = partial(run, 2)

    def replace(source: Path, place: Path) -> None:
        if place.name == PLANNED[2].folder:
            raise Interrupted
        source.rename(place)

    with monkeypatch.context() as patch:
        patch.setattr(store.os, "replace", replace)
        with pytest.raises(Interrupted):
            store.finish_trial(folder, TrialFile(1, PLANNED[2], "failed"))
    return run


def test_a_trial_that_was_interrupted_on_its_way_is_not_lost(interrupted: Path) -> None:
    assert problems(interrupted) == []
    assert [one.number for one in store.open_run(interrupted).unfinished] == [2]


def test_it_is_made_again(interrupted: Path) -> None:
    folder = partial(interrupted, 2)  # and interrupted again, in mid-trial
    assert problems(interrupted) == []
    store.finish_trial(folder, TrialFile(1, PLANNED[2], "failed"))
    assert problems(interrupted) == []
    assert store.open_run(interrupted).unfinished == []


def test_an_addition_that_was_interrupted_is_added_again(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(source: Path, place: Path) -> None:
        if place.name == "more-2.json":
            raise Interrupted
        source.rename(place)

    with monkeypatch.context() as patch:
        patch.setattr(digests.os, "replace", replace)
        with pytest.raises(Interrupted):
            additions.add(run, [trial(3)], "first")
    assert problems(run) == []
    assert len(store.open_run(run).file.trials) == 3
    additions.add(run, [trial(3), trial(4)], "again")
    assert problems(run) == []
    assert len(store.open_run(run).file.trials) == 5


def test_what_had_changed_when_a_run_went_on_is_kept(run: Path) -> None:
    additions.add(run, [], "continued", ["aiohttp 3.9 / 3.10"])
    assert store.open_run(run).file.unlike == ["aiohttp 3.9 / 3.10"]
    assert len(store.open_run(run).file.trials) == 3
