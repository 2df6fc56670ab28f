"""What a soak calls left over is found where it is, and ended; a command that ends leaves none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from system_builders import ROOT

from bench.tools.soak import left
from bench.tools.soak.case import Case
from bench.tools.soak.harness import MARK, Place, end, living, marked
from bench.tools.soak.lanes import done

LISTENS = """
import socket, sys, time
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    sys.stdin.read()
"""


@contextmanager
def listening(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", LISTENS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(left, "GONE_WITHIN_S", 0.05)
    return Place(tmp_path)


def test_a_process_with_the_mark_is_left_until_it_is_ended(place: Place) -> None:
    first = left.before()
    with listening(place.environment()) as (process, _):
        assert [one.pid for one in marked(place.folder)] == [process.pid]
        (line,) = left.after(first, place)
        assert line.startswith(f"process {process.pid} ")
        end(marked(place.folder))
        process.wait()
        assert left.after(first, place) == []


def test_what_belongs_to_the_same_case_of_another_soak_is_not_ones_own(
    place: Place, tmp_path: Path
) -> None:
    other = Place(tmp_path.with_name(f"{tmp_path.name}0"))
    with listening(other.environment()) as (process, _):
        assert [one.pid for one in marked(other.folder)] == [process.pid]
        assert marked(place.folder) == []


def test_who_is_told_of_the_folder_is_marked_too(place: Place) -> None:
    """Services get an environment of their own."""
    with listening({"HOME": f"{place.temporary}/home"}) as (process, _):
        assert [one.pid for one in marked(place.folder)] == [process.pid]


def test_what_lived_at_the_moment_is_left_without_the_mark_too(place: Place) -> None:
    first = left.before()
    environment = place.environment()
    for name in (MARK, "TMPDIR", "XDG_STATE_HOME"):
        del environment[name]
    with listening(environment) as (process, port):
        assert marked(place.folder) == []
        harness: Any = SimpleNamespace(family=lambda: [psutil.Process(process.pid)])
        seen = left.during(first, harness)
        assert port in seen.ports
        found = left.after(seen, place)
        assert f"port {port} is left open" in found
        assert living(seen.processes)
    assert left.after(seen, place) == []


def test_a_temporary_file_is_left(place: Place) -> None:
    (place.temporary / "patternbench-x").mkdir()
    assert left.folders(place) == ["temporary patternbench-x is left"]


def test_a_command_leaves_nothing(place: Place) -> None:
    answer = place.ask("list")
    assert (answer.code, answer.complaints, answer.tracebacks) == (0, [], 0)
    assert left.folders(place) == []
    assert marked(place.folder) == []


def test_cases_run_side_by_side_and_leave_nothing(tmp_path: Path) -> None:
    """An unknown part breaks in its process; the others go on."""
    scratch = tmp_path / "under-way"
    cases = [Case("none", number) for number in range(3)]
    ended = {case.key: outcome for case, outcome, _ in done(cases, scratch, lanes=2)}
    assert sorted(ended) == ["none/000", "none/001", "none/002"]
    for outcome in ended.values():
        assert outcome.status == "wrong"
        assert outcome.problems[0].startswith("the case itself broke: KeyError: 'none'")
    assert not scratch.exists()


def test_cases_under_way_end_with_their_soak(tmp_path: Path) -> None:
    first, second = Case("none", 0), Case("none", 1)
    under_way = done([first, second], tmp_path / "under-way", lanes=2)
    next(under_way)
    under_way.close()
    assert not (tmp_path / "under-way").exists()
    assert marked(tmp_path) == []


STEPS = """
import os, subprocess, sys, time
from bench.lab.procfs import clock_of
from bench.tools.soak.part_clocks import step
SAYS = "import time; print(time.monotonic(), flush=True); input()"
try:
    step(60)
except OSError as error:
    sys.exit(f"not allowed: {error}")
child = subprocess.Popen(
    [sys.executable, "-S", "-c", SAYS],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: None,
)
ahead = float(child.stdout.readline()) - time.monotonic()
print(clock_of(os.getpid()) == clock_of(child.pid), round(ahead / 10))
child.communicate("go on" + os.linesep)
"""


def test_a_stepped_clock_is_another_clock() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STEPS],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    if "not allowed" in done.stderr:
        pytest.skip(done.stderr)
    assert (done.stdout, done.stderr) == ("False 6\n", "")
