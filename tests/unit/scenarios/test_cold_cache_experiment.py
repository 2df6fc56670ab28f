"""What `cold_cache` counts of an emptied cache, turn by turn."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import EXPERIMENTS, METRICS
from unit_builders import MS, SECOND, data, table

from bench.model import samples
from bench.model.errors import UsageError
from bench.model.fault import FaultDone
from bench.model.metric import Counts
from bench.plan.trials import loads_of
from scenarios.cold_cache import predictions
from scenarios.cold_cache.load import LOAD, value_of, weights

EXPERIMENT = EXPERIMENTS["cold_cache"]
OPERATIONS = ("lookup", "answer", "cold", "connect", "tick")
TEN_A_SECOND = {"clients": 1, "keys": 10, "backends": 2, "lookup_rate_per_s": 100.0}
"""A turn takes 0.2 s."""


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"patience": "30s"}, "patience=30s: longer than drain=20s"),
        ({"keys": "0"}, "keys"),
        ({"skew": "-1"}, "skew"),
        ({"lookup_rate": "0/s"}, "lookup_rate"),
    ],
)
def test_loads_that_cannot_be_had_are_refused_in_one_line(
    settings: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.integers(1, 300), st.floats(0, 3))
def test_weights_are_shares_that_fall(keys: int, skew: float) -> None:
    found = weights(LOAD(keys=keys, skew=skew).own)
    assert len(found) == keys
    assert sum(found) == pytest.approx(1)
    assert all(a >= b for a, b in itertools.pairwise(found))


@given(st.integers(0, 99_999), st.integers(8, 500))
def test_a_value_bears_its_key(key: int, size: int) -> None:
    assert len(value_of(key, size)) == size
    assert value_of(key, size).startswith(f"{key}:")


def answer(at: float, outcome: int, life: int = 1, backend: int = 0, took: int = MS) -> Any:
    done = round(at * SECOND)
    return {
        "operation": 2 if life else 1,
        "outcome": outcome,
        "intended_ns": done - took,
        "sent_ns": done - took,
        "done_ns": done,
        "bytes_up": backend,
        "bytes_down": life,
    }


def trial(*rows: Any, faults: Any = ()) -> Any:
    return data(
        table(rows),
        load=TEN_A_SECOND,
        faults=faults,
        operations=OPERATIONS,
        outcome_operation="lookup",
    )


def metric(found: Any, key: str) -> float:
    return METRICS[key].function(found)


HIT, MISS = samples.OK, samples.EMPTY


def test_turns_count_from_the_first_answer_of_each_life() -> None:
    found = trial(
        *(answer(0.1, MISS), answer(0.15, HIT)),
        *(answer(0.31, MISS), answer(0.35, HIT), answer(0.4, HIT), answer(0.45, HIT)),
        answer(0.51, HIT),
        *(answer(0.2, MISS, backend=1), answer(0.3, MISS, backend=1)),
        answer(0.9, MISS, life=2),  # its first turn ends after the window
    )
    keys = ("cold_hit_share", "warming_hit_share", "later_hit_share")
    assert [metric(found, key) for key in keys] == pytest.approx([1 / 4, 3 / 4, 1])
    for key in keys:
        counts = METRICS[key].counts
        assert counts is not None
        counted = counts(found)
        assert counted is not None
        assert counted.hits / counted.of == pytest.approx(metric(found, key))


def test_extra_reads_are_counted_over_four_turns_of_each_life() -> None:
    four_turns = [answer(0.1, MISS), answer(0.5, MISS), answer(0.85, HIT), answer(0.95, MISS)]
    found = trial(*four_turns)
    assert metric(found, "cold_misses_per_key") == pytest.approx(2 / 10)
    assert metric(found, "cold_answers") == 3
    late = trial(answer(0.3, MISS))
    assert metric(late, "cold_answers") == 0
    assert math.isnan(metric(late, "cold_misses_per_key"))


def test_warm_caches_are_those_of_a_first_life() -> None:
    found = trial(answer(0.1, HIT, life=0), answer(0.2, MISS, life=0), answer(0.3, MISS))
    assert metric(found, "warm_hit_share") == 0.5
    assert metric(found, "store_operations_per_lookup") == pytest.approx(2 / 3)
    assert METRICS["store_operations_per_lookup"].counts(found) == Counts(2, 3, "share")
    assert math.isnan(metric(trial(), "warm_hit_share"))


def test_slowdown_leaves_out_who_waited_for_a_backend() -> None:
    found = trial(
        answer(0.05, HIT, life=0, took=2 * MS),
        answer(0.1, MISS, took=90 * MS),
        answer(0.12, MISS, took=6 * MS),
        answer(0.8, HIT, took=3 * MS),
        answer(0.09, HIT, life=0, took=50 * MS),  # while the other one is away
        faults=[FaultDone("backend", "restart", 0, None, began_ns=60 * MS, ended_ns=95 * MS)],
    )
    assert metric(found, "cold_slowdown") == pytest.approx(3)
    assert metric(found, "late_slowdown") == pytest.approx(1.5)


def test_the_course_is_of_the_pattern_with_a_cache() -> None:
    load = LOAD(keys=100, backends=2, lookup_rate_per_s=200.0)
    assert predictions.course("cached", load, 0.0) == 0
    assert predictions.course("cached", load, 1.0) == pytest.approx(1 - math.exp(-1))
    assert math.isnan(predictions.course("uncached", load, 1.0))
