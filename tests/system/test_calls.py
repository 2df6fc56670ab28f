"""A caller on its own side of a link: its calls have the round trip, its bytes are seen twice."""

from __future__ import annotations

from collections.abc import Callable

import measured
import pytest

from bench import catalog
from bench.lab.network.network import usable
from bench.plan.trials import loads_of
from bench.results.store import StoredTrial

PRIVILEGE, MISSING = usable()
pytestmark = pytest.mark.skipif(not PRIVILEGE, reason=MISSING)

SETTINGS = {"link": "emulated", "rtt": "20ms", "payload": "10kB", "clients": "2"}
WINDOW = {"warmup": "200ms", "duration": "600ms"}


def test_the_link_carries_what_the_callers_sockets_count(
    measure: Callable[..., StoredTrial],
) -> None:
    """Its connection belongs to a library in C, and is found among the part's descriptors."""
    ((_, load),) = loads_of(catalog.experiments()["calls"], {**SETTINGS, **WINDOW})
    stored = measure("calls/grpc", **load)
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    found = measured.compute(stored.data())
    assert found["connections"] == 1
    assert found["latency_p50"] >= 20
    assert found["payload_bytes_per_event"] < found["wire_bytes_down_per_event"]
    for way in ("up", "down"):
        key = f"wire_bytes_{way}_per_event"
        # The link counts what arrives at an instant, the sockets what they have sent until then.
        assert found[f"{key}[tcp_info]"] == pytest.approx(found[key], rel=0.05)
