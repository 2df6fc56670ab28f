"""A cache over a real store: what is answered, and what is read again after a restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import measured
import numpy as np

from bench.model import samples
from bench.results.store import StoredTrial

LOAD: Mapping[str, Any] = {
    "clients": 4,
    "keys": 20,
    "lookup_rate_per_s": 200.0,
    "patience_s": 60.0,
    "warmup_s": 0.3,
    "duration_s": 2.0,
    "drain_s": 60.0,
}


def test_a_restart_empties_the_cache_and_loses_no_lookup(
    measure: Callable[..., StoredTrial],
) -> None:
    """With one backend: who asks while it is away waits, beyond the window if need be."""
    stored = measure("cold_cache/cached", **LOAD, backends=1, fault="backend.0:restart@500ms")
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    assert stored.record.facts["client_failures"] == 0, stored.record.facts["client_errors"]
    data = stored.data()
    values = measured.compute(data)
    assert values["completeness"] == 1
    assert values["warm_hit_share"] == 1, "a first life begins with a full cache"
    cold = data.rows[data.rows["operation"] == data.operations.index("cold")]
    missed = np.count_nonzero(cold["outcome"] == samples.EMPTY)
    assert len(cold) > missed > 0
    assert set(cold["bytes_up"]) == {0}
    assert missed == data.counted["end"]["backend.0.store_operations"]


def test_without_a_cache_each_lookup_is_a_read(measure: Callable[..., StoredTrial]) -> None:
    stored = measure("cold_cache/uncached", **{**LOAD, "duration_s": 0.5})
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    values = measured.compute(stored.data())
    assert (values["store_operations_per_lookup"], values["completeness"]) == (1, 1)
