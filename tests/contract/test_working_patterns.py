"""One contract for every pattern whose clients make the work: pages, requests, queries, transfers.

Real processes, each experiment under its own quick load but shorter, and with what is normal there
in place of what a quick run is to show.  Nothing here names a pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import measured
import numpy as np
import pytest

from bench import catalog
from bench.analysis import findings
from bench.analysis.metrics import TrialData
from bench.lab.network.network import usable
from bench.model import samples
from bench.model.pattern import Pattern
from bench.model.units import show
from bench.plan.trials import loads_of
from bench.results.store import StoredTrial

PATTERNS = [
    pattern
    for name, experiment in catalog.experiments().items()
    if experiment.work_by != "schedule"
    for pattern in catalog.patterns(name).values()
]
# Without a warm-up a piece that is longer than the window begins in it.
BRIEF: Mapping[str, str] = {"duration": "800ms", "warmup": "0", "drain": "20s"}


def load_for(pattern: Pattern) -> dict[str, Any]:
    experiment = catalog.experiments()[pattern.experiment]
    parameters = experiment.load.parameters
    normal = {
        name: show(value, parameters[name].unit)
        for name, value in experiment.normal.items()
        if name in experiment.quick and not callable(value)
    }
    loads = loads_of(experiment, {**experiment.quick, **normal, **BRIEF})
    return loads[0][1]


@pytest.mark.parametrize("pattern", PATTERNS, ids=[pattern.id for pattern in PATTERNS])
def test_a_pattern_keeps_the_contract(
    measure: Callable[..., StoredTrial], pattern: Pattern
) -> None:
    load = load_for(pattern)
    if load.get("link", "loopback") != "loopback" and usable()[1]:
        pytest.skip(usable()[1])
    stored = measure(pattern.id, **load)
    record = stored.record
    assert (record.status, record.reason, record.log_tail) == ("ok", "", [])
    assert record.facts["client_failures"] == 0, record.facts["client_errors"]
    data = stored.data()
    check_accounting(data, record.counted, pattern.experiment)
    check_times(data)
    check_meters(data, pattern)


def check_accounting(data: TrialData, counted: int, experiment: str) -> None:
    """Each piece that was begun was done, once; every operation has its row."""
    found = measured.compute(data)
    assert found["deliveries"] > 0
    assert found["completeness"] == 1.0
    assert found["lost"] == 0
    assert not found["wire_bytes_per_event"] < 0, "a socket was closed before it was read"
    assert not len(data.events), "nothing happens in the backend by itself"
    assert len(data.rows) == counted
    assert not np.count_nonzero(data.rows["outcome"] == samples.FAILED)
    assert findings.worst(measured.of_trial(data, counted, found, experiment)) != "void"
    pieces = data.rows[data.rows["operation"] == data.operations.index(data.outcome_operation)]
    assert len(np.unique(pieces[["client", "sequence"]])) == len(pieces)


def check_times(data: TrialData) -> None:
    """What was meant is sent, then answered, then done; nothing is begun after the window."""
    done = data.rows[data.rows["outcome"] == samples.OK]
    assert (done["intended_ns"] <= done["sent_ns"]).all()
    assert (done["sent_ns"] <= done["done_ns"]).all()
    pieces = data.rows[data.rows["operation"] == data.operations.index(data.outcome_operation)]
    assert (pieces["intended_ns"] < data.t1_ns).all()


def check_meters(data: TrialData, pattern: Pattern) -> None:
    services = {catalog.components()[request.name].role for request in pattern.services}
    roles = {"generator", *(part.role for part in pattern.parts), *services} | (
        {"proxy"} if "envoy" in pattern.requires else set()
    )
    for mark in ("idle", "t0", "t1"):
        assert roles <= set(data.marks[mark])
    for role in roles:
        start, end = data.marks["t0"][role], data.marks["t1"][role]
        assert end.cpu_ns >= start.cpu_ns > 0
        assert end.memory_bytes > 0
