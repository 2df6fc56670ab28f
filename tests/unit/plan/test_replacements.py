"""Trials that the machine disturbed are measured again, in their own place, within bounds."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from unit_builders import trial

from bench.model.trial import Trial
from bench.plan import replacements


def plan(count: int) -> list[Trial]:
    return [trial(number, repeat=1 + number, seed=number) for number in range(count)]


def carried_out(planned: list[Trial], is_void: list[bool]) -> list[Trial]:
    """Each trial of the plan in its order, what is due before the next one; all are returned."""
    void: set[int] = set()
    fates = iter(is_void)
    order: list[Trial] = []
    todo = list(planned)
    while (one := replacements.due(planned, void)) or todo:
        if one is not None:
            planned.append(one)
        one = one or todo.pop(0)
        order.append(one)
        if next(fates, False):
            void.add(one.number)
    return order


def test_a_replacement_is_the_same_trial_with_a_number_of_its_own() -> None:
    planned = plan(3)
    again = replacements.due(planned, {1})
    assert again is not None
    assert (again.number, again.replaces) == (3, 1)
    assert (again.repeat, again.seed, again.load) == (2, 1, planned[1].load)
    assert replacements.original([*planned, again], 3) == 1
    assert replacements.due([*planned, again], {1}) is None
    assert replacements.due(planned, ()) is None


def test_it_comes_at_once_so_that_a_block_stays_one() -> None:
    order = carried_out(plan(4), [False, True, False, False])
    assert [one.number for one in order] == [0, 1, 4, 2, 3]


def test_a_trial_is_measured_three_times_at_most() -> None:
    order = carried_out(plan(40), [True] * 3)
    assert [one.number for one in order[:4]] == [0, 40, 41, 1]


@given(st.integers(1, 30), st.floats(0, 1), st.integers(0, 99))
def test_the_number_is_bounded_and_every_planned_trial_is_run(
    count: int, share: float, seed: int
) -> None:
    chance = random.Random(seed)
    fates = [chance.random() < share for _ in range(5 * count)]
    planned = plan(count)
    order = carried_out(planned, fates)
    again = [one for one in order if one.replaces is not None]
    assert len(again) <= max(replacements.LEAST, replacements.MOST_SHARE * count + 1)
    assert {one.number for one in order if one.replaces is None} == set(range(count))
    assert len({one.number for one in order}) == len(order)
    assert all(replacements.attempts(planned, one) <= replacements.MOST_PER_TRIAL for one in order)
    assert all(replacements.original(planned, one.number) < count for one in again)
