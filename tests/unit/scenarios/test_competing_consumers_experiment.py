"""The declaration of `competing_consumers`: loads, plans, laws, and the account of every item."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import EXPERIMENTS, METRICS
from unit_builders import MS, SECOND, data, row, table

from bench.model import samples
from bench.model.errors import UsageError
from bench.model.metric import Counts
from bench.plan.trials import loads_of
from scenarios.competing_consumers import _planned as planned
from scenarios.competing_consumers import laws
from scenarios.competing_consumers.load import LOAD
from targets.competing_consumers._item import Item, decode

EXPERIMENT = EXPERIMENTS["competing_consumers"]
OPERATIONS = ("item", "service", "adding", "connect", "tick")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"keys": "0"}, "keys"),
        ({"clients": "65"}, "clients"),
        ({"clients": "60", "added": "5"}, "each consumer has a connection, and 64 are the most"),
        ({"item": "10B"}, "item"),
        ({"hand_over": "never"}, "hand_over"),
    ],
)
def test_loads_that_cannot_be_had_are_refused_in_one_line(
    settings: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_plan_is_the_same_for_a_seed_and_numbers_each_keys_items_in_turn() -> None:
    load = LOAD(item_rate_per_s=200.0, keys=7, duration_s=3.0)
    first, again = (list(planned.items(load, 5)) for _ in range(2))
    assert first == again != list(planned.items(load, 6))
    for key in range(7):
        mine = [one for one in first if one.key == key]
        assert [one.sequence for one in mine] == list(range(len(mine)))
        assert [one.due_ns for one in mine] == sorted(one.due_ns for one in mine)
    fixed = LOAD(service="fixed", service_time_s=0.02)
    assert {one.seconds for one in planned.items(fixed, 5)} == {0.02}


# --- laws -----------------------------------------------------------------------------------


@given(st.integers(1, 30), st.integers(1, 30))
def test_keys_move_as_hashes_modulo_two_numbers_do(partitions: int, added: int) -> None:
    """Counted over all rests of a common multiple."""
    total = partitions + added
    every = range(partitions * total)
    moved = sum(one % partitions != one % total for one in every) / len(every)
    assert laws.moved_modulo(partitions, added) == pytest.approx(moved)
    assert laws.moved_consistent(partitions, added) <= moved + 1e-12


@pytest.mark.parametrize(("partitions", "added"), [(4, 1), (4, 4), (3, 2)])
def test_the_producers_hash_moves_what_the_law_says(partitions: int, added: int) -> None:
    names = [planned.key_name(7, key) for key in range(20_000)]
    homes = [
        [planned.modulo_home(name, count) for name in names]
        for count in (partitions, partitions + added)
    ]
    moved = sum(a != b for a, b in zip(*homes, strict=True)) / len(names)
    assert moved == pytest.approx(laws.moved_modulo(partitions, added), abs=0.02)


@given(st.integers(1, 64), st.integers(1, 1000))
def test_shares_of_overlaps_are_shares(consumers: int, keys: int) -> None:
    law = laws.overlapped_exponential
    assert 0 <= law(consumers, keys) <= 1
    assert law(1, keys) == 0
    assert law(consumers + 1, keys) >= law(consumers, keys)
    assert laws.overtaken_exponential(consumers, keys) <= 0.5


def test_one_queue_waits_less_than_partitions() -> None:
    for rate in (50, 100, 180):
        assert laws.shared_wait(rate, 0.02, 4) < laws.partitioned_wait(rate, 0.02, 4)
    assert math.isinf(laws.shared_wait(200, 0.02, 4))


def test_capacity_grows_straight_with_consumers() -> None:
    assert laws.capacity(8, 0.02, 0.005) == pytest.approx(8 * laws.capacity(1, 0.02, 0.005))
    assert laws.capacity(1, 0.02, 0.0) == pytest.approx(50)


@pytest.mark.parametrize(
    ("load", "metric", "pattern"),
    [
        ({"item_rate_per_s": 100.0}, "served_per_s", "one_queue"),
        ({"item_rate_per_s": 100.0}, "overlapped_share", "one_queue"),
        ({"item_rate_per_s": 300.0, "service": "fixed"}, "overlapped_share", "one_queue"),
        ({"item_rate_per_s": 300.0}, "latency_mean", "one_queue"),
        ({"item_rate_per_s": 300.0}, "moved_share", "modulo_hash"),
    ],
)
def test_laws_are_silent_outside_their_domain(
    load: dict[str, Any], metric: str, pattern: str
) -> None:
    """Four consumers can do 200 items per second; none is added."""
    (law,) = (one for one in EXPERIMENT.predictions_for(pattern) if one.metric == metric)
    facts = {"full.gap_mean": 1.0, "busy.gap_mean": 1.0, "alone.begun_mean": 1.0, "seed": 1.0}
    assert math.isnan(law(LOAD(warmup_s=0.5, **load), facts))


# --- items on the wire ----------------------------------------------------------------------


@given(
    st.integers(0, (1 << 31) - 1),
    st.integers(0, (1 << 32) - 1),
    st.integers(0, 1 << 62),
    st.floats(0, 3600),
    st.integers(0, 500),
)
def test_an_item_comes_back_from_its_bytes(
    key: int, sequence: int, due_ns: int, seconds: float, size: int
) -> None:
    item = Item(key, sequence, due_ns, due_ns + 1, seconds)
    body = item.encode(size)
    assert decode(body) == item
    assert len(body) == max(size, 40)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "0 bytes is no item"),
        (b"x" * 39, "39 bytes"),
        (Item(-1, 0, 0, 0, 1.0).encode(40), "key -1"),
        (Item(0, 0, 0, 0, math.nan).encode(40), "nan s"),
        (Item(0, 0, 0, 0, 1e9).encode(40), "an item takes from 0 to 3600"),
    ],
)
def test_what_is_no_item_is_refused_with_the_reason(body: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        decode(body)


# --- metrics --------------------------------------------------------------------------------

Served = tuple[int, int, int, int, int]
"""Key, number, consumer, begun and done in ms."""


def trial(services: Sequence[Served], adding: tuple[int, int, int] | None = None) -> Any:
    """Services of items that were published 1 ms before they were begun."""
    rows = []
    for key, number, consumer, begun, done in services:
        rows.append(
            {
                **row("delivery"),
                "operation": 1,
                "client": consumer,
                "sequence": (key << 32) + number,
                "intended_ns": 1,
                "sent_ns": begun * MS,
                "done_ns": done * MS,
                "bytes_up": 0,
                "bytes_down": 1000,
            }
        )
    items = {(key, number): done for key, number, _, _, done in reversed(services)}
    for (key, number), done in items.items():
        rows.append(
            {
                **row("delivery"),
                "operation": 0,
                "client": key,
                "sequence": number,
                "intended_ns": 1,
                "done_ns": done * MS,
            }
        )
    if adding is not None:
        began, ended, partitions = adding
        rows.append(
            {
                **row("delivery"),
                "operation": 2,
                "client": 1,
                "intended_ns": began * MS,
                "sent_ns": began * MS,
                "done_ns": ended * MS,
                "bytes_up": partitions,
            }
        )
    return data(
        table(rows),
        load={"clients": 2, "added": 0},
        operations=OPERATIONS,
        outcome_operation="item",
        t1_ns=SECOND,
    )


def value(metric: str, found: Any) -> float:
    return METRICS[metric].function(found)


def test_order_within_a_key_is_counted_by_pairs() -> None:
    """Of key 0: 1 overlaps 0, 2 overtakes 1; of key 1 nothing; number 5 has no predecessor."""
    found = trial(
        [
            (0, 0, 0, 10, 30),
            (0, 1, 1, 20, 60),
            (0, 2, 0, 40, 50),
            (1, 0, 1, 10, 20),
            (1, 1, 1, 20, 30),
            (1, 5, 0, 1, 2),
        ]
    )
    assert value("overlapped_share", found) == pytest.approx(2 / 3)
    assert value("out_of_order_share", found) == pytest.approx(1 / 3)
    assert value("out_of_order_pairs", found) == 1
    assert METRICS["out_of_order_pairs"].counts(found) == Counts(1, 1, "count")
    assert value("lost_items", found) == value("doubled_items", found) == 0


def test_an_item_that_is_done_again_is_doubled_and_changes_no_order() -> None:
    found = trial([(0, 0, 0, 10, 20), (0, 1, 0, 20, 30), (0, 0, 1, 100, 110)])
    assert value("doubled_items", found) == 1
    assert value("out_of_order_pairs", found) == 0
    assert value("unkept_share", found) == pytest.approx(1 / 2)


def test_an_item_that_nobody_did_is_lost() -> None:
    found = trial([(0, 0, 0, 10, 20)])
    found.rows["outcome"][found.rows["operation"] == 0] = samples.PENDING
    assert value("lost_items", found) == 1
    assert value("unkept_share", found) == 1


def test_keys_that_another_consumer_has_after_the_adding_have_moved() -> None:
    services = [(0, 0, 0, 10, 11), (1, 0, 1, 10, 11), (2, 0, 1, 10, 11)]
    services += [(0, 1, 0, 60, 61), (1, 1, 2, 60, 61), (3, 0, 2, 60, 61)]
    assert value("moved_share", trial(services, (20, 30, 3))) == pytest.approx(1 / 2)
    assert value("adding_time", trial(services, (20, 30, 3))) == pytest.approx(10)
    assert math.isnan(value("moved_share", trial(services, (20, 30, 0)))), "no key has a home"
    assert math.isnan(value("moved_share", trial(services)))


def test_what_consumers_do_and_how_evenly() -> None:
    found = trial([(0, 0, 0, 10, 20), (1, 0, 0, 25, 30), (2, 0, 0, 30, 40), (3, 0, 1, 10, 20)])
    assert value("served_per_s", found) == 4
    assert value("gap_mean", found) == pytest.approx(2.5)
    assert value("begun_mean", found) == pytest.approx(1)
    assert value("busiest_share", found) == pytest.approx(1.5)
