"""The declaration of `connection_pool`: parameters, predictions, claims and their metrics."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from measured import EXPERIMENTS, METRICS

from bench.analysis.evaluated import public_load
from bench.model.law import SEED, NoValue
from bench.model.pattern import Pattern
from bench.plan.claim_trials import ALL, chosen_claims, trials_of_claims
from bench.plan.trials import Request, seconds_of
from bench.stats import queues
from bench.verdicts.evidence import Cell, Evidence
from scenarios.connection_pool import _planned
from scenarios.connection_pool.load import LOAD
from scenarios.connection_pool.predictions import STEADY_WAIT, lengths_break_even

EXPERIMENT = EXPERIMENTS["connection_pool"]

FACTS = {
    # Ten in turn, 0.1 ms apart: nine times 20.5 ms, less 0.9 ms of arrival.
    "in_turn.burst_wait_max": 9 * 20.5 - 0.9,
    "in_turn.burst_lead": 0.7,
    "in_turn.burst_arrival": 1.6,
    "half.server_cpu_us_per_event": 500.0,
    "half.database_cpu_us_per_event": 1500.0,
    "half.backend_cores": 1.0,
    "almost.server_cpu_us_per_event": 500.0,
    "almost.database_cpu_us_per_event": 1500.0,
    "almost.backend_cores": 1.0,
    "burst_lead": 0.5,
    "burst_arrival": 5.4,
    SEED: 7,
}
BURSTS = {"arrivals": "bursts", "burst": 50, "burst_interval_s": 4.0, "query_time_s": 0.02}
STEADY = {
    "arrivals": "steady",
    "request_rate_per_s": 180.0,
    "query_time_s": 0.02,
    "pool_size": 5,
    "duration_s": 6.0,
}


def predicted(pattern: str, metric: str, **load: Any) -> list[float]:
    """What the laws say that speak of this load."""
    asked = LOAD(**{"clients": 1, **load})
    found = EXPERIMENT.predictions_for(pattern)
    values = [law(asked, FACTS) for law in found if law.metric == metric]
    return [value for value in values if not math.isnan(value)]


@pytest.mark.parametrize(("size", "waves", "in_last"), [(1, 50, 1), (5, 10, 5), (12, 5, 2)])
def test_a_burst_takes_its_waves(size: int, waves: int, in_last: int) -> None:
    load = {**BURSTS, "pool_size": size}
    expected = 0.5 + waves * 20.5 + 0.1 * (in_last - 1)  # 49 times 0.1 ms from first to last
    assert predicted("pool", "burst_makespan", **load) == pytest.approx([expected])
    longest = (waves - 1) * (20.5 - size * 0.1)
    assert predicted("pool", "burst_wait_max", **load) == pytest.approx([longest])


def test_half_of_two_waves_wait() -> None:
    load = {**BURSTS, "burst": 50, "pool_size": 25, "query_time_s": 0.05}
    assert predicted("pool", "wait_mean", **load) == pytest.approx([(20.5 - 2.5) / 2])


def test_what_computes_or_connects_waits_for_the_core() -> None:
    core_ms = 50 * 2.0
    computing = {**BURSTS, "work": "compute", "query_time_s": 0.002}
    assert predicted("pool", "burst_makespan", **computing) == [core_ms]
    connecting = {**BURSTS, "connect_time_s": 0.15, "query_time_s": 0.002}
    found = predicted("per_request", "burst_makespan", **connecting)
    assert found == pytest.approx([150 + core_ms])  # others are served while one sleeps


@pytest.mark.parametrize(
    "load",
    [
        {**BURSTS, "clients": 2},
        {**BURSTS, "pool_ready": 2},
        {**BURSTS, "service": "exponential"},
        {**BURSTS, "burst_interval_s": 0.2},
        {**BURSTS, "burst": 9, "pool_size": 5},
        {**STEADY, "work": "compute"},
        {**STEADY, "request_rate_per_s": 220.0},
        {**STEADY, "request_rate_per_s": 20.0},
    ],
)
def test_no_law_speaks_of_what_it_does_not_know(load: dict[str, Any]) -> None:
    metrics = {entry.metric for entry in EXPERIMENT.predictions_for("pool")}
    assert [predicted("pool", metric, **load) for metric in metrics] == [[]] * len(metrics)


def test_the_break_even_is_where_both_bursts_last_as_long() -> None:
    asked = LOAD(**{"clients": 1, **BURSTS, "pool_size": 5})
    even_ms = lengths_break_even(asked, FACTS, FACTS) * 1e3
    # ceil(50/5) (S + 0.5) = 50 x 2: at that S both are done at the same time.
    assert 10 * (even_ms + 0.5) == pytest.approx(100)


def kept_for(service_ms: float) -> dict[str, float]:
    """The facts, where ten queries in turn kept their connection for so long each."""
    return {**FACTS, "in_turn.burst_wait_max": 9 * service_ms - 0.9}


@pytest.mark.parametrize("service_ms", [20.5, 20.0, 19.8])
def test_what_a_query_takes_in_addition_stays_as_it_is_also_below_zero(service_ms: float) -> None:
    """The pool is as busy as queries in turn were; and more query time pays by so much."""
    load = LOAD(**{"clients": 1, **STEADY, "service": "fixed"})
    queries = _planned.queries(load, 7)
    services = [service_ms / 1e3] * len(queries)
    waits = queues.waits((one.sent_s for one in queries), services, load.own.pool_size)
    counted = [wait for wait, one in zip(waits, queries, strict=True) if one.counts]
    facts = kept_for(service_ms)
    assert STEADY_WAIT(load, facts) == pytest.approx(sum(counted) / len(counted) * 1e3)
    bursts = LOAD(**{"clients": 1, **BURSTS, "pool_size": 5})
    even_s = lengths_break_even(bursts, facts, FACTS)
    assert even_s == pytest.approx(0.01 - (service_ms - 20) / 1e3)


@pytest.mark.parametrize("service_ms", [19.4, 5.0])
def test_queries_that_took_less_than_their_sleep_say_nothing_of_a_pool(service_ms: float) -> None:
    """A sleep may end half a millisecond early, and no more."""
    load, facts = LOAD(**{"clients": 1, **STEADY}), kept_for(service_ms)
    assert math.isnan(STEADY_WAIT(load, facts))
    assert STEADY_WAIT.reason(load, facts) == "in turn queries took less than they were to sleep"
    with pytest.raises(NoValue):
        lengths_break_even(LOAD(**{"clients": 1, **BURSTS, "pool_size": 5}), facts, FACTS)


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
    # What is added to 10 ms is taken from the facts.
    load = {**BURSTS, "query_time_s": 0.01, "pool_size": 5}
    found = cell("pool", "burst_makespan", (10 * 20.5 + 0.9) * factor, **load)
    assert verdict("D1", 5, found) == expected


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
        cell(pattern, "burst_makespan", span, query_time_s=length / 1e3, burst=50, pool_size=5)
        for length in (2.0, 8.0, 16.0, 32.0, 64.0)
        for pattern, span in (("pool", 10 * (length + 0.5)), ("per_request", length + 150.0))
    ]
    (claim,) = chosen_claims(EXPERIMENT, "D2b")
    found = claim.rule.judge(Evidence(cells, EXPERIMENT.normal))
    assert found.verdict == "depends"
    assert found.numbers[0].value == pytest.approx(145 / 9 / 1e3, rel=0.02)


@pytest.mark.parametrize(("large", "expected"), [(400.0, "confirmed"), (700.0, "refuted")])
def test_a_bigger_pool_must_not_be_faster_at_computing(large: float, expected: str) -> None:
    load = {"work": "compute", "query_time_s": 0.002, "burst": 200}
    cells = [
        cell("pool", "burst_queries_per_s", rate, pool_size=size, **load)
        for size, rate in ((2, 490.0), (5, 500.0), (50, large))
    ]
    assert verdict("D3", 0, *cells) == expected


def test_all_claims_take_minutes_and_every_rule_finds_its_trials() -> None:
    patterns = [Pattern("connection_pool", name, name, name) for name in ("pool", "per_request")]
    request = Request(("connection_pool",), repeats=6)
    claims = chosen_claims(EXPERIMENT, ALL)
    trials = trials_of_claims(EXPERIMENT, claims, patterns, request)
    assert seconds_of(trials) < 20 * 60
    cells = {}
    for trial in trials:
        typed = LOAD(**trial.load)
        name = trial.pattern.partition("/")[2]
        key = (name, tuple(sorted(trial.load.items())))
        values = dict.fromkeys(METRICS, 1.0 + trial.repeat / 100) | FACTS
        cells[key] = Cell(name, public_load(typed), {1: values, 2: values}, typed)
    evidence = Evidence(list(cells.values()), EXPERIMENT.normal)
    for claim in claims:
        assert claim.rule.judge(evidence).verdict != "not measured", claim.id
