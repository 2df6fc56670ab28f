"""A results folder of somebody else: what names or links in it lead outside is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from store_builders import a_record, a_run, put
from unit_builders import trial

from bench.model.errors import UsageError
from bench.results import digests, jsonfile, store, verify

SECRET = "not of this run"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "outside").mkdir()
    folder = tmp_path / "results" / "run"
    store.create_run(folder, a_run())
    put(folder, a_record())
    return folder


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(UsageError) as refused:
        act()
    message = str(refused.value)
    assert "\n" not in message
    assert SECRET not in message
    return message


def sealed_again(run: Path, files: dict[str, str]) -> None:
    """As a forger would do it: the seal is right."""
    seal = jsonfile.sha256(msgspec.json.encode(files))
    jsonfile.write_json(run / digests.NAME, digests.DigestsFile(1, files, seal))


NAMES = [
    "../../secret",
    "/etc/passwd",
    "trials/../../../secret",
    "trials/../../x/trial.json",
    "a\0b",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("read", [store.open_run, verify.verify, verify.require_undamaged])
def test_digests_of_files_outside(run: Path, name: str, read: Callable[[Path], object]) -> None:
    known = digests.read(run)
    assert known is not None
    sealed_again(run, {**known, name: "0" * 64})
    message = refusal(lambda: read(run))
    assert message == (
        f"{run / digests.NAME}: names {name!r}, outside of its folder; remove the run"
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("read", [store.open_run, verify.verify])
def test_files_of_a_trial_outside(run: Path, name: str, read: Callable[[Path], object]) -> None:
    (path,) = store.trial_files(run)
    record = jsonfile.read(path, type(a_record()), store.VERSION)
    raw = jsonfile.encoded(dataclasses.replace(record, files={**(record.files or {}), name: "0"}))
    path.write_bytes(raw)
    known = digests.read(run) or {}
    sealed_again(run, {**known, str(path.relative_to(run)): jsonfile.sha256(raw)})
    assert refusal(lambda: read(run)).startswith(f"{path}: names {name!r}, outside of its folder")


def linked(run: Path, name: str) -> Path:
    """Something of the run, moved outside, with a link in its place."""
    path, away = run / name, run.parents[1] / "outside" / "moved"
    path.rename(away)
    path.symlink_to(away)
    return path


@pytest.mark.parametrize(
    "name", ["run.json", "digests.json", "trials", "trials/0000-notifications.sse-r1"]
)
@pytest.mark.parametrize("read", [store.open_run, verify.verify])
def test_a_link_in_place_of_a_file_or_folder(
    run: Path, name: str, read: Callable[[Path], object]
) -> None:
    (path,) = store.trial_files(run)
    name = name if (run / name).exists() else str(path.parent.relative_to(run))
    there = linked(run, name)
    assert refusal(lambda: read(run)).startswith(f"{there}: is a link; ")


@pytest.mark.parametrize("read", [store.open_run, verify.verify])
def test_a_report_that_would_be_written_outside(run: Path, read: Callable[[Path], object]) -> None:
    (run / "report").symlink_to(run.parents[1] / "outside")
    assert refusal(lambda: read(run)).startswith(f"{run / 'report'}: is a link; ")


def test_a_run_whose_own_folder_is_a_link_is_read(run: Path, tmp_path: Path) -> None:
    """Users keep their results where they like."""
    (tmp_path / "link").symlink_to(run)
    assert store.open_run(tmp_path / "link").trials
    assert verify.verify(tmp_path / "link").problems == ()


@pytest.mark.parametrize("word", ["../../../outside", "/outside", "..", "a\0b", "a/../../b"])
def test_no_word_of_a_plan_makes_a_folder_outside(run: Path, word: str) -> None:
    plain = trial(1)
    for evil in (
        dataclasses.replace(plain, pattern=word),
        dataclasses.replace(plain, level={word: 1.0}),
        dataclasses.replace(plain, level={"rtt": word}),
    ):
        folder = store.trial_folder(run, evil)
        assert folder.resolve().parent == (run / "trials").resolve()
        assert "\0" not in folder.name
