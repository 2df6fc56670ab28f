"""A consumer that is killed: what a queue keeps for it, and what is lost without one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import measured
import pytest

from bench.results.store import StoredTrial

LOAD: Mapping[str, Any] = {
    "event_rate_per_s": 100.0,
    "warmup_s": 0.1,
    "duration_s": 1.5,
    "fault": "consumer:restart@300ms",
}


@pytest.mark.parametrize(("pattern", "is_kept"), [("rabbitmq_classic", True), ("nats_core", False)])
def test_an_event_for_a_dead_consumer_is_kept_by_a_queue_and_lost_without(
    measure: Callable[..., StoredTrial], pattern: str, is_kept: bool
) -> None:
    stored = measure(f"event_delivery/{pattern}", **LOAD)
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    found = measured.compute(stored.data())
    assert (found["kills"], found["unaccounted"], found["open_share"]) == (1, 0, 0)
    # It has subscribed a moment before it says that it is ready.
    assert (found["kept_while_away"] == 1) == is_kept
    assert (found["lost_event_share"] == 0) == is_kept
    shares = ("once_share", "doubled_share", "lost_event_share")
    assert sum(found[key] for key in shares) == pytest.approx(1)
