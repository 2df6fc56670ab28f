"""What cannot be read of a run is refused, with its name and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from damage import without_digests
from store_builders import a_record, a_run, put

from bench.model.errors import UsageError
from bench.results import store


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    store.create_run(folder, a_run())
    return folder


# --- what cannot be read ----------------------------------------------------------------


def refused(folder: Path) -> str:
    with pytest.raises(UsageError) as error:
        store.open_run(folder)
    message = str(error.value)
    assert "\n" not in message
    return message


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "no-run"
    assert refused(folder) == f"{folder}: folder not found; `ls results` shows the runs"


def test_a_file_is_no_run(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("{}")
    assert refused(path) == f"{path}: a file, not a run; name its folder in results/"


def test_a_folder_without_run_json_is_no_run(tmp_path: Path) -> None:
    assert refused(tmp_path) == f"{tmp_path}: no run.json in it; name a folder of results/"


def test_what_is_no_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "run.json").mkdir()
    path = tmp_path / "run.json"
    assert refused(tmp_path) == f"{path}: is not a file; restore or remove it"


def test_a_newer_version_is_refused_whatever_else_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"version": 2, "unheard": "of"}')
    assert refused(tmp_path) == (
        f"{path}: results version 2, this patternbench reads up to 1; install a newer patternbench"
    )


def test_a_newer_trial_is_refused_too(run: Path) -> None:
    path = put(run, a_record(version=99)) / "trial.json"
    assert refused(run) == (
        f"{path}: results version 99, this patternbench reads up to 1; install a newer patternbench"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Input data was truncated"),
        ('{"version": 1', "Input data was truncated"),
        ("{version: 1}", "JSON is malformed"),
        ("[]", "Expected `object`, got `array`"),
        ("{}", "Object missing required field `version`"),
        ('{"version": 1}', "Object missing required field `created`"),
        ('{"version": "2"}', "Expected `int`, got `str` - at `$.version`"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "run.json").write_text(text)
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path / 'run.json'}: not a results file ({reason}")
    assert message.endswith("); restore or remove it")


def test_an_unknown_status_is_refused(run: Path) -> None:
    path = put(run, a_record()) / "trial.json"
    path.write_text(path.read_text().replace('"ok"', '"fine"'))
    without_digests(run)
    assert refused(run) == (
        f"{path}: not a results file (Invalid enum value 'fine' - at `$.status`); "
        "restore or remove it"
    )


@pytest.mark.parametrize("name", ["samples.parquet", "events.parquet", "meters.parquet"])
def test_broken_raw_data_is_refused(run: Path, name: str) -> None:
    path = put(run, a_record()) / name
    without_digests(run)
    path.write_bytes(b"PAR1 but not for long")
    (stored,) = store.open_run(run).trials
    with pytest.raises(UsageError) as error:
        stored.data()
    assert str(error.value).startswith(f"{path}: cannot be read (")
    assert str(error.value).endswith("); restore or remove it")
