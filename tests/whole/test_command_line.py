"""What every command line is asked first: its version, its help, completion by the shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench import __version__
from bench.cli import completion
from bench.cli.main import application


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version(option: str) -> None:
    said = CliRunner().invoke(application(), [option])
    assert (said.exit_code, said.stdout) == (0, f"patternbench {__version__}\n")


@pytest.mark.parametrize("arguments", [[], ["run"], ["capacity"]])
def test_help_has_a_short_form(arguments: list[str]) -> None:
    short, long = (CliRunner().invoke(application(), [*arguments, one]) for one in ("-h", "--help"))
    assert short.exit_code == 0
    assert short.stdout == long.stdout
    assert "-h, --help" in short.stdout


@pytest.mark.parametrize(
    ("offer", "begun", "offered"),
    [
        (completion.names, "notif", ["notifications"]),
        (
            completion.names,
            "notifications/w",
            ["notifications/websocket", "notifications/websocket_proxied"],
        ),
        (completion.names, "nothing/", []),
        (completion.patterns, "multipath/t", ["multipath/tcp"]),
        (completion.settings, "event", ["event_rate="]),
    ],
)
def test_what_a_shell_may_offer(offer: object, begun: str, offered: list[str]) -> None:
    assert callable(offer)
    assert offer(begun) == offered


def test_a_shell_is_offered_the_patterns_of_an_experiment() -> None:
    words = "bench run notifications/sse_h"
    said = subprocess.run(
        [str(Path(sys.executable).with_name("bench"))],
        env={
            **os.environ,
            "_BENCH_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": "2",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.stdout.split(), said.stderr) == (["notifications/sse_http2"], "")
