"""The board: told as progress is, read only when asked, and seldom."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from bench import catalog
from bench.analysis.live import Shown
from bench.model.fault import FaultDone
from bench.model.readings import Reading
from bench.model.records import MeterRow, TrialFile
from bench.model.samples import COMMON_OPERATIONS, DTYPE
from bench.model.trial import Trial
from bench.run.startup import CLIENT_ROWS
from bench.run.watching.board import EVERY_NS, Board

PATTERN = "notifications/sse"
T0_NS, T1_NS = 100_000_000_000, 110_000_000_000


class Inner:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *_: self.told.append(name)


class Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.now_ns = T0_NS + 3_500_000_000

    def __call__(self) -> int:
        return self.now_ns


def trial(number: int = 0) -> Trial:
    load = catalog.experiments()["notifications"].load
    return Trial(number, PATTERN, {}, 1, 1, load().values())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def running(tmp_path: Path) -> Any:
    """A trial in its window: one delivery in each of three seconds, a meter, a fault."""
    operations = [*COMMON_OPERATIONS, *catalog.experiments()["notifications"].operations]
    made = np.zeros(3, DTYPE)
    made["operation"] = operations.index("delivery")
    made["done_ns"] = [T0_NS + place * 1_000_000_000 + 1 for place in range(3)]
    made["intended_ns"] = made["done_ns"] - 2_000_000
    (tmp_path / CLIENT_ROWS).write_bytes(made.tobytes())
    meters = [
        MeterRow("server", mark, Reading(T0_NS + at_ns, at_ns // 2, 0, 0), "server")
        for at_ns, mark in ((0, "t0"), (1_000_000_000, ""))
    ]
    return SimpleNamespace(
        trial=trial(),
        folder=tmp_path,
        parts=[],
        t0_ns=T0_NS,
        t1_ns=T1_NS,
        meters=SimpleNamespace(rows=meters),
        timeline=SimpleNamespace(done=[FaultDone("server", "stop", 10**9, 2 * 10**9, 10**9)]),
    )


def board_of(clock: Clock, known: Any = lambda _: None) -> tuple[Board, Inner]:
    inner = Inner()
    board = Board(inner, {PATTERN: "SSE"}, known, clock)  # type: ignore[arg-type]
    board.run_begins([trial(0), trial(1)], Path("results/a-run"))
    board.trial_begins(trial(0))
    return board, inner


def shown(board: Board) -> Any:
    return msgspec.json.decode(board.snapshot())


def test_everything_is_passed_on(clock: Clock, running: Any) -> None:
    board, inner = board_of(clock)
    board.phase("start", running)
    board.trials_added([trial(2)], "again")
    board.says("starting RabbitMQ")
    board.trial_ends(TrialFile(1, trial(0), "ok"))
    assert inner.told == [
        *("run_begins", "trial_begins", "phase", "trials_added", "says", "trial_ends"),
    ]


def test_a_snapshot_says_what_is_known(clock: Clock, running: Any) -> None:
    board, _ = board_of(clock)
    board.phase("window", running)
    found = shown(board)
    now = found["trial"]
    assert (found["run"], now["place"], now["planned"], now["phase"]) == ("a-run", 1, 2, "window")
    assert (now["title"], now["outcomes"]) == ("SSE", "deliveries")
    assert (now["now_s"], now["window_s"]) == (3.5, 10.0)
    assert [one["outcomes"] for one in now["points"]] == [1, 1]
    assert [one["most_ms"] for one in now["points"]] == [2.0, 2.0]
    assert now["cpu"] == {"server": [{"end_s": 1.0, "share": 0.5}]}
    assert [one["name"] for one in now["faults"]] == ["server:stop"]


def test_before_the_window_is_fixed_there_are_no_numbers(clock: Clock, running: Any) -> None:
    board, _ = board_of(clock)
    running.t0_ns = 0
    board.phase("connect", running)
    now = shown(board)["trial"]
    assert (now["now_s"], now["points"], now["cpu"], now["faults"]) == (None, [], {}, [])


def test_nothing_is_read_more_than_once_a_second(clock: Clock, running: Any) -> None:
    board, _ = board_of(clock)
    board.phase("window", running)
    first = board.snapshot()
    (running.folder / CLIENT_ROWS).unlink()
    clock.now_ns += EVERY_NS - 1
    assert board.snapshot() is first
    clock.now_ns += 1
    assert shown(board)["number"] == 2


def test_nothing_is_read_while_the_window_begins_or_ends(clock: Clock, running: Any) -> None:
    board, _ = board_of(clock)
    board.phase("window", running)
    first = board.snapshot()
    for at_ns in (T0_NS, T1_NS):
        for off_ns in (-50_000_000, 0, 100_000_000):
            clock.now_ns = at_ns + off_ns
            board._made_ns = 0
            assert board.snapshot() is first
    clock.now_ns = T1_NS + 200_000_000
    assert board.snapshot() is not first


def test_what_is_over_stays_in_view(clock: Clock, running: Any) -> None:
    table = Shown("so far", ["pattern"], [["SSE"]])
    board, _ = board_of(clock, lambda _: table)
    board.phase("window", running)
    board.snapshot()
    board.trial_ends(TrialFile(1, trial(0), "failed", "the server died"))
    clock.now_ns += 2 * EVERY_NS
    found = shown(board)
    assert found["trial"] is None
    assert [one["outcome"] for one in found["ended"]] == ["failed: the server died"]
    assert list(found["curves"]) == [PATTERN]
    assert found["tables"] == [{"title": "so far", "headers": ["pattern"], "rows": [["SSE"]]}]


def test_a_void_trial_says_why(clock: Clock, running: Any) -> None:
    board, _ = board_of(clock)
    record = TrialFile(1, trial(0), "ok", disturbed=["steal time 9%, limit 2%"], is_void=True)
    board.trial_ends(record)
    assert shown(board)["ended"][0]["outcome"] == "void: steal time 9%, limit 2%"


def test_a_table_that_cannot_be_made_ends_no_run(clock: Clock) -> None:
    def fails(_: TrialFile) -> Shown:
        raise ValueError

    board, _ = board_of(clock, fails)
    board.trial_ends(TrialFile(1, trial(0), "ok"))
    assert shown(board)["tables"] == []
