"""The experiment page_load: what its load says, the files it takes, its metrics from made rows."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from measured import compute

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.errors import UsageError
from bench.plan.trials import loads_of
from scenarios.page_load.claims import http1_ms, multiplexed_ms
from scenarios.page_load.experiment import EXPERIMENT
from scenarios.page_load.load import LOAD

OPERATIONS = ("connect", "tick", "resource", "open", "page")
MS = 1_000_000


def test_a_page_has_as_many_resources_as_asked_for() -> None:
    load = LOAD(resources=3, resource_size_bytes=100)
    assert load.own.sizes_bytes == (100, 100, 100)
    assert load.own.page_bytes == 300


def test_a_recorded_page_replaces_both(tmp_path: Path) -> None:
    file = tmp_path / "page.csv"
    file.write_text("size_bytes\n# the logo\n1200\n\n30\n")
    assert LOAD(sizes=str(file), resources=99).own.sizes_bytes == (1200, 30)
    ((_, load),) = loads_of(EXPERIMENT, {"sizes": str(file)})
    assert load["sizes"] == str(file)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "contains no sizes"),
        ("size\n12\nbig\n", "line 3: 'big' is not a size"),
        ("size\n-4\n", "line 2: '-4' is not a size"),
        (None, "cannot be read"),
    ],
)
def test_a_file_of_sizes_that_is_none_is_refused(
    tmp_path: Path, content: str | None, words: str
) -> None:
    file = tmp_path / "page.csv"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UsageError) as caught:
        loads_of(EXPERIMENT, {"sizes": str(file)})
    assert words in str(caught.value)


def page_trial(**counts: dict[str, float]) -> TrialData:
    """One client loads two pages of two resources of 100 bytes; times in ms from the page's."""
    rows: list[tuple[Any, ...]] = []
    for page, begun in enumerate((0, 500)):
        made = [
            ("resource", 0, 30, 60, 80, 40, 150),
            ("resource", 0, 80, 110, 130, 40, 150),
            ("open", 0, 0, 30, 30, 0, 0),
            ("page", 0, 0, 60, 130, 80, 200),
        ]
        for name, *times, up, down in made:
            stamps = [(begun + time) * MS for time in times]
            code = OPERATIONS.index(name)
            rows.append((code, samples.OK, 0, 0, page, *stamps, up, down))
    return TrialData(
        load={"clients": 1},
        operations=OPERATIONS,
        outcome_operation="page",
        rows=np.array(rows, samples.DTYPE),
        events=np.zeros(0, samples.EVENT_DTYPE),
        t0_ns=0,
        t1_ns=1000 * MS,
        counted=counts,
    )


COUNTS = {
    "idle": {"http.tls.downstream_cx_total": 1.0, "listener.tls.ssl.handshake": 1.0},
    "end": {
        "http.tls.downstream_cx_total": 3.0,
        "http.quic.downstream_cx_total": 0.0,
        "listener.tls.ssl.handshake": 3.0,
    },
}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("makespan_mean", 130),
        ("setup_mean", 30),
        ("queue_time_mean", 55),
        ("header_bytes_per_page", 2 * 40 + 2 * 50),
        ("connections_per_page", 1),
        ("handshakes_per_page", 1),
        ("completeness", 1),
        ("deliveries", 2),
        ("payload_bytes_per_event", 200),
    ],
)
def test_a_metric_of_pages_is_what_its_definition_says(key: str, value: float) -> None:
    assert compute(page_trial(**COUNTS), [key])[key] == pytest.approx(value)


def test_what_nobody_counted_is_unknown() -> None:
    assert math.isnan(compute(page_trial())["connections_per_page"])


FACTS = {"link_rtt_probe_ms": 50.0, "setup_mean": 100.0}


@pytest.mark.parametrize(
    ("found", "milliseconds"),
    [
        (http1_ms(LOAD(resources=12, resource_size_bytes=100), FACTS, 6), 240),
        (http1_ms(LOAD(resources=12, streams=3), FACTS, 6), 380),
        (http1_ms(LOAD(resources=12, streams=6), FACTS, 6), math.inf),
        (http1_ms(LOAD(resources=12, loss=0.01), FACTS, 6), math.nan),
        (multiplexed_ms(LOAD(resources=7, resource_size_bytes=100), FACTS, "2"), 170),
        (multiplexed_ms(LOAD(resources=12, resource_size_bytes=100), FACTS, "2"), 220),
        (multiplexed_ms(LOAD(resources=7, streams=6), FACTS, "2"), 70),
        # 10 MB in 20 Mbit/s: nothing but the bandwidth counts.
        (http1_ms(LOAD(resources=1, resource_size_bytes=10**7, rate=20e6), FACTS, 6), 4143.6),
    ],
)
def test_the_laws_as_a_load_fills_them(found: float, milliseconds: float) -> None:
    assert found == pytest.approx(milliseconds, rel=1e-3, nan_ok=True)
