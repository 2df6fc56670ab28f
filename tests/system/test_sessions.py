"""Trials of `sessions`: who loses what when a backend is started again, or another one is added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import measured
import pytest

from bench.model import samples
from bench.results.store import StoredTrial

LOAD: Mapping[str, Any] = {
    "clients": 12,
    "steps": 12,
    "pause_s": 0.1,
    "patience_s": 60.0,
    "warmup_s": 0.3,
    "duration_s": 1.6,
    "drain_s": 60.0,
}


def found(stored: StoredTrial) -> dict[str, float]:
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    assert [one.failure for one in stored.record.faults] == [""] * len(stored.record.faults)
    values = measured.compute(stored.data())
    assert values["leaked"] == 0
    assert not values["wrong_workflow_share"] > 0
    return values


@pytest.mark.parametrize(
    ("pattern", "load", "all_break"),
    [
        ("memory_session", {}, True),
        ("jwt", {}, False),
        ("store_session", {"store": "postgres"}, False),
    ],
)
def test_only_sessions_in_memory_break_when_the_only_backend_is_started_again(
    measure: Callable[..., StoredTrial], pattern: str, load: dict[str, Any], all_break: bool
) -> None:
    """Whoever asks while it is away waits, beyond the window if need be."""
    load = {**LOAD, "steps": 40, "fault": "backend.0:restart@500ms", **load}
    stored = measure(f"sessions/{pattern}", **load, backends=1)
    values = found(stored)
    data = stored.data()
    flows = data.rows[data.rows["operation"] == data.operations.index("workflow")]
    began_ns = data.t0_ns + (stored.record.faults[0].began_ns or 0)
    is_open = (flows["first_byte_ns"] > 0) & (flows["first_byte_ns"] <= began_ns)
    assert is_open.any()
    assert set(flows["outcome"][is_open]) == {samples.FAILED if all_break else samples.PENDING}
    assert not values["given_up_share"] > 0


def test_a_cookie_for_a_backend_that_is_gone_leads_to_another_one(
    measure: Callable[..., StoredTrial],
) -> None:
    """It knows no such session: refused, and nobody waits for the dead one."""
    fault = "backend.0:kill@600ms"
    stored = measure("sessions/memory_session", **LOAD, backends=2, fault=fault)
    values = found(stored)
    assert 0 < values["lost_session_share"] < 1
    assert values["given_up_share"] == 0
    assert all("HTTP 401" in error for error in stored.record.facts["client_errors"])


def test_without_affinity_no_session_is_found_again_and_nobody_asks_while_idle(
    measure: Callable[..., StoredTrial],
) -> None:
    idle = {"idle_from_s": 0.5, "idle_for_s": 1.0}
    stored = measure("sessions/memory_session", **LOAD, **idle, backends=2, affinity="none")
    assert found(stored)["whole_share"] < 0.5
    data = stored.data()
    due_ns = data.select("call")["intended_ns"] - data.t0_ns
    assert (due_ns <= 0.5e9).any()
    assert (due_ns >= 1.5e9).any()
    assert not ((due_ns > 0.5e9) & (due_ns < 1.5e9)).any()


def test_a_store_that_forgets_loses_all_and_one_that_stands_still_none(
    measure: Callable[..., StoredTrial],
) -> None:
    forgotten, stopped = (
        found(measure("sessions/store_session", **LOAD, fault=fault))
        for fault in ("redis:restart@600ms", "redis:stop@600ms,for=500ms")
    )
    assert forgotten["open_broken_share"] == 1
    assert (stopped["open_broken_share"], stopped["kept_throughput"] < 0.5) == (0, True)


def test_a_backend_that_is_added_gets_its_share(measure: Callable[..., StoredTrial]) -> None:
    load = {**LOAD, "clients": 60, "pause_s": 0.3, "steps": 5}
    modulo, consistent = (
        found(
            measure(
                "sessions/hashed_session",
                **load,
                backends=3,
                hashing=hashing,
                fault="balancer:restart@600ms",
            )
        )
        for hashing in ("modulo", "consistent")
    )
    assert 0 < consistent["moved_workflow_share"] < 0.5 < modulo["moved_workflow_share"] < 1
    for values in (modulo, consistent):
        assert values["open_broken_share"] == values["moved_workflow_share"]
