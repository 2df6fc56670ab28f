"""A service that stands still in a row: what gathers before it, with a breaker and without."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import measured
import numpy as np

from bench.model import samples
from bench.results.store import StoredTrial
from scenarios.chain.load import LOAD, under_way_limit

STALLED: Mapping[str, Any] = {
    "clients": 5,
    "services": 4,
    "request_rate_per_s": 60.0,
    "troubled": 2,
    "service_workers": 100,
    "attempt_timeout_s": 10.0,
    "breaker_requests": 2,
    "fault": "service.2:stop@200ms,for=2s",
    "warmup_s": 0.2,
    "duration_s": 2.5,
    "drain_s": 60.0,
}


def under_way(stored: StoredTrial) -> float:
    counted = stored.data().counted
    return max(counted[mark]["service.1.under_way_max"] for mark in ("t1", "end"))


def test_a_breaker_bounds_what_gathers_before_a_service_that_stands_still(
    measure: Callable[..., StoredTrial],
) -> None:
    """Nobody's patience ends within the stop, so the limits alone decide."""
    bare, guarded = (measure(f"chain/{one}", **STALLED) for one in ("direct", "breaker"))
    for stored in (bare, guarded):
        assert (stored.record.status, stored.record.reason) == ("ok", "")
        assert [one.verb for one in stored.record.faults if one.ended_ns] == ["stop"]
    limit = under_way_limit(LOAD(breaker_requests=2).own, 1)
    assert under_way(guarded) <= limit < under_way(bare)
    found = measured.compute(guarded.data())
    assert found["success_share"] < 1, "the breaker refuses what is beyond its limit"
    assert measured.compute(bare.data())["success_share"] == 1, "all wait until it goes on"


def test_without_a_fault_services_agree_with_their_clients(
    measure: Callable[..., StoredTrial],
) -> None:
    stored = measure(
        "chain/direct",
        clients=5,
        services=3,
        request_rate_per_s=40.0,
        bypass=0.5,
        troubled=1,
        attempt_timeout_s=10.0,
        warmup_s=0.2,
        duration_s=1.0,
        drain_s=60.0,
    )
    data = stored.data()
    rows = {
        name: int((data.rows["operation"] == data.operations.index(name)).sum())
        for name in ("call", "bypass")
    }
    begun = [data.counted_change(f"service.{number}.begun") for number in range(3)]
    assert begun == [rows["call"], rows["call"] - rows["bypass"], rows["call"]]
    found = measured.compute(data)
    assert (found["success_share"], found["wasted_share"]) == (1, 0)
    assert np.isnan(found["hop"]), "calls of the first service lead to two others"


class MemoryAlarm:
    """An observer that lets the broker run out of memory while clients connect, until the drain."""

    CONTROL = "/usr/lib/rabbitmq/bin/rabbitmqctl"
    LIMITS: Mapping[str, str] = {"connect": "1MB", "drain": "2GiB"}

    def phase(self, name: str, running: Any) -> None:
        if name not in self.LIMITS:
            return
        node = running.nodes["rabbitmq"]
        subprocess.run(
            [
                *(self.CONTROL, "-n", "bench@localhost", "set_vm_memory_high_watermark"),
                *("absolute", self.LIMITS[name]),
            ],
            env=node._environment(),
            check=True,
            capture_output=True,
            timeout=60,
        )


def test_a_broker_without_memory_is_given_up_in_time_and_goes_on_afterwards(
    measure: Callable[..., StoredTrial],
) -> None:
    stored = measure(
        "chain/queues",
        MemoryAlarm(),
        clients=2,
        services=2,
        request_rate_per_s=20.0,
        attempt_timeout_s=1.0,
        warmup_s=0.0,
        duration_s=2.0,
        drain_s=60.0,
    )
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    requests = stored.data().select("call")
    assert np.count_nonzero(requests["outcome"] == samples.FAILED) > 0
    assert np.count_nonzero(requests["outcome"] == samples.PENDING) == 0
    words = {str(error) for error in stored.record.facts["client_errors"]}
    assert words == {"Refused: the broker did not confirm in time"}
