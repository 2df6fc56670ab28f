"""An evaluated run is kept and read again: exactly the same, or made anew."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from make_run import make_claims_run, make_run

from bench.analysis import kept
from bench.analysis.evaluated import Evaluated
from bench.results import evaluation_cache, verify
from bench.results.evaluation import evaluate
from bench.results.evaluation_cache import NAME, encoded
from bench.results.store import StoredTrial, open_run

ROOT = Path(__file__).parents[2]


def as_bytes(evaluated: Evaluated) -> bytes:
    """All numbers of an evaluated run, NaNs included."""
    return encoded(kept.kept(evaluated))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with failed, void and doubtful trials."""
    folder = tmp_path_factory.mktemp("results") / "run"
    names = ("sse", "long_polling", "websocket")
    return make_run(folder, names=names, clients=(4,), repeats=2, duration_s=0.5)


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "run"))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The trials whose raw data is read."""
    found: list[str] = []
    original = StoredTrial.data

    def counted(self: StoredTrial) -> object:
        found.append(self.folder.name)
        return original(self)

    monkeypatch.setattr(StoredTrial, "data", counted)
    return found


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: make_run(folder, names=("sse", "long_polling"), duration_s=0.5),
        lambda folder: make_run(folder, names=("sse",), repeats=1, spoil=False, duration_s=0.2),
        lambda folder: make_claims_run(folder, "N2,N3,N16", 2, duration="1s"),
    ],
    ids=["spoiled", "one trial", "claims"],
)
def test_what_was_kept_is_what_is_made_anew(
    make: Callable[[Path], Path], tmp_path: Path, reads: list[str]
) -> None:
    folder = make(tmp_path / "run")
    first = evaluate(folder)
    reads.clear()
    second = evaluate(folder)
    assert reads == []
    assert as_bytes(second) == as_bytes(first)
    for one, other in zip(first.experiments, second.experiments, strict=True):
        parts = ("experiment", "patterns", "places", "levels", "not_measured", "planned")
        assert all(getattr(one, part) == getattr(other, part) for part in parts)
        assert [group.load for group in one.groups] == [group.load for group in other.groups]
        assert [claim.remedy for claim in one.claims] == [claim.remedy for claim in other.claims]
        assert list(one.grid) == list(other.grid)
    assert (first.file, first.unfinished) == (second.file, second.unfinished)


def damaged(raw: bytes, where: int) -> bytes:
    return raw[:where] + bytes([raw[where] ^ 1]) + raw[where + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: b"",
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw + b"\0",
        lambda raw: b"\xff" * 100,
        lambda raw: b'{"key": 1}',
        lambda raw: damaged(raw, 3),
        lambda raw: damaged(raw, len(raw) // 2),
        lambda raw: damaged(raw, len(raw) - 9),
    ],
)
def test_a_damaged_cache_is_made_anew(
    run: Path, reads: list[str], spoil: Callable[[bytes], bytes]
) -> None:
    first = evaluate(run)
    whole = (run / NAME).read_bytes()
    (run / NAME).write_bytes(spoil(whole))
    reads.clear()
    assert as_bytes(evaluate(run)) == as_bytes(first)
    assert reads
    assert (run / NAME).read_bytes()[-500:] == whole[-500:]


def test_a_folder_in_its_place_is_left_alone(run: Path) -> None:
    (run / NAME).mkdir()
    assert evaluate(run).trials
    assert not (run / f"{NAME}.tmp").exists()


def test_the_cache_of_another_run_is_not_read(run: Path, tmp_path: Path) -> None:
    other = make_run(tmp_path / "other", names=("sse",), repeats=2, spoil=False, duration_s=0.2)
    evaluate(other)
    shutil.copy(other / NAME, run / NAME)
    assert len(evaluate(run).trials) == 6


def test_a_changed_file_makes_it_stale(run: Path, reads: list[str]) -> None:
    evaluate(run)
    reads.clear()
    samples = next((run / "trials").glob("*/samples.parquet"))
    status = samples.stat()
    os.utime(samples, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    evaluate(run)
    assert reads


def test_changed_code_makes_it_stale(
    run: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate(run)
    reads.clear()
    monkeypatch.setattr(evaluation_cache, "_code", lambda: "another")
    evaluate(run)
    assert reads


def test_what_was_opened_before_the_run_grew_is_not_kept_for_it(run: Path) -> None:
    stored = open_run(run)
    before = dataclasses.replace(stored, trials=stored.trials[:3])
    assert len(evaluate(before).trials) == 3
    assert len(evaluate(run).trials) == 6


def test_a_run_that_cannot_be_written_to_is_evaluated(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("bench.results.jsonfile.stage", refused)
    assert evaluate(run).trials
    assert not (run / NAME).exists()


def test_it_is_no_part_of_the_record(run: Path) -> None:
    before = verify.verify(run).files
    evaluate(run)
    found = verify.verify(run)
    assert (found.problems, found.files) == ((), before)


def test_all_code_that_evaluation_imports_is_in_the_key() -> None:
    """In a process of its own: what is loaded after an evaluation stands in a hashed folder."""
    script = """
import sys
from bench import catalog
from bench.results import evaluation, evaluation_cache
catalog.experiments()
hashed = tuple(f"bench.{floor}" for floor in evaluation_cache.FLOORS) + ("scenarios",)
own = [name for name in sys.modules if name.startswith(("bench.", "scenarios."))]
print([name for name in own if not name.startswith(hashed) and name.count(".") > 1], len(own))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    strays, count = done.stdout.rsplit(" ", 1)
    assert (strays, int(count) > 50) == ("[]", True), done.stdout
