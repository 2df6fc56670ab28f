"""Consumers that are added to a full queue: what is kept, what moves, and who overtakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import measured
import numpy as np

from bench.results.store import StoredTrial

LOAD: Mapping[str, Any] = {
    "clients": 2,
    "item_rate_per_s": 150.0,
    "service_time_s": 0.02,
    "keys": 30,
    "added": 2,
    "warmup_s": 0.1,
    "duration_s": 1.5,
    "drain_s": 30.0,
}


def test_a_hand_over_that_waits_keeps_the_order_within_each_key(
    measure: Callable[..., StoredTrial],
) -> None:
    """The queues are full when consumers are added, and the producer's own hash moves half."""
    stored = measure("competing_consumers/modulo_hash", **LOAD, hand_over="drained")
    record = stored.record
    assert (record.status, record.reason, record.log_tail) == ("ok", "", [])
    data = stored.data()
    found = measured.compute(data)
    assert (found["completeness"], found["lost_items"], found["doubled_items"]) == (1, 0, 0)
    assert (found["out_of_order_pairs"], found["overlapped_share"]) == (0, 0)
    services = data.rows[data.rows["operation"] == data.operations.index("service")]
    assert len(np.unique(services["client"])) == 4, "all consumers have work"
    assert 0 < found["moved_share"] < 1
    (adding,) = data.rows[data.rows["operation"] == data.operations.index("adding")]
    assert (adding["client"], adding["bytes_up"]) == (2, 4)


def test_who_shares_a_queue_works_on_one_key_at_the_same_time(
    measure: Callable[..., StoredTrial],
) -> None:
    load = {**LOAD, "keys": 1, "added": 0, "duration_s": 1.0, "clients": 4}
    found = measured.compute(measure("competing_consumers/one_queue", **load).data())
    assert (found["lost_items"], found["doubled_items"]) == (0, 0)
    assert found["overlapped_share"] > 0.2
    assert found["out_of_order_pairs"] > 0
