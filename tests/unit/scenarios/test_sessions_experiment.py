"""The account of `sessions`: which workflows were open, broke, and were served elsewhere."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import EXPERIMENTS, METRICS
from unit_builders import SECOND, data, table

from bench.model import samples
from bench.model.errors import UsageError
from bench.model.fault import FaultDone
from bench.model.metric import Counts
from bench.plan.trials import loads_of
from scenarios.sessions._primes import is_prime as by_division
from scenarios.sessions._workflow import (
    FOREIGN,
    WRONG,
    Broken,
    Workflow,
    first_number,
    item_text,
)
from targets.sessions._numbers import is_prime

EXPERIMENT = EXPERIMENTS["sessions"]
OPERATIONS = ("call", "workflow", "served", "connect", "tick")
CALL, WORKFLOW, SERVED = range(3)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"patience": "30s"}, "patience=30s: longer than drain=20s"),
        ({"idle_from": "9s", "idle_for": "2s"}, "idle_for=2s: nobody would ask until 11s"),
        ({"backends": "0"}, "backends"),
        ({"algorithm": "none"}, "algorithm"),
        ({"item": "4B"}, "item"),
        ({"item": "1kB", "steps": "11"}, "a basket of steps=11 would take 11kB"),
    ],
)
def test_loads_that_cannot_be_had_are_refused_in_one_line(
    settings: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


# --- what a visitor sees ----------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 99_999))
def test_names_differ_between_trials_and_are_as_long(first: int, second: int, later: int) -> None:
    numbers = [first_number(seed) + later for seed in (first, second)]
    assert [len(str(number)) for number in numbers] == [6, 6]
    assert (numbers[0] == numbers[1]) == ((first - second) % 800_000 == 0)


@given(st.integers(0, 999), st.integers(0, 99), st.integers(0, 63), st.integers(16, 200))
def test_an_item_bears_its_visitors_name(client: int, number: int, place: int, size: int) -> None:
    flow = Workflow(client, number, size, 0)
    item = item_text(flow.name, place, size)
    assert len(item) == size
    assert item.startswith(f"{flow.name}-")
    flow.check(item, [item])


@pytest.mark.parametrize(
    ("body", "reason"),
    [("", WRONG), ("3.1-0-\n3.1-1-", WRONG), ("3.10-0-", FOREIGN), ("3.1-0-\n4.1-1-", FOREIGN)],
)
def test_another_basket_breaks_the_workflow(body: str, reason: str) -> None:
    with pytest.raises(Broken) as broken:
        Workflow(3, 1, 24, 0).check(body, ["3.1-0-"])
    assert broken.value.reason == reason


@given(st.integers(0, 1_000_000))
def test_backends_and_clients_agree_on_primes(number: int) -> None:
    """The test of Miller and Rabin against trial division."""
    assert is_prime(number) == by_division(number)


@pytest.mark.parametrize("number", [3_215_031_749, 3_215_031_743, 25_326_001, 3_215_031_721])
def test_large_numbers_are_tested_too(number: int) -> None:
    assert is_prime(number) == all(number % one for one in range(2, math.isqrt(number) + 1))


# --- what became of workflows -----------------------------------------------------------------


def workflow(
    client: int, logged_in: float, end: float, outcome: int = samples.OK, reason: int = 0
) -> dict[str, int]:
    """Times in s; `reason` as in the row."""
    at = round(logged_in * SECOND)
    return {
        "operation": WORKFLOW,
        "outcome": outcome,
        "client": client,
        "intended_ns": at - 1,
        "sent_ns": at,
        "first_byte_ns": at,
        "done_ns": round(end * SECOND),
        "bytes_down": reason,
    }


def served(client: int, at: float, backend: int) -> dict[str, int]:
    times = dict.fromkeys(
        ("intended_ns", "sent_ns", "first_byte_ns", "done_ns"), round(at * SECOND)
    )
    return {"operation": SERVED, "client": client, "bytes_up": backend, **times}


def restarts(*seconds: float, for_s: float = 0.1) -> list[FaultDone]:
    return [
        FaultDone(
            "backend",
            "restart",
            round(at * SECOND),
            None,
            began_ns=round(at * SECOND),
            ended_ns=round((at + for_s) * SECOND),
        )
        for at in seconds
    ]


def trial(*rows: dict[str, int], faults: Any = (), **more: Any) -> Any:
    return data(
        table(rows),
        load={"clients": 1},
        operations=OPERATIONS,
        outcome_operation="call",
        faults=faults,
        **more,
    )


def metric(found: Any, key: str) -> float:
    return METRICS[key].function(found)


LOST, GAVE_UP, SAW_ANOTHERS = 1, 2, 3


def test_the_account_of_workflows_is_whole() -> None:
    found = trial(
        workflow(0, 0.1, 0.5),
        workflow(1, 0.1, 0.5),
        workflow(2, 0.1, 0.6, samples.FAILED, LOST),
        workflow(3, 0.1, 0.7, samples.FAILED, GAVE_UP),
        workflow(4, 0.1, 0.7, samples.FAILED, SAW_ANOTHERS),
        workflow(5, 0.1, 1.0, samples.PENDING),
    )
    shares = [metric(found, key) for key, _ in EXPERIMENT.account]
    assert shares == pytest.approx([0.4, 0.2, 0.2, 0.2])
    assert metric(found, "leaked") == 1
    assert metric(found, "broken_workflows") == 3
    for key, _ in EXPERIMENT.account:
        counts = METRICS[key].counts
        assert counts is not None
        assert counts(found).of == 5  # type: ignore[union-attr]


def test_open_is_who_was_logged_in_when_the_backend_died() -> None:
    found = trial(
        workflow(0, 0.1, 0.4, samples.FAILED, LOST),  # open, broken
        workflow(1, 0.1, 0.5),  # open, whole
        workflow(2, 0.1, 0.2),  # had ended
        workflow(3, 0.35, 0.5, samples.FAILED, LOST),  # came later
        workflow(4, 0.1, 1.0, samples.PENDING),  # was served afterwards, under way at the end
        served(4, 0.6, 1),
        workflow(5, 0.1, 1.0, samples.PENDING),  # nobody knows
        {**workflow(6, 0.0, 0.5), "first_byte_ns": 0},  # was not logged in
        faults=restarts(0.3),
    )
    assert metric(found, "open_workflows") == 3
    assert metric(found, "open_broken_share") == pytest.approx(1 / 3)


def test_what_breaks_belongs_to_the_restart_before_it() -> None:
    found = trial(
        workflow(0, 0.1, 0.8, samples.FAILED, LOST),
        workflow(1, 0.4, 0.7, samples.FAILED, LOST),
        faults=restarts(0.3, 0.6),
    )
    assert metric(found, "open_workflows") == 3
    assert metric(found, "open_broken_share") == pytest.approx(2 / 3)


def test_restarts_that_overlap_are_one() -> None:
    rows = (workflow(0, 0.1, 0.8, samples.FAILED, LOST), workflow(1, 0.1, 0.9))
    both = trial(*rows, faults=restarts(0.3, 0.35))
    assert metric(both, "open_workflows") == 2
    assert metric(both, "open_broken_share") == 0.5


def test_moved_is_whom_another_backend_serves_afterwards() -> None:
    found = trial(
        workflow(0, 0.1, 0.9),
        *(served(0, 0.2, 1), served(0, 0.5, 1)),
        workflow(1, 0.1, 0.9),
        *(served(1, 0.2, 1), served(1, 0.5, 2)),
        workflow(2, 0.1, 0.5, samples.FAILED, LOST),
        served(2, 0.2, 0),
        workflow(3, 0.1, 0.9),  # served by nobody before
        served(3, 0.5, 0),
        faults=restarts(0.3),
    )
    assert metric(found, "moved_workflow_share") == pytest.approx(2 / 3)


def test_without_faults_nothing_is_said_of_them() -> None:
    found = trial(workflow(0, 0.1, 0.5))
    assert metric(found, "open_workflows") == 0
    for key in ("open_broken_share", "moved_workflow_share", "kept_throughput"):
        assert math.isnan(metric(found, key))
    assert math.isnan(metric(trial(), "whole_share"))


def call(at: float, up: int = 100, down: int = 300) -> dict[str, int]:
    times = dict.fromkeys(
        ("intended_ns", "sent_ns", "first_byte_ns", "done_ns"), round(at * SECOND)
    )
    return {"operation": CALL, **times, "bytes_up": up, "bytes_down": down}


def test_throughput_during_a_stop_is_over_that_of_the_rest() -> None:
    # 8 in 0.8 s, and 1 in the 0.2 s of the stop: 5 a second are half of 10.
    times = [0.05 + 0.1 * number for number in range(4)] + [0.65 + 0.08 * n for n in range(4)]
    rows = [call(at) for at in (*times, 0.5)]
    found = trial(*rows, faults=restarts(0.4, for_s=0.2))
    assert metric(found, "kept_throughput") == pytest.approx(0.5)


def test_bytes_are_those_of_requests_and_answers() -> None:
    assert metric(trial(call(0.1), call(0.2, 200, 600)), "request_bytes") == 600
    assert math.isnan(metric(trial(), "request_bytes"))


def test_operations_are_those_of_all_backends() -> None:
    counted = {
        "t0": {"backend.0.served": 10.0, "backend.0.store_operations": 5.0},
        "t1": {
            "backend.0.served": 30.0,
            "backend.0.store_operations": 25.0,
            "backend.1.served": 20.0,
            "backend.1.store_operations": 40.0,
        },
    }
    found = trial(call(0.1), counted=counted)
    assert metric(found, "store_operations_per_request") == pytest.approx(60 / 40)
    assert METRICS["store_operations_per_request"].counts(found) == Counts(60, 40, "count")
    again = trial(call(0.1), counted=counted, faults=restarts(0.3))
    assert math.isnan(metric(again, "store_operations_per_request"))


def test_shares_that_are_counted_are_what_they_count() -> None:
    found = trial(
        workflow(0, 0.1, 0.5, samples.FAILED, LOST),
        served(0, 0.2, 0),
        workflow(1, 0.1, 0.5),
        *(served(1, 0.2, 0), served(1, 0.45, 0)),
        faults=restarts(0.3),
    )
    for key in ("open_broken_share", "moved_workflow_share"):
        counts = METRICS[key].counts
        assert counts is not None
        counted = counts(found)
        assert counted is not None
        assert counted.hits / counted.of == metric(found, key) == 0.5
    assert np.count_nonzero(found.rows["outcome"] == samples.FAILED) == 1
