"""Two paths: MPTCP uses both and outlives the first, TCP does neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import measured
import pytest

from bench import catalog
from bench.lab.network.network import usable
from bench.model import samples
from bench.plan.trials import loads_of
from bench.results.store import StoredTrial

PRIVILEGE, MISSING = usable()
pytestmark = pytest.mark.skipif(not PRIVILEGE, reason=MISSING)
Measure = Callable[..., StoredTrial]

RATES = (20e6, 10e6)
PATHS = {
    "link": "emulated",
    "rtt": "10ms",
    "rate": "20mbit",
    "second_path": "rtt=20ms,rate=10mbit",
    "warmup": "300ms",
}


def one_transfer(measure: Measure, pattern: str, **settings: str) -> StoredTrial:
    """A trial in whose window one transfer begins."""
    experiment = catalog.experiments()["multipath"]
    ((_, load),) = loads_of(experiment, {**PATHS, **settings})
    stored = measure(f"multipath/{pattern}", **load)
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    assert stored.record.facts["client_failures"] == 0
    assert len(stored.data().select("transfer")) == 1
    return stored


def found(stored: StoredTrial) -> dict[str, float]:
    return measured.compute(stored.data())


def packets(stored: StoredTrial, path: int) -> int:
    """What the link carried to the client after t0."""
    start, end = (stored.record.link[mark][path].down for mark in ("t0", "end"))
    return end.packets_out - start.packets_out


def codes(stored: StoredTrial) -> set[str]:
    data = stored.data()
    raised = measured.of_trial(data, stored.record.counted, measured.compute(data), "multipath")
    return {one.code for one in raised}


def law(stored: StoredTrial, pattern: str, metric: str) -> float:
    experiment = catalog.experiments()["multipath"]
    (one,) = (p for p in experiment.predictions_for(pattern) if p.metric == metric)
    load: Any = experiment.load.read(stored.record.trial.load)
    return one.function(load, {})


LONG = {"transfer": "10MB", "duration": "1s", "drain": "20s"}


def test_mptcp_gets_the_sum_of_both_paths(measure: Measure) -> None:
    stored = one_transfer(measure, "mptcp", **LONG)
    values = found(stored)
    assert values["goodput"] == pytest.approx(law(stored, "mptcp", "goodput"), rel=0.1)
    assert values["second_path_share"] == pytest.approx(1 / 3, rel=0.1)
    assert packets(stored, 0) > 1000
    assert packets(stored, 1) > 1000
    assert stored.record.facts["subflows"] == 2
    # What no socket tells is not said: the link is who counts.
    assert str(values["stream_bytes_down_per_event"]) == "nan"
    assert values["wire_bytes_down_per_event"] > 0


def test_tcp_gets_the_first_path(measure: Measure) -> None:
    stored = one_transfer(measure, "tcp", **LONG)
    values = found(stored)
    assert values["goodput"] == pytest.approx(law(stored, "tcp", "goodput"), rel=0.1)
    assert values["second_path_share"] == 0
    assert packets(stored, 1) == 0
    assert "subflows" not in stored.record.facts


CUT = {"transfer": "2MB", "fault": "path.1:down@300ms", "duration": "600ms"}


def test_mptcp_outlives_the_first_path(measure: Measure) -> None:
    stored = one_transfer(measure, "mptcp", **CUT, drain="20s")
    values = found(stored)
    assert values["completeness"] == 1
    assert values["second_path_share"] > 0.5
    # The first path carried no more than fits before the cut.
    first = stored.record.link["end"][0].down.bytes_out - stored.record.link["t0"][0].down.bytes_out
    assert first < 1.2 * 0.3 * RATES[0] / 8
    assert "incomplete" not in codes(stored)


def test_tcp_waits_for_the_first_path(measure: Measure) -> None:
    stored = one_transfer(measure, "tcp", **CUT, drain="2s")
    values = found(stored)
    assert values["completeness"] == 0
    (row,) = stored.data().select("transfer")
    assert row["outcome"] == samples.PENDING
    assert {"incomplete", "path_lost"} <= codes(stored)
    assert "nothing_measured" not in codes(stored)


def test_the_path_is_back_for_the_next_trial(measure: Measure) -> None:
    one_transfer(measure, "tcp", **CUT, drain="500ms")
    stored = one_transfer(measure, "tcp", transfer="500kB", duration="100ms")
    assert found(stored)["completeness"] == 1
