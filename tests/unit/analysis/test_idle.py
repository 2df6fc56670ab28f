"""What the backend spends when idle: of quiet intervals only."""

from __future__ import annotations

import math

import numpy as np
import pytest
from unit_builders import MS, data, events, reading, row, table

from bench.analysis.idle import FEWEST, idle_cpu_us_per_s
from bench.analysis.trialdata import TrialData

STEP = 100 * MS
IDLE_NS, EACH_NS = 1_000_000, 50_000


def metered(busy: list[int], made: bool = False, lasts: int = 0) -> TrialData:
    """20 intervals; in the busy ones a delivery is done in the middle, and costs."""
    cpu = [0, *np.cumsum([IDLE_NS + EACH_NS * busy.count(n) for n in range(20)])]
    series = [reading(n * STEP, int(spent)) for n, spent in enumerate(cpu)]
    rows = [
        row(sequence=1, sent_ns=n * STEP + STEP // 2, done_ns=n * STEP + STEP // 2 + lasts)
        for n in busy
    ]
    known = events() if made else events((-1, 1, 0, 0))
    return data(table(rows), series={"server": series, "broker": series}, events=known)


def test_the_idle_cost_is_that_of_quiet_intervals_of_all_roles() -> None:
    found = metered([3, 3, 9])
    assert idle_cpu_us_per_s(found, ["server"]) == pytest.approx(IDLE_NS / STEP * 1e6)
    assert idle_cpu_us_per_s(found, ["server", "broker"]) == pytest.approx(2 * IDLE_NS / STEP * 1e6)


def test_an_interval_after_work_is_not_quiet() -> None:
    assert not math.isnan(idle_cpu_us_per_s(metered(list(range(1, 10))), ["server"]))
    odd = list(range(1, 20, 2))
    assert math.isnan(idle_cpu_us_per_s(metered(odd), ["server"]))


@pytest.mark.parametrize("quiet", [FEWEST - 1, FEWEST])
def test_a_few_quiet_intervals_say_nothing(quiet: int) -> None:
    found = idle_cpu_us_per_s(metered(list(range(19 - quiet))), ["server"])
    assert math.isnan(found) == (quiet < FEWEST)


def test_work_that_clients_make_is_work_as_long_as_it_lasts() -> None:
    assert math.isnan(idle_cpu_us_per_s(metered([0], made=True, lasts=17 * STEP), ["server"]))
    assert not math.isnan(idle_cpu_us_per_s(metered([0], lasts=17 * STEP), ["server"]))


def test_what_was_not_metered_is_not_known() -> None:
    assert math.isnan(idle_cpu_us_per_s(metered([1]), ["database"]))
