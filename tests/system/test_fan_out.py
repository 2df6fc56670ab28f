"""One publisher and its receivers: who is held back by a full queue, and whom the dead harm.

Counts only; no time is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import measured
import numpy as np
import pytest

from bench.results.store import StoredTrial

LOAD: Mapping[str, Any] = {"clients": 4, "duration_s": 0.8, "warmup_s": 0.2, "drain_s": 20.0}
LIMIT, PREFETCH, WINDOW = 10, 5, 20
MEGABYTE = 1_000_000


def test_a_full_queue_holds_its_publisher_back(measure: Callable[..., StoredTrial]) -> None:
    stored = measure(
        "fan_out/rabbitmq_fanout",
        **LOAD
        | {
            "clients": 1,
            "event_rate_per_s": 0.0,
            "payload_bytes": 10_000,
            "confirms": "window",
            "confirm_window": WINDOW,
            "queue_limit": LIMIT,
            "acknowledgement": "manual",
            "prefetch": PREFETCH,
            "work_time_s": 0.01,
        },
    )
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    data = stored.data()
    found = measured.compute(data)
    assert found["refusals"] > 0, "the queue was full"
    assert (found["completeness"], found["duplicated"]) == (1.0, 0)
    # In a closed loop no more is published than is received, and what is on its way.
    published = np.sort(data.events["published_ns"])
    done = np.sort(data.rows["done_ns"][data.rows["sequence"] > 0])
    under_way = np.arange(1, len(published) + 1) - np.searchsorted(done, published)
    # RabbitMQ's limit is soft: it counts what has reached the queue.
    assert under_way.max() <= 2 * (LIMIT + PREFETCH + WINDOW)
    assert found["server_memory_growth_bytes"] < 30 * MEGABYTE


@pytest.mark.parametrize("pattern", ["direct_parallel", "rabbitmq_fanout"])
def test_a_dead_receiver_costs_nobody_else_an_event(
    measure: Callable[..., StoredTrial], pattern: str
) -> None:
    stored = measure(f"fan_out/{pattern}", **LOAD | {"dead_receivers": 1})
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    data = stored.data()
    found = measured.compute(data)
    events = len(data.window_events)
    assert found["lost"] == events, "what the dead one did not get"
    assert set(data.outcomes["client"].tolist()) == {1, 2, 3}
    assert (found["duplicated"], found["out_of_order"]) == (0, 0)
    if pattern.startswith("direct"):
        assert found["sends_failed"] >= events - 1, "each call to it was refused"
    else:
        assert found["sends_failed"] == 0, "the publisher knows nothing of it"


def test_who_says_nothing_is_waited_for_and_no_longer(measure: Callable[..., StoredTrial]) -> None:
    stored = measure(
        "fan_out/direct_serial",
        **LOAD | {"dead_receivers": 1, "dead_host": "silent", "request_timeout_s": 0.05},
    )
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    data = stored.data()
    found = measured.compute(data)
    assert found["publisher_ms"] >= 50, "the timeout of one call is in every event"
    assert found["lost"] == len(data.window_events)
