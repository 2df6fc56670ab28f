"""The experiment page_load: what its load says, the files it takes, its metrics from made rows."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from measured import EXPERIMENTS, compute

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.law import Law
from bench.plan.trials import loads_of
from scenarios.page_load._costs import costs_of, costs_of_each
from scenarios.page_load._simulation.server import Costs
from scenarios.page_load.load import LOAD
from scenarios.page_load.predictions import (
    OVER_FREE,
    OVER_HTTP2,
    OVER_HTTP3,
    OVER_MANY,
    OVER_ONE,
    OVER_SIX,
    PREDICTIONS,
    over_http1,
)

EXPERIMENT = EXPERIMENTS["page_load"]

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
        ("9" * 5000, "line 1: '9999"),
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


CPU = {
    "server_cpu_us_per_event": 500.0,
    "proxy_cpu_us_per_event": 1500.0,
    "generator_cpu_us_per_event": 3000.0,
}


def calibrated(trips: int, connections: int = 1) -> dict[str, float]:
    """A machine whose handshake takes 3 ms, an exchange 1 ms and one request among many 0.1 ms.

    Set-ups are of so many round trips of 20 ms; a megabyte takes 1 ms; each handshake of the
    crowd's connections waits 1 ms for the one before.
    """
    more = {
        "bulk": {key: value + 2000 for key, value in CPU.items()},
        "crowd": {key: connections * value + (60 - connections) * 50 for key, value in CPU.items()},
    }
    facts = {"link_rtt_probe_ms": 50.0, "alone.link_rtt_probe_ms": 20.0}
    facts |= {"alone.setup_p50": 20.0 * trips + 3, "alone.makespan_p50": 20.0 * trips + 44}
    facts |= {f"alone.{key}": value for key, value in CPU.items()}
    facts |= {
        f"{name}.{key}": value for name, found in more.items() for key, value in found.items()
    }
    facts |= {"alone.setup_mean": 20.0 * trips + 3, "storm.makespan_p50": 20.0 * trips + 44 + 29}
    return {**facts, "crowd.setup_mean": 20.0 * trips + 3 + (connections - 1) / 2}


EMULATED = {"link": "emulated", "rtt_s": 0.05, "cc": "cubic", "rate": 50e6, "rate_up": 50e6}


def test_the_costs_of_a_machine_are_those_of_its_busier_core() -> None:
    """The backend's, for bytes: server and proxy took 4 ms for 2 MB, the client 2."""
    expected = Costs(exchange_s=0.0009, request_s=0.0001, byte_s=2e-9, setup_s=0.003)
    assert costs_of(calibrated(2), 2) == expected
    assert costs_of(calibrated(1), 1) == expected
    six = costs_of(calibrated(2, 6), 2, 6)
    assert six == dataclasses.replace(expected, handshake_s=0.001)


def test_a_request_that_meets_no_other_is_part_of_its_exchange() -> None:
    found = costs_of(calibrated(2), 2, 0)
    assert (found.request_s, found.exchange_s, found.handshake_s) == (0, 0.001, 0)
    assert costs_of_each(calibrated(2), 2) == dataclasses.replace(found, handshake_s=0.001)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"alone.makespan_p50": 43.0 + 40.09}, "a request alone took less than it would among"),
        (
            {f"crowd.{key}": value - 60 for key, value in CPU.items()},
            "many requests cost less than",
        ),
        ({f"bulk.{key}": value - 1 for key, value in CPU.items()}, "a large resource cost less"),
        ({"alone.setup_p50": 39.9}, "a handshake took less than its round trips"),
        ({"alone.setup_p50": 10.0}, "a handshake took less than its round trips"),
    ],
)
def test_a_cost_below_zero_cannot_be_simulated(changes: dict[str, float], words: str) -> None:
    load = LOAD(resources=12, resource_size_bytes=100, **EMULATED)
    facts = {**calibrated(2), **changes}
    assert math.isnan(OVER_HTTP2(load, facts))
    assert words in OVER_HTTP2.reason(load, facts)


