"""Uploads whose server is killed in the middle of a request: they go on, and are intact."""

from __future__ import annotations

from collections.abc import Callable

import measured
import pytest

from bench import catalog
from bench.lab import scratch
from bench.lab.network.network import usable
from bench.plan.trials import loads_of
from bench.results.store import StoredTrial

PRIVILEGE, MISSING = usable()
pytestmark = pytest.mark.skipif(not PRIVILEGE, reason=MISSING)

KILLED = {
    "file_size": "2MB",
    "cut_rate": "0/s",
    "fault": "server:restart@200ms",
    "duration": "1s",
    "drain": "20s",
}


def test_a_resumable_upload_goes_on_at_a_killed_server(
    measure: Callable[..., StoredTrial],
) -> None:
    """A file of 2 MB takes 0.4 s over the link; the server dies after half of the first."""
    experiment = catalog.experiments()["upload"]
    ((_, load),) = loads_of(experiment, {**experiment.quick, **KILLED})
    stored = measure("upload/resumable", **load)
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    assert [one.failure for one in stored.record.faults] == [""]
    assert stored.record.facts["client_failures"] == 0, stored.record.facts["client_errors"]
    values = measured.compute(stored.data())
    assert values["completeness"] == 1.0
    assert values["cuts_seen"] >= 1
    # What came before the kill was on the disk: only what was under way is sent again.
    assert 1.0 < values["sent_share"] < 1.2
    # What parts kept is gone with the trial.
    assert not [one for one in scratch.own() if one.name.startswith("patternbench-parts-")]
