"""The declaration of `connection_pool`: parameters, predictions, claims and their metrics."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from measured import METRICS

from bench.analysis.evaluated import public_load
from bench.model.pattern import Pattern
from bench.plan.claim_trials import ALL, chosen_claims, trials_of_claims
from bench.plan.trials import Request, seconds_of
from bench.verdicts.evidence import Cell, Evidence
from scenarios.connection_pool.experiment import EXPERIMENT
from scenarios.connection_pool.load import LOAD

FACTS = {
    "hold_mean": 20.0,
    "burst_hold": 20.0,
    "burst_arrival": 5.0,
    "server_cpu_us_per_event": 500.0,
    "database_cpu_us_per_event": 1500.0,
    "backend_cores": 1.0,
    "deliveries_per_s": 175.0,
}
STEADY = {"arrivals": "steady", "request_rate_per_s": 180.0}


def predicted(pattern: str, metric: str, **load: Any) -> list[float]:
    """What the laws say that speak of this load."""
    values = [
        entry.function(LOAD(**load), FACTS)
        for entry in EXPERIMENT.predictions_for(pattern)
        if entry.metric == metric
    ]
    return [value for value in values if not math.isnan(value)]


@pytest.mark.parametrize(("size", "waves", "in_last"), [(1, 50, 1), (5, 10, 5), (20, 3, 10)])
def test_a_burst_takes_its_waves(size: int, waves: int, in_last: int) -> None:
    load = {"pool_size": size, "burst": 50}
    assert predicted("pool", "burst_makespan", **load) == [waves * 20 + 5 * in_last / 50]
    assert predicted("pool", "burst_wait_max", **load) == pytest.approx([(waves - 1) * 20])


def test_nobody_waits_where_all_have_a_connection() -> None:
    assert predicted("pool", "wait_mean", burst=5, pool_size=5) == []
    assert predicted("pool", "wait_mean", burst=10, pool_size=5) == [10.0]


def test_random_arrivals_wait_by_another_law_and_equal_ones_less() -> None:
    (exponential,) = predicted("pool", "wait_mean", **STEADY, service="exponential")
    (fixed,) = predicted("pool", "wait_mean", **STEADY, service="fixed")
    assert 0.4 * exponential < fixed < 0.7 * exponential
    # a = 3.5 of K = 5: C = 0.378, and a wait of C S/(K - a).
    assert exponential == pytest.approx(0.378 * 20 / 1.5, rel=0.01)


def test_what_computes_or_connects_waits_for_the_core() -> None:
    core_ms = 50 * 2.0
    assert predicted("pool", "burst_makespan", work="compute") == [core_ms]
    load = {"connect_time_s": 0.15, "query_time_s": 0.002}
    assert predicted("per_request", "burst_makespan", **load) == pytest.approx([152 + core_ms])


@pytest.mark.parametrize(
    "load",
    [
        {"clients": 2},
        {"pool_ready": 2},
        {"service": "exponential"},
        {**STEADY, "work": "compute"},
    ],
)
def test_no_law_speaks_of_what_it_does_not_know(load: dict[str, Any]) -> None:
    metrics = {entry.metric for entry in EXPERIMENT.predictions_for("pool")}
    assert [predicted("pool", metric, **load) for metric in metrics] == [[]] * len(metrics)


# --- claims ------------------------------------------------------------------------------------


def cell(pattern: str, metric: str, value: float, **load: Any) -> Cell:
    """Six trials that hardly differ."""
    typed = LOAD(**load)
    near = np.random.default_rng([len(pattern), typed.own.pool_size]).normal(1, 0.001, 6)
    trials = {n: FACTS | {metric: value * factor} for n, factor in enumerate(near)}
    return Cell(pattern, public_load(typed), trials, typed)


def verdict(claim_id: str, part: int, *cells: Cell) -> str:
    (claim,) = chosen_claims(EXPERIMENT, claim_id)
    rules = getattr(claim.rule, "rules", (claim.rule,))
    return str(rules[part].judge(Evidence(cells, EXPERIMENT.normal)).verdict)


@pytest.mark.parametrize(("factor", "expected"), [(1.0, "confirmed"), (1.2, "refuted")])
def test_a_burst_is_held_against_its_waves(factor: float, expected: str) -> None:
    load = {"query_time_s": 0.02, "burst": 50, "pool_size": 5}
    found = cell("pool", "burst_makespan", 200.5 * factor, **load)
    assert verdict("D1", 2, found) == expected


@pytest.mark.parametrize(("new", "expected"), [(1.0, "confirmed"), (1.2, "refuted")])
def test_every_query_must_have_its_own_connection(new: float, expected: str) -> None:
    load = {"query_time_s": 0.002, "burst": 50}
    trial = cell("per_request", "database_connections_per_query", new, **load)
    same = dataclasses.replace(
        trial, trials={n: {"database_connections_per_query": new} for n in range(6)}
    )
    (claim,) = chosen_claims(EXPERIMENT, "D2")
    found = claim.preconditions[0].judge(Evidence([same], EXPERIMENT.normal))
    assert found.verdict == expected


def test_a_pool_that_is_too_small_for_its_queries_loses() -> None:
    cells = [
        cell(pattern, "latency_mean", latency, query_time_s=length, burst=50, pool_size=5)
        for length, small, new in ((0.002, 18.0, 150.0), (0.02, 115.0, 170.0), (0.1, 560.0, 250.0))
        for pattern, latency in (("pool", small), ("per_request", new))
    ]
    assert verdict("D2b", 0, *cells) == "depends"


@pytest.mark.parametrize(("large", "expected"), [(500.0, "confirmed"), (700.0, "refuted")])
def test_a_bigger_pool_must_not_be_faster_at_computing(large: float, expected: str) -> None:
    load = {"work": "compute", "query_time_s": 0.002, "burst": 50}
    cells = [
        cell("pool", "burst_queries_per_s", rate, pool_size=size, **load)
        for size, rate in ((5, 500.0), (50, large))
    ]
    assert verdict("D3", 0, *cells) == expected


def test_all_claims_take_minutes_and_every_rule_finds_its_trials() -> None:
    patterns = [Pattern("connection_pool", name, name, name) for name in ("pool", "per_request")]
    request = Request(("connection_pool",), repeats=3)
    claims = chosen_claims(EXPERIMENT, ALL)
    trials = trials_of_claims(EXPERIMENT, claims, patterns, request)
    assert seconds_of(trials) < 600
    cells = {}
    for trial in trials:
        typed = LOAD(**trial.load)
        name = trial.pattern.partition("/")[2]
        key = (name, tuple(sorted(trial.load.items())))
        values = dict.fromkeys(METRICS, 1.0 + trial.repeat / 100)
        cells[key] = Cell(name, public_load(typed), {1: values, 2: values}, typed)
    evidence = Evidence(list(cells.values()), EXPERIMENT.normal)
    for claim in claims:
        assert claim.rule.judge(evidence).verdict != "not measured", claim.id
