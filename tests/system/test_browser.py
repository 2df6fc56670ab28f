"""A real Chromium: what it does with six connections, and that nothing of it is left."""

from __future__ import annotations

import itertools
import os
import re
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import measured
import numpy as np
import psutil
import pytest
from system_builders import descendants, living, start_bench, until

from bench import catalog
from bench.analysis import findings
from bench.lab.components import chromium
from bench.lab.network.network import usable
from bench.lab.proxies import envoy
from bench.model import samples
from bench.plan.trials import loads_of
from bench.results.store import StoredTrial

MISSING = chromium.missing() or envoy.missing()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)
LINKED = pytest.mark.skipif(bool(usable()[1]), reason=usable()[1])
Measure = Callable[..., StoredTrial]

SHORT = {"clients": "1", "warmup": "0", "resource_size": "100B"}
SLOW = {"server_delay": "300ms"}
"""No connection is free again before all six are there, however busy this machine is."""

LINK = {"link": "emulated", "rtt": "50ms", "cc": "cubic"}


def load_page(measure: Measure, pattern: str = "browser", **settings: str) -> StoredTrial:
    ((_, load),) = loads_of(catalog.experiments()["page_load"], {**SHORT, **settings})
    stored = measure(f"page_load/{pattern}", **load)
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    assert stored.record.facts["client_errors"] == []
    return stored


def found(stored: StoredTrial) -> dict[str, float]:
    return measured.compute(stored.data())


def served(stored: StoredTrial, counter: str) -> float:
    """What Envoy counted of the measured pages."""
    return stored.data().counted_change(counter)


@LINKED
def test_it_takes_as_long_as_six_connections_and_its_cpu_is_the_generators(
    measure: Measure,
) -> None:
    settings = {**LINK, "resources": "12", "duration": "2s"}
    pages, plain = (load_page(measure, name, **settings) for name in ("browser", "http1_six"))
    seen, model = found(pages), found(plain)
    assert seen["connections_per_page"] == model["connections_per_page"] == 6
    assert seen["completeness"] == 1
    # One wave more or less would be 70 of 250 ms.
    assert 0.9 < seen["makespan_mean"] / model["makespan_mean"] < 1.25
    assert 0.9 < seen["setup_mean"] / model["setup_mean"] < 1.4
    assert seen["generator_cpu_us_per_event"] > 5 * model["generator_cpu_us_per_event"]
    # Its renderers come and go; what they used stays counted.
    used = [reading.cpu_ns for reading in pages.data().series["generator"]]
    # The clock of ended children has steps of 10 ms.
    assert all(later - earlier > -30_000_000 for earlier, later in itertools.pairwise(used))


def of_page(rows: np.ndarray, page: Any) -> np.ndarray:
    return rows[(rows["client"] == page["client"]) & (rows["sequence"] == page["sequence"])]


def test_its_rows_are_those_of_the_other_patterns_and_clients_share_it(measure: Measure) -> None:
    """Over HTTP/1.1 without TLS; the others here are encrypted."""
    stored = load_page(measure, clients="3", resources="8", tls="off", duration="1s", **SLOW)
    data = stored.data()
    pages, resources, opened = (data.select(name) for name in ("page", "resource", "open"))
    assert len(data.rows) == stored.record.counted
    assert set(pages["client"].tolist()) == {0, 1, 2}
    assert (pages["outcome"] == samples.OK).all()
    for page in pages:
        mine = of_page(resources, page)
        assert len(mine) == 8
        assert len(of_page(opened, page)) == 6
        assert mine["intended_ns"].min() == page["intended_ns"]
        assert mine["first_byte_ns"].min() == page["first_byte_ns"]
        assert mine["done_ns"].max() == page["done_ns"]
        assert page["bytes_down"] == 800
    assert served(stored, "http.http1.downstream_rq_total") == len(resources)
    assert served(stored, "http.http1.downstream_cx_total") == len(opened)
    order = ("intended_ns", "sent_ns", "first_byte_ns", "done_ns")
    for earlier, later in itertools.pairwise(order):
        assert (resources[earlier] <= resources[later]).all()
    assert stored.record.facts["browser"] == f"Chromium {chromium.version()}"
    values = found(stored)
    raised = measured.of_trial(data, stored.record.counted, values, "page_load")
    assert findings.worst(raised) != "void"
    # What a browser does not tell is not said.
    assert str(values["header_bytes_per_page"]) == "nan"
    assert str(values["wire_bytes_per_event"]) == "nan"


def test_the_seventh_stream_and_a_fetch_are_never_answered_over_http1(measure: Measure) -> None:
    stored = load_page(measure, streams="7", resources="1", duration="500ms", drain="1s")
    assert served(stored, "http.tls.downstream_rq_total") == 6
    assert served(stored, "http.tls.downstream_cx_total") == 6
    (page,) = stored.data().select("page")
    assert page["outcome"] == samples.PENDING
    assert found(stored)["completeness"] == 0


def test_ten_streams_and_a_fetch_are_answered_over_http2(measure: Measure) -> None:
    stored = load_page(measure, protocol="http2", streams="10", resources="1", duration="500ms")
    data = stored.data()
    pages = np.count_nonzero(data.rows["operation"] == data.operations.index("page"))
    assert served(stored, "http.tls.downstream_rq_http2_total") == 11 * pages
    assert found(stored)["completeness"] == 1


def test_one_connection_of_http3_suffices(measure: Measure) -> None:
    stored = load_page(measure, protocol="http3", resources="12", duration="500ms")
    assert served(stored, "http.quic.downstream_rq_http3_total") > 0
    values = found(stored)
    assert values["connections_per_page"] == 1
    assert values["completeness"] == 1


def test_too_many_clients_are_refused_in_one_line(measure: Measure) -> None:
    ((_, load),) = loads_of(catalog.experiments()["page_load"], {**SHORT, "clients": "11"})
    record = measure("page_load/browser", **load).record
    assert record.status == "failed"
    assert "clients=11: the browser can act as at most 10 clients" in record.reason


def browsers(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if "chromium" in one.name()]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_of_a_harness_that_ends(tmp_path: Path, number: signal.Signals) -> None:
    process = start_bench(
        *("run", "page_load/browser", "--duration", "30s", "--no-calibration"),
        *("--results", str(tmp_path / "results")),
        output=tmp_path / "said",
    )
    try:
        until(lambda: browsers(descendants(process.pid)), 30, "a browser runs")
        all_of_it = descendants(process.pid)
        assert browsers(all_of_it)
    finally:
        os.kill(process.pid, number)
        process.wait(20)
    until(lambda: not living(all_of_it), 10, "all have ended")
    owners = "|".join(str(one.pid) for one in all_of_it)
    left = Path(tempfile.gettempdir()).glob("patternbench-*")
    assert not [path for path in left if re.search(rf"-({owners})-", path.name)]
