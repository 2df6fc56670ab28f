"""The table of costs: what each load takes of a backend, and how many clients a core carries."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

import pytest
from report_builders import near, trial
from report_builders import result as built

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.stats.estimates import Estimate
from reports import cost, datafiles
from scenarios.notifications.load import LOAD

CPU, IDLE = "backend_cpu_us_per_s", "backend_idle_cpu_us_per_s"


def costly(metrics: list[Mapping[str, float]], clients: int = 100) -> ExperimentResult:
    """One pattern, a trial for each entry."""
    found = built(CPU, {"sse": near(2000.0, 100.0)})
    (group,) = found.groups
    trials = tuple(dataclasses.replace(trial("sse"), metrics=one) for one in metrics)
    made = dataclasses.replace(group, trials=trials, load=LOAD(clients=clients))
    return dataclasses.replace(found, grid={("sse", group.level.text): made})


def carried(found: ExperimentResult) -> cost.Cost:
    (group,) = found.groups
    return cost.carried(found, group)


def test_a_core_carries_as_many_clients_as_their_part_of_it_says() -> None:
    one = carried(costly([{CPU: 2000.0}] * 3))
    assert one.value.value == pytest.approx(100 / 0.002)
    assert one.basis == "all of it"
    assert cost.value_text(one) == "\u2265 50,000"


def test_what_is_spent_when_idle_is_nobodys_part() -> None:
    one = carried(costly([{CPU: 2000.0, IDLE: 1000.0}] * 3))
    assert one.value.value == pytest.approx(100 / 0.001)
    assert one.basis == "without idle"


def test_an_idle_backend_that_spends_nothing_is_known_to_be_idle() -> None:
    one = carried(costly([{CPU: 2000.0, IDLE: 0.0}] * 3))
    assert one.value.value == pytest.approx(50_000)
    assert one.basis == "without idle"


def test_one_trial_without_idle_time_makes_a_lower_bound() -> None:
    assert carried(costly([{CPU: 2000.0, IDLE: 0.0}, {CPU: 2000.0}])).basis == "all of it"


def test_trials_that_differ_give_an_interval() -> None:
    one = carried(costly([{CPU: 2000.0}, {CPU: 2200.0}, {CPU: 1800.0}]))
    assert one.value.low < 50_000 < one.value.high


def test_less_than_nothing_is_not_known() -> None:
    assert math.isnan(carried(costly([{CPU: 900.0, IDLE: 1000.0}])).value.value)


def test_a_core_carries_what_the_slope_over_clients_says(swept: Evaluated) -> None:
    (found,) = swept.experiments
    rows = [row for row in cost.rows(found) if row.pattern.name == "sse"]
    costs = [row.of(cost.CARRIED) for row in rows]
    assert {one.basis for one in costs if one} == {"slope over clients"}
    assert len({one.value for one in costs if one}) == 1
    # 9.1 us a delivery and 6 events a second: see make_run.
    assert costs[0] is not None
    assert costs[0].value.value == pytest.approx(1e6 / 9.1 / 6, rel=0.15)


def test_where_clients_go_on_at_once_a_client_has_no_cost_of_its_own(
    result: ExperimentResult,
) -> None:
    rates = result.experiment.rates
    assert rates is not None
    closed = dataclasses.replace(rates, is_paced=lambda _: False)
    without = dataclasses.replace(
        result, experiment=dataclasses.replace(result.experiment, rates=closed)
    )
    assert cost.shown(cost.rows(result)) == list(cost.QUANTITIES)
    assert cost.shown(cost.rows(without)) == [cost.CORES, cost.MEMORY]
    assert "Clients that one core" not in cost.caption(cost.rows(without))


@pytest.mark.parametrize(
    ("estimates", "saturated"),
    [
        ({"server_cpu_share": near(0.5)}, False),
        ({"server_cpu_share": near(0.95)}, True),
        ({"database_cpu_share": near(2.5)}, False),  # many processes on many cores
        ({CPU: near(3.9e6), "backend_cores": near(4.0)}, True),
        ({CPU: near(2.5e6), "backend_cores": near(4.0)}, False),
    ],
)
def test_a_saturated_backend_does_not_tell_what_a_client_costs(
    estimates: dict[str, Estimate], saturated: bool
) -> None:
    found = costly([{CPU: 2000.0}] * 3)
    (group,) = found.groups
    full = dataclasses.replace(group, estimates={**group.estimates, **estimates})
    assert cost.is_saturated(full) == saturated
    assert math.isnan(cost.carried(found, full).value.value) == saturated


def test_an_interval_without_end_says_at_least() -> None:
    one = cost.Cost(cost.CARRIED, Estimate(5000.0, 3000.0, math.inf, 6), "slope over clients")
    assert cost.interval_text(one) == "at least 3,000"


def test_the_floor_costs_nobody_anything(result: ExperimentResult) -> None:
    assert "floor" not in {row.pattern.name for row in cost.rows(result)}


@pytest.mark.parametrize(
    ("value", "text", "within"),
    [(950.0, "950 B", "900\N{EN DASH}1,000"), (3.5e6, "3.50 MB", "")],
)
def test_sizes_are_said_in_the_unit_that_fits(value: float, text: str, within: str) -> None:
    low, high = (900.0, 1000.0) if value < 1000 else (3.499e6, 3.501e6)
    one = cost.Cost(cost.BYTES, Estimate(value, low, high, 3))
    assert cost.value_text(one) == text
    assert cost.interval_text(one) == within


def test_the_csv_has_the_same_numbers(run: Evaluated) -> None:
    frame = datafiles.costs(run)
    assert list(frame.columns[: len(datafiles.COST)]) == datafiles.COST
    row = frame[(frame["pattern"] == "sse") & (frame["cost"] == "backend_cores_used")].iloc[0]
    (found,) = [one for one in cost.rows(run.experiments[0]) if one.pattern.name == "sse"]
    one = found.of(cost.CORES)
    assert one is not None
    assert row["value"] == one.value.value
    assert row["clients"] == 25
