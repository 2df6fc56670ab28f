"""Each verb done to real processes: at its time, with its consequences, and nothing is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import measured
import numpy as np
import psutil
import pytest
from system_builders import living

from bench.model.samples import FAILED
from bench.results.store import StoredTrial

Measure = Callable[..., StoredTrial]

MS = 1_000_000
LOAD: dict[str, Any] = {
    "clients": 4,
    "schedule": "constant",
    "event_rate_per_s": 50.0,
    "duration_s": 1.0,
    "warmup_s": 0.2,
    "drain_s": 6.0,
}
LATE_MS = 60
"""How late a fault may be on a busy machine."""


OURS = ("targets", "bench.load", "bench.lab.resets")


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Services and links outlive a trial; what a trial starts does not."""
    yield
    left = living(psutil.Process().children(recursive=True))
    assert not [one for one in left if set(OURS) & set(one.cmdline())]


def faulted(measure: Measure, pattern: str, fault: str, **more: Any) -> StoredTrial:
    stored = measure(pattern, **{**LOAD, "fault": fault, **more})
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    for one in stored.record.faults:
        assert one.failure == ""
        assert one.began_ns is not None
        assert 0 <= one.began_ns - one.planned_begin_ns < LATE_MS * MS
    return stored


def test_a_stopped_server_serves_late_and_whoever_is_cut_misses_nothing(measure: Measure) -> None:
    """An EventSource whose connection is cut, at either end, says what it has seen last."""
    fault = "server:stop@12.5%,for=300ms;clients.0-2:cut@40%,every=20%,times=2;server:cut@85%"
    stored = faulted(measure, "notifications/sse", fault, duration_s=1.6)
    stop, *cuts = stored.record.faults
    assert (stop.who, stop.verb) == ("server", "stop")
    assert (stop.planned_begin_ns, stop.planned_end_ns) == (200 * MS, 500 * MS)
    assert [(one.actor, one.verb) for one in cuts] == [("clients", "cut")] * 2 + [("server", "cut")]
    assert stop.ended_ns is not None
    assert stop.began_ns is not None
    data = stored.data()
    assert data.accounting.lost == 0
    rows = data.outcomes
    begin, end = data.t0_ns + stop.began_ns, data.t0_ns + stop.ended_ns
    during = rows[(rows["intended_ns"] > begin + 20 * MS) & (rows["intended_ns"] < end - 5 * MS)]
    assert len(during) == pytest.approx(4 * 50 * 0.28, rel=0.2)
    assert (during["done_ns"] >= end - 5 * MS).all()
    connects = data.rows[data.rows["operation"] == data.operations.index("connect")]
    again = np.bincount(connects["client"], minlength=4) - 1
    assert list(again) == [3, 3, 3, 1]
    assert stored.record.facts["client_failures"] == 10


def test_stopped_clients_read_late_and_the_others_do_not(measure: Measure) -> None:
    stored = faulted(
        measure, "notifications/sse", "clients.0-1:stop@0%,for=100%", payload_bytes=4000
    )
    values = measured.compute(stored.data())
    assert values["slow_latency_mean"] > 200
    assert values["others_latency_mean"] < values["slow_latency_mean"] / 3


def test_a_server_that_is_killed_on_purpose_fails_nothing(measure: Measure) -> None:
    stored = faulted(measure, "notifications/sse", "server:kill@50%", drain_s=0.2)
    data = stored.data()
    assert len(data.outcomes)
    assert data.outcomes["done_ns"].max() < data.t0_ns + 600 * MS


def test_connections_over_a_link_can_be_cut(measure: Measure) -> None:
    link = {"link": "emulated", "rtt_s": 0.01}
    stored = faulted(measure, "notifications/sse", "server:cut@50%", **link)
    assert stored.record.facts["client_failures"] == 4
    assert stored.data().accounting.lost == 0


def test_a_broker_that_a_fault_kills_fails_nothing_and_can_start_again(measure: Measure) -> None:
    stored = faulted(measure, "notifications/rabbitmq", "rabbitmq:kill@50%", drain_s=0.2)
    data = stored.data()
    assert len(data.outcomes)
    assert data.outcomes["done_ns"].max() < data.t0_ns + 600 * MS
    assert data.accounting.lost > 0
    broker_starts_again(measure)  # the next trial has one


@pytest.mark.parametrize("pattern", ["sse", "long_polling"])
def test_a_server_that_starts_again_goes_on(measure: Measure, pattern: str) -> None:
    stored = faulted(
        measure, f"notifications/{pattern}", "server:restart@10%", duration_s=4.0, drain_s=0.5
    )
    (restart,) = stored.record.faults
    assert restart.began_ns is not None
    assert restart.ended_ns is not None
    data = stored.data()
    events = data.window_events
    # No number is missing, and those due while nobody was there were never published.
    assert (np.diff(events["sequence"]) == 1).all()
    missed = events[events["published_ns"] == 0]
    due = missed["intended_ns"] - data.t0_ns
    assert len(missed) >= 1
    # A busy server may have had some to publish when it died.
    assert (due > restart.began_ns - 500 * MS).all()
    assert (due < restart.ended_ns).all()
    # Clients are back within the longest pause between two attempts.
    after = data.outcomes["intended_ns"] > data.t0_ns + restart.ended_ns + 1_200 * MS
    assert np.count_nonzero(after) >= 4 * 10
    assert data.accounting.lost >= 4 * len(missed)
    assert 0 <= measured.compute(data)["source_lag_p50"] < 1000


def broker_starts_again(measure: Measure) -> None:
    """It is ready within the trial.

    Its exchange and queues were not durable: what comes after is lost, and counted.
    """
    stored = faulted(measure, "notifications/rabbitmq", "rabbitmq:restart@50%", drain_s=1.0)
    (restart,) = stored.record.faults
    assert restart.began_ns is not None
    assert restart.ended_ns is not None
    assert restart.ended_ns - restart.began_ns > 500 * MS
    assert stored.data().accounting.lost > 0
    again = faulted(measure, "notifications/rabbitmq", "")
    assert again.data().accounting.lost == 0


def test_a_database_that_starts_again_serves_again(measure: Measure) -> None:
    stored = faulted(
        measure,
        "connection_pool/per_request",
        "postgres:restart@10%",
        arrivals="steady",
        request_rate_per_s=40.0,
        clients=1,
        duration_s=4.0,
    )
    (restart,) = stored.record.faults
    assert restart.ended_ns is not None
    data = stored.data()
    queries = data.select(data.outcome_operation)
    assert np.count_nonzero(queries["outcome"] == FAILED) > 0
    late = data.outcomes["intended_ns"] > data.t0_ns + restart.ended_ns + 500 * MS
    assert np.count_nonzero(late) > 20
