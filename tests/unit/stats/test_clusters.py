"""Percentiles of rows in units: what carries them, and that their intervals hold the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from bench.stats.clusters import numbered, percentile_of_units
from bench.stats.estimates import percentile


def broadcasts(chance: np.random.Generator, events: int, clients: int, slow: float) -> np.ndarray:
    """Latencies: a delay of the event, the client's turn, and now and then a slow event."""
    late = (chance.random((events, 1)) < slow) * chance.exponential(10, (events, 1))
    turn = np.arange(clients) / clients
    return chance.lognormal(-1, 0.5, (events, 1)) + turn + late


@pytest.mark.parametrize("quantile", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("slow", [0.0, 0.02])
def test_the_interval_holds_the_truth(quantile: float, slow: float) -> None:
    chance, clients, cases = np.random.default_rng(7), 8, 120
    events = {0.5: 20, 0.9: 60, 0.99: 470}[quantile]
    truth = np.quantile(broadcasts(np.random.default_rng(8), 50_000, clients, slow), quantile)
    units = np.repeat(np.arange(events), clients)
    held = 0
    for _ in range(cases):
        rows = broadcasts(chance, events, clients, slow).ravel()
        found = percentile_of_units(rows, units, quantile)
        held += found.low <= truth <= found.high
    assert held >= binom.ppf(0.01, cases, 0.95)


def test_the_value_is_that_of_all_rows_and_units_decide_whether_there_is_one() -> None:
    rows = np.random.default_rng(1).exponential(1, 459 * 3)
    few, enough = np.arange(len(rows)) % 458, np.arange(len(rows)) % 459
    assert math.isnan(percentile_of_units(rows, few, 0.99).value)
    assert percentile_of_units(rows, enough, 0.99).value == percentile(rows, 0.99)


def test_rows_of_one_unit_tell_less_than_rows_of_their_own() -> None:
    chance = np.random.default_rng(2)
    rows = np.repeat(chance.lognormal(0, 1, 100), 10)
    together = percentile_of_units(rows, np.repeat(np.arange(100), 10), 0.5)
    apart = percentile_of_units(rows, np.arange(1000), 0.5)
    assert together.value == apart.value
    assert together.high - together.low > 2 * (apart.high - apart.low)
    assert together.effective == pytest.approx(100, rel=0.2)
    assert apart.effective > 900


def test_the_order_of_rows_and_the_names_of_units_do_not_matter() -> None:
    chance = np.random.default_rng(3)
    rows, units = chance.exponential(1, 600), chance.integers(0, 80, 600)
    order = chance.permutation(600)
    found = percentile_of_units(rows, units, 0.9)
    assert found == percentile_of_units(rows[order], 1000 - 7 * units[order], 0.9)
    assert found.low <= found.value <= found.high


def test_equal_rows_have_their_value() -> None:
    found = percentile_of_units(np.full(90, 3.0), np.arange(90) // 2, 0.9)
    assert (found.value, found.low, found.high, found.units) == (3, 3, 3, 45)


@pytest.mark.parametrize("count", [0, 1, 6])
def test_few_units_carry_nothing(count: int) -> None:
    found = percentile_of_units(np.ones(count), np.arange(count), 0.5)
    assert math.isnan(found.value)
    assert found.units == count


@given(st.lists(st.integers(-50, 50) | st.integers(-(2**62), 2**62)), st.integers(1, 40))
def test_units_are_numbered_as_sorting_would(numbers: list[int], times: int) -> None:
    units = np.array(numbers * times, np.int64)  # often there are more rows than numbers between
    unique, unit = np.unique(units, return_inverse=True)
    count, found = numbered(units)
    assert count == len(unique)
    assert np.array_equal(found, unit)
