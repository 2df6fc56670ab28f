"""What every command line is asked first: its version, its help, completion by the shell."""

from __future__ import annotations

import os
import re
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


def test_a_command_begins_without_the_slow_libraries() -> None:
    """Each command would pay for them, also those that only look."""
    slow = "scipy", "pandas", "matplotlib", "locust", "aiohttp"
    program = f"import sys, bench.cli.main; print(*sys.modules.keys() & {set(slow)})"
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == []


@pytest.mark.parametrize(
    ("offer", "begun", "offered"),
    [
        (completion.names, "notif", ["notifications"]),
        (
            completion.names,
            "notifications/w",
            [
                "notifications/websocket",
                "notifications/websocket_own",
                "notifications/websocket_proxied",
            ],
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


def test_a_dry_run_says_what_would_be_started_and_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **_: object) -> None:
        pytest.fail(f"started: {arguments}")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(os, "fork", refuse)
    asked = ["run", "notifications/sse", "connection_pool", "--repeats", "3", "--workers", "1"]
    said = CliRunner().invoke(application(), [*asked, "--dry-run"])
    assert said.exit_code == 0, said.output
    row = r"^notifications/sse +3( \+ \d+ for laws)? +\d+ (s|min) +server, load process *$"
    assert re.search(row, said.output, re.M)
    assert "trials, one after the other, in about " in said.output
    assert re.search(r"^PostgreSQL \(.*: started once, for all trials$", said.output, re.M)
    assert said.output.endswith("nothing was started, and nothing was written\n")
    assert not list(tmp_path.iterdir())


def test_a_dry_run_refuses_what_a_run_would_refuse(tmp_path: Path) -> None:
    asked = ["run", "notifications/sse", "--clients", "1000000", "--results", str(tmp_path / "no")]
    refused = CliRunner().invoke(application(), [*asked, "--dry-run"])
    assert "more connections than one process may hold here" in str(refused.exception)
    assert not list(tmp_path.iterdir())
