"""What metrics say of an application's connections to its database, on made rows."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from measured import compute
from unit_builders import MS, SECOND, data, events, table

from bench.analysis.trialdata import TrialData
from bench.model import samples

OPERATIONS = ("connect", "query", "wait", "hold")
KEYS = (
    "wait_mean",
    "wait_max",
    "burst_wait_max",
    "hold_mean",
    "burst_makespan",
    "burst_lead",
    "burst_arrival",
    "burst_hold",
    "burst_queries_per_s",
    "database_connections_per_query",
    "database_connections_most",
)


def row(operation: str, client: int, sequence: int, begin: float, end: float, **more: int) -> Any:
    return {
        "operation": OPERATIONS.index(operation),
        "client": client,
        "sequence": sequence,
        "intended_ns": int(begin * MS),
        "done_ns": int(end * MS),
        **more,
    }


def query(
    sequence: int, instant: float, asked: float, got: float, back: float, client: int = 0
) -> list[Any]:
    """A query's three rows; its reply is read 1 ms after the connection is given back."""
    return [
        row("query", client, sequence, instant, back + 1),
        row("wait", client, sequence, asked, got),
        row("hold", client, sequence, got, back),
    ]


def trial(*queries: list[Any], arrivals: str = "bursts", **more: Any) -> TrialData:
    return data(
        table(entry for rows in queries for entry in rows),
        load={"clients": 1, "burst": 2, "arrivals": arrivals},
        operations=OPERATIONS,
        outcome_operation="query",
        events=events(),
        **more,
    )


# Bursts of two on one connection: the second query waits while the first one is under way.
FIRST = (query(0, 100, 101, 101, 111), query(1, 100, 103, 111, 121))
SECOND_BURST = (query(2, 200, 201, 201, 221), query(3, 200, 205, 221, 241))
THIRD = (query(4, 300, 302, 302, 305), query(5, 300, 304, 305, 308))


def test_a_burst_lasts_from_its_instant_to_the_last_reply() -> None:
    found = compute(trial(*FIRST), KEYS)
    assert found["burst_makespan"] == 22
    assert found["burst_lead"] == 1
    assert found["burst_arrival"] == 3
    assert found["burst_queries_per_s"] == pytest.approx(2 / 0.022)
    assert found["burst_wait_max"] == 8
    assert found["wait_mean"] == 4
    assert found["hold_mean"] == found["burst_hold"] == 10


def test_of_several_bursts_it_is_the_median() -> None:
    found = compute(trial(*FIRST, *SECOND_BURST, *THIRD), KEYS)
    assert found["burst_makespan"] == np.median([22, 42, 9])
    assert found["burst_arrival"] == np.median([3, 5, 4])
    assert found["burst_hold"] == np.median([10, 20, 3])
    assert found["hold_mean"] == np.mean([10, 20, 3])
    assert found["burst_wait_max"] == np.median([8, 16, 1])
    assert found["wait_max"] == 16


def test_rows_may_come_in_any_order() -> None:
    in_order = trial(*FIRST, *SECOND_BURST, *THIRD)
    mixed = trial(*(rows[::-1] for rows in (*THIRD, *FIRST, *SECOND_BURST)))
    assert compute(mixed, KEYS[:-2]) == compute(in_order, KEYS[:-2])


def test_bursts_of_several_clients_are_kept_apart() -> None:
    other = (query(0, 100, 101, 101, 131, client=1), query(1, 100, 102, 131, 161, client=1))
    found = compute(trial(*FIRST, *other), KEYS)
    assert found["burst_makespan"] == np.median([22, 62])
    assert found["burst_wait_max"] == np.median([8, 29])


def test_a_burst_that_lacks_an_answer_has_no_makespan() -> None:
    failed = row("query", 0, 3, 200, 900, outcome=samples.FAILED)
    found = compute(trial(*FIRST, SECOND_BURST[0], [failed]), KEYS)
    assert found["burst_makespan"] == 22
    assert found["burst_wait_max"] == 8
    alone = compute(trial(SECOND_BURST[0], [failed]), KEYS)
    assert all(
        math.isnan(alone[key]) for key in ("burst_makespan", "burst_arrival", "burst_wait_max")
    )


def test_bursts_outside_the_window_do_not_count() -> None:
    late = (query(2, 1200, 1201, 1201, 1301), query(3, 1200, 1201, 1301, 1401))
    assert compute(trial(*FIRST, *late), KEYS) == pytest.approx(
        compute(trial(*FIRST), KEYS), nan_ok=True
    )


def test_single_queries_have_waits_but_no_bursts() -> None:
    found = compute(trial(*FIRST, *SECOND_BURST, arrivals="steady"), KEYS)
    assert found["wait_max"] == 16
    assert found["wait_mean"] == (8 + 16) / 4
    assert all(math.isnan(found[key]) for key in KEYS if key.startswith("burst_"))


def test_connections_are_counted_for_all_queries_those_of_the_warm_up_included() -> None:
    warm_up = (query(0, -100, -99, -99, -90), query(1, -100, -99, -90, -80))
    counted = {
        "idle": {"database_connections_opened": 3.0, "database_connections_most": 1.0},
        "end": {"database_connections_opened": 6.0, "database_connections_most": 2.0},
    }
    queries = (*warm_up, *(query(n + 2, 100, 101, 101, 111) for n in range(4)))
    found = compute(trial(*queries, counted=counted), KEYS)
    assert found["database_connections_per_query"] == 0.5
    assert found["database_connections_most"] == 2


def test_a_trial_without_a_database_has_none_of_it() -> None:
    assert all(math.isnan(value) for value in compute(data(), KEYS).values())
    nothing = compute(trial(t1_ns=SECOND), KEYS)
    assert all(math.isnan(value) for value in nothing.values())


SHARES = ("waited_when_busy_share", "waited_when_free_share")


def pooled(*queries: list[Any], size: int, **more: Any) -> TrialData:
    found = trial(*queries, **more)
    return dataclasses.replace(found, load={**found.load, "pool_size": size})


def test_who_finds_all_taken_waits_and_who_does_not_does_not() -> None:
    """Of each two on one connection the second finds it taken; of two connections none does."""
    bursts = (*FIRST, *SECOND_BURST, *THIRD)
    assert compute(pooled(*bursts, size=1), SHARES) == {SHARES[0]: 1, SHARES[1]: 0}
    two = compute(pooled(*bursts, size=2), SHARES)
    assert math.isnan(two[SHARES[0]])
    assert two[SHARES[1]] == 0.5  # the second ones waited for nothing


def test_a_query_that_is_in_line_has_all_taken_before_it() -> None:
    """The third comes while the second still waits and the first is done."""
    line = (query(0, 0, 10, 10, 20), query(1, 0, 11, 21, 30), query(2, 0, 20.5, 30, 40))
    assert compute(pooled(*line, size=1), SHARES) == {SHARES[0]: 1, SHARES[1]: 0}


def test_queries_with_connections_of_their_own_share_no_pool() -> None:
    opened = {"end": {"database_connections_opened": 6.0}}
    found = compute(pooled(*FIRST, size=1, counted=opened), SHARES)
    assert all(math.isnan(value) for value in found.values())
    assert math.isnan(compute(trial(*FIRST), SHARES)[SHARES[0]])
