"""`bench advise` and `bench constants` as commands: what is printed, refused and kept."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from advice_builders import constants
from typer.testing import CliRunner, Result

from bench.analysis.run_noise import BY_MACHINE
from bench.cli.main import application
from bench.model.errors import UsageError
from bench.results import constants as kept
from bench.results import environment

NAME = "notifications"
WORKLOAD = """
experiment = "notifications"
clients = 200
event_rate = "2/s"
late = "300ms"
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with constants as of this machine."""
    folder = tmp_path_factory.mktemp("results")
    facts = environment.facts()
    machine = {name: str(facts[name]) for name in BY_MACHINE}
    kept.write(folder, dataclasses.replace(constants(), machine=machine))
    return folder


def advise(results: Path, *arguments: str) -> Result:
    return CliRunner().invoke(application(), ["advise", *arguments, "--results", str(results)])


def test_the_answer_is_first_then_why_then_what_is_not_known(results: Path, tmp_path: Path) -> None:
    path = tmp_path / "workload.toml"
    path.write_text(WORKLOAD)
    said = advise(results, str(path))
    assert said.exit_code == 0, said.output
    lines = [line for line in said.stdout.splitlines() if line.strip()]
    assert lines[0].startswith("Use WebSocket (notifications/websocket): ")
    assert lines.index("Why:") < lines.index("What it does not know:")
    assert lines[-1].strip().startswith("bench run notifications/websocket notifications/sse ")


def test_options_say_more_than_the_file(results: Path, tmp_path: Path) -> None:
    path = tmp_path / "workload.toml"
    path.write_text(WORKLOAD)
    said = advise(results, str(path), "--set", "payload=5kB")
    assert said.exit_code == 1
    assert said.stdout.startswith("No answer: the laws say nothing about this workload.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([NAME], "its questions need a terminal; describe the workload in a TOML file"),
        ([NAME, "--set", "payloda=5B"], "payloda=5B: unknown; did you mean payload"),
        (["nothing"], "unknown experiment 'nothing'"),
        (["notifications/sse"], "names a pattern; advice is on notifications"),
        (["disk_reads"], "disk_reads: has no advice; there is "),
        ([NAME, "--seed", "5"], "--seed 5: belongs to --audit"),
        ([NAME, "--audit", "0", "--seed", "1"], "audit=0: must be at least 1"),
        ([NAME, "--audit", "2", "--set", "clients=5"], "--set clients=5: an audit draws"),
        ([NAME, "--audit-run", "nowhere"], "nowhere: is no audit of advice"),
        (["missing.toml"], "missing.toml: not found"),
    ],
)
def test_what_is_wrong_is_said(results: Path, arguments: list[str], words: str) -> None:
    said = advise(results, *arguments)
    assert isinstance(said.exception, UsageError)
    assert words in str(said.exception)


def test_a_wrong_key_names_its_file(results: Path, tmp_path: Path) -> None:
    path = tmp_path / "workload.toml"
    path.write_text(WORKLOAD + 'paylod = "5B"\n')
    said = advise(results, str(path))
    assert str(said.exception) == f"{path}: paylod=5B: unknown; did you mean payload?"


def test_without_constants_the_command_that_measures_them_is_named(tmp_path: Path) -> None:
    said = advise(tmp_path, NAME, "--set", "clients=5")
    assert "`bench constants notifications`" in str(said.exception)


def test_damaged_constants_are_said(tmp_path: Path) -> None:
    facts = environment.facts()
    machine = {name: str(facts[name]) for name in BY_MACHINE}
    kept.path_of(tmp_path, NAME, machine).write_text("{")
    said = advise(tmp_path, NAME, "--set", "clients=5")
    assert isinstance(said.exception, UsageError)
    assert str(tmp_path) in str(said.exception)


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    found = constants("far")
    kept.write(tmp_path, found)
    assert kept.read(tmp_path, NAME, found.machine) == found
    assert kept.read(tmp_path, "page_load", found.machine) is None
    assert kept.read(tmp_path, NAME, {"cpu": "Other", "cores": 2}) is None