def test_what_no_clock_can_tell_from_nothing_is_nothing() -> None:
    facts = {**calibrated(2), "alone.makespan_p50": 43.0 + 40.0997}
    assert costs_of(facts, 2).exchange_s == 0


@pytest.mark.parametrize(
    ("law", "fact", "none", "below", "later_s"),
    [
        (OVER_SIX, "crowd.setup_mean", 43.0, 42.8, -0.2e-3 / 2.5),
        (OVER_MANY, "storm.makespan_p50", 84.0, 81.1, -2.9e-3 / 29),
    ],
)
def test_handshakes_at_once_that_take_less_than_one_do_not_queue(
    law: Law, fact: str, none: float, below: float, later_s: float
) -> None:
    """What queues is kept below zero: a core that is free at once keeps nobody waiting."""
    load, facts = LOAD(resources=12, resource_size_bytes=100, **EMULATED), calibrated(2, 6)
    kept = {**facts, fact: below}
    assert law(load, kept) == pytest.approx(law(load, {**facts, fact: none}), rel=1e-9)
    costs = costs_of(kept, 2, 6) if law is OVER_SIX else costs_of_each(kept, 2)
    assert costs.handshake_s == pytest.approx(later_s)


def test_handshakes_at_once_take_no_less_than_their_round_trips() -> None:
    load, facts = LOAD(resources=12, resource_size_bytes=100, **EMULATED), calibrated(2, 6)
    faster = {**facts, "crowd.setup_mean": 35.0}
    assert math.isnan(OVER_SIX(load, faster))
    assert OVER_SIX.reason(load, faster) == "handshakes at once took less than their round trips"


@pytest.mark.parametrize("missing", ["alone.setup_p50", "bulk.proxy_cpu_us_per_event"])
def test_a_law_without_its_calibration_says_nothing(missing: str) -> None:
    load = LOAD(resources=12, resource_size_bytes=100, **EMULATED)
    facts = calibrated(2)
    assert math.isfinite(OVER_HTTP2(load, facts))
    del facts[missing]
    assert math.isnan(OVER_HTTP2(load, facts))


@pytest.mark.parametrize(
    ("law", "own", "milliseconds"),
    [
        # Set-up of 2 x 50 + 3 ms, then rounds of 50 + 20 ms and what an exchange takes.
        (OVER_ONE, {"resources": 3}, 103 + 3 * 71),
        (OVER_SIX, {"resources": 12}, 103 + 2 * 71 + 5 + 1),
        (OVER_MANY, {"resources": 12}, 103 + 71 + 11 + 2),
        (OVER_HTTP2, {"resources": 7}, 103 + 71 + 1),
        (OVER_HTTP3, {"resources": 7}, 53 + 71 + 8),
        (OVER_FREE, {"resources": 12, "streams": 3}, 103 + 4 * 71 + 2),
        # 3.4 MB in 50 Mbit/s
        (OVER_HTTP2, {"resources": 34, "resource_size_bytes": 100_000}, 918),
    ],
)
def test_the_laws_as_a_load_fills_them(law: Law, own: dict[str, Any], milliseconds: float) -> None:
    load = LOAD(**{"resource_size_bytes": 100, **EMULATED, **own})
    connections = 6 if law in (OVER_SIX, OVER_FREE) else 1
    facts = calibrated(1 if law is OVER_HTTP3 else 2, connections)
    assert law(load, facts) == pytest.approx(milliseconds, rel=0.03)


@pytest.mark.parametrize(
    "own", [{"loss": 0.01}, {"cc": "host"}, {"streams": 6}, {"resources": 101}, {"clients": 2}]
)
def test_outside_their_domain_the_laws_say_nothing(own: dict[str, Any]) -> None:
    load = LOAD(**{"resources": 12, **EMULATED, **own})
    assert all(math.isnan(law(load, calibrated(2))) for law in PREDICTIONS)


def test_with_every_connection_held_a_page_waits_for_ever() -> None:
    load = LOAD(resources=12, streams=6, **EMULATED)
    assert over_http1(load, calibrated(2), 6) == math.inf
