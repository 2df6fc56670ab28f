"""The declaration of `calls`: what a load makes of an order, its laws and its metric."""

from __future__ import annotations

import math
from typing import Any

import pytest
from measured import EXPERIMENTS, METRICS
from unit_builders import MS, SECOND, data, reading, row, table

from bench.model.errors import UsageError
from bench.plan.trials import loads_of
from scenarios.calls.load import LOAD

EXPERIMENT = EXPERIMENTS["calls"]

CALLER, SERVER = "caller_cpu_us_per_event", "server_cpu_us_per_event"
FACTS = {
    f"{name}.{metric}": value
    for name, metric, value in (
        ("small", CALLER, 300.0),
        ("large", CALLER, 2100.0),
        ("middle", CALLER, 380.0),
        ("small", SERVER, 600.0),
        ("large", SERVER, 4200.0),
        ("middle", SERVER, 680.0),
    )
}


@pytest.mark.parametrize(
    ("payload", "needed", "lines", "fields"),
    [(100, 0.1, 1, 1), (199, 1.0, 1, 10), (10_000, 0.25, 100, 2), (1_000_000, 0.75, 10_000, 8)],
)
def test_a_load_is_a_number_of_lines_and_of_fields(
    payload: int, needed: float, lines: int, fields: int
) -> None:
    own = LOAD(payload_bytes=payload, needed=needed).own
    assert (own.lines, own.needed_fields) == (lines, fields)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"payload": "99B"}, "payload"),
        ({"payload": "2MB"}, "payload"),
        ({"needed": "0"}, "needed"),
        ({"needed": "1.1"}, "needed"),
        ({"json": "simplejson"}, "json"),
        ({"clients": "257"}, "clients"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(settings: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert settings[words] in str(refused.value)
    assert "\n" not in str(refused.value)


def predicted(metric: str, pattern: str = "rest_json", **load: Any) -> float:
    (law,) = (
        one for one in EXPERIMENT.predictions if one.metric == metric and pattern in one.patterns
    )
    return law(LOAD(warmup_s=0.3, **load), FACTS)


@pytest.mark.parametrize("payload", [20_000, 30_000, 50_000, 300_000])
def test_call1_is_the_line_through_two_other_payloads(payload: int) -> None:
    assert predicted(CALLER, payload_bytes=payload) == pytest.approx(100 + payload / 100)
    assert predicted(SERVER, payload_bytes=payload) == pytest.approx(200 + payload / 50)


def test_call1_of_raw_bytes_ends_where_the_kernel_gives_the_blocks() -> None:
    """280 us + 1 us a kB, through 20 kB and 100 kB; nothing from 128 KiB on."""
    assert predicted(CALLER, "raw", payload_bytes=60_000) == pytest.approx(340)
    assert predicted(SERVER, "raw", payload_bytes=125_000) == pytest.approx(705)
    assert math.isnan(predicted(CALLER, "raw", payload_bytes=131_072))


def test_call1_speaks_of_whole_lines_and_of_closed_loops() -> None:
    assert predicted(CALLER, payload_bytes=30_099) == predicted(CALLER, payload_bytes=30_000)
    assert math.isnan(predicted(CALLER, payload_bytes=30_000, call_rate_per_s=10.0))
    assert math.isnan(predicted(CALLER, payload_bytes=1_000_000))
    assert math.isnan(predicted(CALLER, payload_bytes=10_000))
    assert math.isnan(predicted(CALLER, payload_bytes=30_000, link="lan"))


COUNTED = {
    "t0": {
        "caller.calls": 10.0,
        "caller.messages_ns": 9e5,
        "server.calls": 11.0,
        "server.messages_ns": 1e5,
    },
    "t1": {
        "caller.calls": 110.0,
        "caller.messages_ns": 29e5,
        "server.calls": 111.0,
        "server.messages_ns": 41e5,
    },
}


def test_both_ends_are_caller_and_server_without_the_load_process() -> None:
    rows = table(row(intended_ns=n * MS, done_ns=(n + 1) * MS) for n in range(100))
    used = {"caller": 3 * MS, "server": 5 * MS, "generator": 90 * MS}
    marks = {
        "t0": {role: reading(0, 0) for role in used},
        "t1": {role: reading(SECOND, cpu) for role, cpu in used.items()},
    }
    trial = data(rows, marks=marks, counted=COUNTED)
    found = METRICS["ends_cpu_us_per_event"].function(trial)
    assert found == pytest.approx(8 * MS / 1e3 / 100, rel=0.02)
    share = METRICS["messages_cpu_share"].function(trial)
    assert share == pytest.approx(60 / found)
    assert METRICS["messages_cpu_us_per_event"].function(trial) == 60
    caller = {
        name: {k: v for k, v in one.items() if "server" not in k} for name, one in COUNTED.items()
    }
    alone = METRICS["messages_cpu_share"].function(data(rows, marks=marks, counted=caller))
    assert math.isnan(alone), "raw bytes have no messages to write"
