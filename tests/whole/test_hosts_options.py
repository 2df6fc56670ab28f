"""`bench run --hosts` and `bench worker`: wrong options are one line, before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.cli.main import application
from bench.model.errors import UsageError

RUN = ["run", "notifications/sse"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*RUN, "--listen", "10.0.0.1"], "--listen 10.0.0.1: is for other hosts to join"),
        ([*RUN, "--hosts", "2"], "--hosts 2: name the address of this host"),
        ([*RUN, "--hosts", "0", "--listen", "10.0.0.1"], "--hosts 0: must be at least 1"),
        (
            [*RUN, "--hosts", "2", "--listen", "10.0.0.1", "--link", "wan"],
            "--link: with --hosts the network is the one between the hosts",
        ),
        (
            ["run", "notifications", "--quick", "--hosts", "2", "--listen", "127.0.0.1"],
            "--listen 127.0.0.1: other hosts cannot reach 127.0.0.1",
        ),
        (
            [*RUN, "--hosts", "2", "--listen", "203.0.113.7"],
            "--listen 203.0.113.7:5573: Cannot assign requested address",
        ),
        (["worker"], "--master ADDRESS is missing; copy the line"),
        (["worker", "--master", "10.0.0.1"], "--token TOKEN is missing; copy the line"),
        (
            ["worker", "--master", "10.0.0.1", "--token", "x", "--workers", "0"],
            "--workers 0: must be at least 1",
        ),
        (
            ["worker", "--master", "10.0.0.1:x", "--token", "x"],
            "--master 10.0.0.1:x: not ADDRESS or ADDRESS:PORT",
        ),
    ],
)
def test_a_wrong_option_is_said(arguments: list[str], words: str, tmp_path: Path) -> None:
    results = ["--results", str(tmp_path / "results")] if arguments[0] == "run" else []
    said = CliRunner().invoke(application(), [*arguments, *results])
    assert isinstance(said.exception, UsageError)
    assert words in str(said.exception)
    assert not (tmp_path / "results").exists()
