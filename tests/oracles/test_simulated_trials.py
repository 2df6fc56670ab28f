"""Methods held against many simulated runs: how often they err, and what they cost.

Too slow for the unit tests, as each needs hundreds of draws.
"""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np
import pytest
from evaluation_builders import built, run_of
from measured import EXPERIMENTS
from unit_builders import MS, trial

from bench.analysis.evaluate import evaluate
from bench.model.law import SEED
from bench.stats import trimmed
from bench.stats.trimmed import centre
from bench.stats.two_sides import compare_sides
from bench.stats.variance import RunNoise
from scenarios.connection_pool import laws
from scenarios.connection_pool.load import LOAD
from scenarios.connection_pool.predictions import STEADY_WAIT

QUERIES: dict[str, Any] = {
    "arrivals": "steady",
    "request_rate_per_s": 180.0,
    "query_time_s": 0.02,
    "pool_size": 5,
    "duration_s": 20.0,
}
SERVED = {
    # Ten in turn, 0.1 ms apart: nine times 20.5 ms, less 0.9 ms of arrival.
    "in_turn.burst_wait_max": 9 * 20.5 - 0.9,
    "in_turn.burst_lead": 0.7,
    "in_turn.burst_arrival": 1.6,
    "half.server_cpu_us_per_event": 500.0,
    "half.database_cpu_us_per_event": 1500.0,
    "half.backend_cores": 1.0,
}


def raises_a_doubt(factors: list[float]) -> bool:
    """Whether a run of such trials is said to have trials that resemble each other."""
    trials = [
        built(trial(number, pattern="notifications/sse", repeat=number), [int(factor * MS)] * 10)
        for number, factor in enumerate(factors)
    ]
    (result,) = evaluate(run_of(trials), EXPERIMENTS).experiments
    return any(one.code == "trials_resemble" for one in result.findings)


def test_independent_trials_raise_nothing() -> None:
    chance = np.random.default_rng(1)
    wrong = sum(raises_a_doubt(list(chance.lognormal(0, 0.1, 30))) for _ in range(20))
    assert wrong <= 1


def log_normal(seed: int, runs: int, between: float, trials: float) -> list[list[float]]:
    chance = np.random.default_rng(seed)
    middle = chance.normal(0, between, (runs, 1))
    return np.exp(middle + chance.normal(0, trials, (runs, 6))).tolist()


def test_false_differences_of_runs_are_rare() -> None:
    cases, wrong = 300, 0
    sides = log_normal(3, 6 * cases, 0.05, 0.02)
    for case in range(cases):
        six = sides[6 * case : 6 * case + 6]
        wrong += compare_sides(six[:3], six[3:])[0].verdict in ("lower", "higher")
    assert wrong <= 0.08 * cases
    # Without knowing that runs differ, every third comparison of two runs is false.
    naive = sum(
        compare_sides([sides[2 * n]], [sides[2 * n + 1]])[0].verdict in ("lower", "higher")
        for n in range(cases)
    )
    assert naive > 0.2 * cases
    known = sum(
        compare_sides([sides[2 * n]], [sides[2 * n + 1]], RunNoise(0.05, 80))[0].verdict
        in ("lower", "higher")
        for n in range(cases)
    )
    assert known <= 0.08 * cases


def test_queries_at_random_times_wait_as_their_schedule_says() -> None:
    """Over many schedules it is what Erlang's formula says of the average."""
    found = {}
    for service in ("fixed", "exponential"):
        asked = LOAD(clients=1, **QUERIES, service=service)
        values = [STEADY_WAIT(asked, {**SERVED, SEED: seed}) for seed in range(12)]
        assert len(set(values)) == len(values)
        found[service] = statistics.fmean(values)
    exponential = laws.steady_wait_mean(180, 0.0205, 5) * 1e3
    assert found["exponential"] == pytest.approx(exponential, rel=0.15)
    fixed = laws.steady_wait_mean_fixed(180, 0.0205, 5) * 1e3
    assert found["fixed"] == pytest.approx(fixed, rel=0.1)


@pytest.mark.parametrize(("spread", "distance"), [(0.05, 0.06), (0.1, 0.1)])
def test_the_repeats_proposed_settle_nine_of_ten(spread: float, distance: float) -> None:
    chance = np.random.default_rng(2)
    pilot = chance.normal(0, spread, (2000, 10))
    known = trimmed.Centre(0.0, float(np.median(centre(pilot).error)), 10)
    repeats = trimmed.repeats_to_settle(known, distance)
    low, _ = centre(chance.normal(0, spread, (4000, repeats))).interval()
    assert np.mean(low > -distance) > 0.88
    low, _ = centre(chance.normal(0, spread, (4000, repeats * 2 // 3))).interval()
    assert np.mean(low > -distance) < 0.88
