"""Clients of `long_job` that leave: who loses what, and who comes back to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import measured
import numpy as np
import pytest

from bench.model import samples
from bench.results.store import StoredTrial

LOAD: Mapping[str, Any] = {
    "clients": 20,
    "job_rate_per_s": 60.0,
    "job_time_s": 0.15,
    "backend_workers": 60,
    "leave_rate_per_s": 5.0,
    "away_s": 0.1,
    "poll_interval_s": 0.1,
    "warmup_s": 0.1,
    "duration_s": 1.5,
    "drain_s": 20.0,
}


@pytest.mark.parametrize("pattern", ["handle_short_polling", "handle_sse", "queue_reply"])
def test_who_has_a_handle_loses_nothing_by_leaving(
    measure: Callable[..., StoredTrial], pattern: str
) -> None:
    stored = measure(f"long_job/{pattern}", **LOAD)
    record = stored.record
    assert (record.status, record.reason, record.log_tail) == ("ok", "", [])
    assert record.facts["client_failures"] == 0, record.facts["client_errors"]
    data = stored.data()
    found = measured.compute(data)
    assert found["interrupted_jobs"] > 5
    assert (found["lost_share"], found["completeness"]) == (0, 1)
    jobs = data.rows[data.rows["operation"] == data.operations.index("job")]
    work = data.rows[data.rows["operation"] == data.operations.index("work")]
    assert len(work) == len(jobs), "each result came once"


def test_who_must_stay_loses_what_was_under_way_and_nothing_else(
    measure: Callable[..., StoredTrial],
) -> None:
    stored = measure("long_job/blocking_request", **LOAD)
    assert stored.record.facts["client_failures"] == 0, "to leave is no failure"
    data = stored.data()
    found = measured.compute(data)
    assert found["interrupted_jobs"] > 5
    jobs = data.select("job")
    lost = np.count_nonzero(jobs["outcome"] == samples.PENDING)
    assert lost == found["interrupted_jobs"]
    assert found["lost_without_leaving"] == 0
    assert found["work_for_nobody_share"] > 0


def test_a_pattern_is_tried_at_once_however_seldom_its_clients_ask(
    measure: Callable[..., StoredTrial],
) -> None:
    seldom = {**LOAD, "clients": 1, "job_rate_per_s": 0.02, "duration_s": 0.3}
    record = measure("long_job/blocking_request", **seldom).record
    assert (record.status, record.reason) == ("ok", "")
