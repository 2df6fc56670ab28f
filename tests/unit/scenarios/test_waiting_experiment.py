"""The declaration of `waiting`: what a load asks of a machine, SYNC-1, its metrics."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from measured import EXPERIMENTS, METRICS
from unit_builders import MS, SECOND, data, reading, row, table

from bench.model.errors import UsageError
from bench.model.metric import Counts
from bench.plan.trials import loads_of
from scenarios.waiting import load as waiting_load
from scenarios.waiting.load import LOAD, check_machine, threads_allowed

EXPERIMENT = EXPERIMENTS["waiting"]


@pytest.mark.parametrize(
    ("waits", "at_once", "under_way"), [(100, 0, 100), (100, 7, 7), (5, 10, 5), (1, 0, 1)]
)
def test_all_waits_are_under_way_unless_the_load_says_less(
    waits: int, at_once: int, under_way: int
) -> None:
    assert LOAD(waits=waits, at_once=at_once).own.under_way == under_way


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"waits": "0"}, "waits"),
        ({"waits": "10001"}, "waits"),
        ({"wait_time": "2min"}, "wait_time"),
        ({"work": "sleep"}, "work"),
        ({"clients": "2"}, "clients"),
    ],
)
def test_waits_that_cannot_be_had_are_refused_in_one_line(
    settings: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def allow(monkeypatch: pytest.MonkeyPatch, folder: Path, threads: str) -> None:
    """A system that allows so many threads."""
    bound = folder / "pids.max"
    bound.write_text(f"{threads}\n")
    monkeypatch.setattr(
        waiting_load, "LIMITS", ((str(bound), "pids.max", 1), (f"{bound}.none", "other", 1))
    )


@pytest.mark.parametrize(
    ("pattern", "waits", "at_once", "is_refused"),
    [
        ("client_threads", 801, 0, True),
        ("client_threads", 800, 0, False),
        ("client_threads", 5000, 800, False),
        ("client_async", 5000, 0, False),
        ("client_blocking", 10_000, 0, False),
    ],
)
def test_more_threads_than_the_system_allows_are_one_line(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    pattern: str,
    waits: int,
    at_once: int,
    is_refused: bool,
) -> None:
    allow(monkeypatch, tmp_path, "1000")
    asked = LOAD(waits=waits, at_once=at_once)
    if not is_refused:
        check_machine(pattern, asked)
        return
    with pytest.raises(UsageError) as refused:
        check_machine(pattern, asked)
    assert str(refused.value) == (
        "waits=801: client_threads needs 801 threads, and this system allows 800 (pids.max); use "
        "fewer waits, or at_once=800"
    )


def test_a_system_without_a_bound_of_its_own_has_that_of_its_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allow(monkeypatch, tmp_path, "max")
    monkeypatch.setattr(waiting_load.resource, "getrlimit", lambda _: (500, 700))
    assert threads_allowed() == (500, "ulimit -Hu")


def test_more_connections_than_descriptors_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_load.resource, "getrlimit", lambda _: (1024, 1024))
    check_machine("client_blocking", LOAD(waits=5000))
    with pytest.raises(UsageError, match="client_io_uring needs 5,000 connections"):
        check_machine("client_io_uring", LOAD(waits=5000))


def predicted(pattern: str, other_ms: float = math.nan, **load: Any) -> float:
    (law,) = EXPERIMENT.predictions_for(pattern)
    (other,) = law.calibration
    facts = {other.key("makespan_mean"): other_ms}
    return law(LOAD(warmup_s=0.3, drain_s=30.0, **load), facts)


def test_sync1_of_blocking_calls_is_the_sum_of_all_waits() -> None:
    """200 waits of 1 ms took 240 ms: each costs 0.2 ms."""
    pattern = "client_blocking"
    assert predicted(pattern, 240, waits=100, wait_time_s=0.02) == pytest.approx(2020)
    assert predicted(pattern, 190, waits=100, wait_time_s=0.02) == pytest.approx(2000)
    assert math.isnan(predicted(pattern, waits=100, wait_time_s=0.02))
    assert math.isnan(predicted(pattern, 240, waits=100, wait_time_s=0.001))
    assert math.isnan(predicted(pattern, 240, waits=100, wait_time_s=0.02, work="hash"))


@pytest.mark.parametrize(
    ("waits", "at_once", "makespan_ms"),
    [(1000, 0, 220), (100, 0, 202), (100, 50, 402), (101, 50, 602.02), (20, 100, 200.4)],
)
def test_sync1_of_the_others_takes_each_waits_cost_from_a_burst(
    waits: int, at_once: int, makespan_ms: float
) -> None:
    """1,200 waits of 200 ms took 224 ms: each costs 20 us."""
    for pattern in ("client_threads", "client_async", "client_io_uring"):
        found = predicted(pattern, 224, waits=waits, at_once=at_once, wait_time_s=0.2)
        assert found == pytest.approx(makespan_ms)


def test_sync1_says_nothing_of_the_burst_itself_nor_without_it() -> None:
    assert math.isnan(predicted("client_async", 224, waits=1200, wait_time_s=0.2))
    assert math.isnan(predicted("client_async", waits=1000, wait_time_s=0.2))


OPERATIONS = ("batch", "wait", "connect", "tick")
ASKED = {"clients": 1, "waits": 10, "wait_time_s": 0.1, "work": "hash"}


def batches(**load: Any) -> Any:
    """Two batches of 100 and 300 ms, with 40 ms of work in each."""
    rows = table(
        {
            **row("delivery"),
            "operation": 0,
            "sequence": number,
            "intended_ns": 0,
            "done_ns": done_ms * MS,
            "bytes_up": 400,
            "bytes_down": 40_000,
        }
        for number, done_ms in enumerate((100, 300))
    )
    marks = {
        "idle": {"caller": reading(0, 0, 1_000_000)},
        "t0": {"caller": reading(0, 0, 1_000_000)},
        "t1": {"caller": reading(SECOND, 60 * MS, 1_500_000)},
        "end": {"caller": reading(SECOND, 60 * MS, 1_500_000)},
    }
    unit = {"caller.unit_ns": 100_000.0}
    counted = {
        "t0": {"caller.harness_ns": 5.0, **unit},
        "end": {"caller.harness_ns": 20.0 * MS + 5},
    }
    return data(
        rows,
        load=ASKED | load,
        operations=OPERATIONS,
        outcome_operation="batch",
        marks=marks,
        counted=counted,
    )


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("makespan_in_waits", 2.0),
        ("work_units_per_event", 400.0),
        ("work_share", 0.2),
        ("caller_cpu_us_per_wait", 2000.0),
        ("caller_memory_bytes_per_wait", 50_000.0),
    ],
)
def test_what_a_batch_takes(metric: str, value: float) -> None:
    assert METRICS[metric].function(batches()) == pytest.approx(value)


def test_a_share_of_nothing_is_known_by_what_there_was_room_for() -> None:
    idle = batches()
    idle.outcomes["bytes_up"], idle.outcomes["bytes_down"] = 0, 0
    assert METRICS["work_share"].counts(idle) == Counts(0, 4_000, "count")
    assert METRICS["work_share"].counts(batches()) == Counts(800, 4_000, "count")
    assert METRICS["work_share"].counts(batches(work="none")) is None


def test_without_work_there_is_no_share_of_it() -> None:
    assert math.isnan(METRICS["work_share"].function(batches(work="none")))
    assert math.isnan(METRICS["work_units_per_event"].function(batches(work="none")))
