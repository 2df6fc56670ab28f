"""Crashes of `durability`: real ones, after which clients come back and look."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import measured
import pytest

from bench import catalog
from bench.lab import components, scratch
from bench.lab.network.network import usable
from bench.plan.trials import loads_of
from bench.results.store import StoredTrial


def load_with(**settings: str) -> dict[str, Any]:
    experiment = catalog.experiments()["durability"]
    ((_, load),) = loads_of(experiment, {**experiment.quick, "warmup": "0", **settings})
    return load


def crashed(stored: StoredTrial) -> dict[str, float]:
    """The metrics of a trial whose faults were all carried out."""
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    assert {one.failure for one in stored.record.faults} == {""}
    assert not [one for one in scratch.own() if one.name.startswith("patternbench-parts-")]
    return measured.compute(stored.data())


@pytest.mark.skipif(bool(components.missing("fuse")), reason=components.missing("fuse"))
@pytest.mark.parametrize(("pattern", "loses"), [("fsync_each", False), ("page_cache", True)])
def test_a_power_cut_takes_what_was_not_synced(
    measure: Callable[..., StoredTrial], pattern: str, loses: bool
) -> None:
    load = load_with(disk="volatile", fault="disk:restart@500ms", duration="1500ms")
    values = crashed(measure(f"durability/{pattern}", **load))
    assert values["crashes"] == 1
    assert (values["lost_per_crash"] > 0) == loses
    assert (values["lost_bytes_per_crash"] > 0) == loses
    assert "VolatileDisk" not in Path("/proc/self/mounts").read_text()


@pytest.mark.skipif(
    bool(usable()[1] or components.missing("postgres")), reason="needs links and PostgreSQL"
)
def test_a_standby_takes_over_twice_and_synchronous_commits_are_there(
    measure: Callable[..., StoredTrial],
) -> None:
    """The second failover leads back: then the first server is a new standby's primary."""
    load = load_with(
        standby_link="emulated",
        standby_rtt="5ms",
        duration="5s",
        fault="standby_path:down@500ms,for=200ms,every=2500ms,times=2;"
        "postgres:failover@500ms,every=2500ms,times=2",
    )
    values = crashed(measure("durability/replicate_sync", **load))
    # Both were carried out; on a busy machine the window may end during the second.
    assert values["crashes"] >= 1
    assert values["lost_per_crash"] == 0
    assert values["outage_mean"] > 0
