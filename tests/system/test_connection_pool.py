"""The patterns of `connection_pool` in real trials: connections, waves, refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import measured
import numpy as np
import pytest

from bench.analysis.trialdata import TrialData, difference_ns
from bench.lab.services import postgres
from bench.model import samples
from bench.results.store import StoredTrial

if postgres.missing():
    pytest.skip(postgres.missing(), allow_module_level=True)

BURST = 10
LOAD: Mapping[str, Any] = {
    "burst": BURST,
    "burst_interval_s": 0.5,
    "query_time_s": 0.1,
    "duration_s": 1.1,
    "warmup_s": 0.1,
    "drain_s": 5.0,
}


def checked(stored: StoredTrial) -> tuple[TrialData, Mapping[str, float]]:
    """All went well: the trial's data and metrics."""
    record = stored.record
    assert (record.status, record.reason, record.log_tail) == ("ok", "", [])
    assert not list(stored.folder.glob("*.log")), "nobody had anything to complain of"
    assert record.facts["client_failures"] == 0
    data = stored.data()
    found = measured.compute(data)
    assert found["completeness"] == 1.0
    assert len(data.rows) == record.counted
    assert (data.latencies_ns > 0).all()
    assert found["database_cpu_us_per_event"] > 0
    return data, found


@pytest.mark.parametrize(("size", "waves"), [(3, 4), (BURST, 1)])
def test_a_pool_serves_a_burst_in_waves(
    measure: Callable[..., StoredTrial], size: int, waves: int
) -> None:
    data, found = checked(measure("connection_pool/pool", pool_size=size, **LOAD))
    assert found["database_connections_most"] == size
    assert found["database_connections_per_query"] == 0
    # What is not service is the arrival of requests: far less than one more wave.
    assert waves - 0.2 < found["burst_makespan"] / found["hold_p50"] < waves + 0.8
    waits = difference_ns(data.select("wait"), "done_ns", "intended_ns")
    bursts = len(data.outcomes) // BURST
    assert len(waits) == bursts * BURST
    hold_ns = found["hold_p50"] * 1e6
    assert np.count_nonzero(waits > 0.5 * hold_ns) == bursts * (BURST - size)


def test_per_request_opens_a_connection_for_every_query(
    measure: Callable[..., StoredTrial],
) -> None:
    data, found = checked(measure("connection_pool/per_request", connect_time_s=0.1, **LOAD))
    assert found["database_connections_per_query"] == 1
    # A query is long enough for all of a burst to be connected at once.
    assert found["database_connections_most"] == BURST
    waits = difference_ns(data.select("wait"), "done_ns", "intended_ns")
    assert waits.min() >= 0.1e9
    assert found["burst_makespan"] > 200


def test_a_pool_that_may_grow_opens_what_a_burst_lacks(
    measure: Callable[..., StoredTrial],
) -> None:
    once = LOAD | {"burst_interval_s": 0.8, "duration_s": 1.0}
    data, found = checked(measure("connection_pool/pool", pool_size=BURST, pool_ready=3, **once))
    assert len(data.outcomes) == BURST
    assert found["database_connections_most"] == BURST
    assert found["database_connections_per_query"] == (BURST - 3) / BURST


@pytest.mark.parametrize(("pattern", "work"), [("pool", "sleep"), ("per_request", "compute")])
def test_queries_may_come_at_random_and_compute(
    measure: Callable[..., StoredTrial], pattern: str, work: str
) -> None:
    steady = LOAD | {"arrivals": "steady", "request_rate_per_s": 60.0, "query_time_s": 0.004}
    more = {"work": work, "service": "exponential", "pool_size": 4}
    data, found = checked(measure(f"connection_pool/{pattern}", **steady, **more))
    assert 20 < found["deliveries"] < 140
    holds = difference_ns(data.select("hold"), "done_ns", "intended_ns")
    assert np.percentile(holds, 90) > 1.5 * np.percentile(holds, 25), "of random length"
    is_pool = pattern == "pool"
    assert found["database_connections_per_query"] == (0 if is_pool else 1)


def test_a_computation_uses_the_databases_core(measure: Callable[..., StoredTrial]) -> None:
    load = LOAD | {"query_time_s": 0.004, "pool_size": 2}
    slept = checked(measure("connection_pool/pool", **load))[1]
    computed = checked(measure("connection_pool/pool", work="compute", **load))[1]
    key = "database_cpu_us_per_event"
    assert computed[key] > 3 * slept[key]
    # The work asked for is what the core alone would do in that time.
    assert 0.4 < computed[key] / 4000 < 2.5


def test_what_the_database_refuses_is_no_answer(measure: Callable[..., StoredTrial]) -> None:
    """It admits 300; those that it refuses are failures with its words."""
    many = LOAD | {"burst": 330, "query_time_s": 2.0, "burst_interval_s": 0.6, "duration_s": 0.8}
    stored = measure("connection_pool/per_request", **many | {"drain_s": 20.0})
    assert stored.record.status == "ok"
    data = stored.data()
    outcomes = data.select("query")["outcome"]
    assert 0 < np.count_nonzero(outcomes == samples.OK) <= 300
    assert np.count_nonzero(outcomes == samples.FAILED) >= 30
    assert measured.compute(data)["completeness"] < 1
    (words, *_) = stored.record.facts["client_errors"]
    assert "503" in words
    assert "connection" in words
