"""METRICS: accounting and values against plain Python and numbers worked out by hand."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import METRICS, compute
from unit_builders import MS, SECOND, data, events, latencies, reading, row, table

from bench.analysis.delivery_accounting import Accounting
from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.metric import Counts
from bench.model.readings import PathCounts, WayCounts, Wire

# --- the window ----------------------------------------------------------------------


def test_a_sample_belongs_to_the_window_by_its_intended_time() -> None:
    times = [-1, 0, SECOND - 1, SECOND]
    found = data(
        table(
            row(sequence=number, intended_ns=time, done_ns=5 * SECOND)
            for number, time in enumerate(times)
        ),
        events=events(*((-1, number, time, time) for number, time in enumerate(times))),
    )
    assert found.outcomes["sequence"].tolist() == [1, 2]
    assert found.window_events["sequence"].tolist() == [1, 2]
    assert found.accounting == Accounting(2, 2, 0, 0, 0)


def test_only_successful_outcomes_are_deliveries() -> None:
    outcomes = (samples.OK, samples.EMPTY, samples.FAILED)
    found = data(table(row(outcome=code) for code in outcomes))
    assert len(found.outcomes) == 1


def test_an_operation_that_the_trial_does_not_know_has_no_rows() -> None:
    found = data(table([row("tick")]), operations=("request", "delivery"))
    assert len(found.select("tick")) == 0


def test_selecting_leaves_the_rows_as_they_are() -> None:
    rows = table([row("request"), row("delivery")])
    before = rows.copy()
    compute(data(rows))
    assert np.array_equal(rows, before)


def test_what_was_chosen_or_made_of_other_rows_is_not_taken_over() -> None:
    first = data(table([row("request"), row("delivery", done_ns=3)]))
    found = compute(first)
    assert first.select("request") is first.select("request")
    again = dataclasses.replace(first, rows=table([row("delivery", done_ns=5)]))
    assert len(again.select("request")) == 0
    assert compute(again)["latency_max"] == 5 / 3 * found["latency_max"]


# --- values worked out by hand ---------------------------------------------------------


def worked_example() -> TrialData:
    """Two clients, a window of 1 s, three events for both, one delivery lost."""
    deliveries = [
        row(client=0, sequence=0, intended_ns=0, sent_ns=1 * MS, done_ns=2 * MS, bytes_down=100),
        row(client=1, sequence=0, intended_ns=0, sent_ns=1 * MS, done_ns=4 * MS, bytes_down=100),
        row(client=0, sequence=1, intended_ns=100 * MS, done_ns=109 * MS, bytes_down=40),
        row(client=0, sequence=1, intended_ns=100 * MS, done_ns=111 * MS, bytes_down=40),
        row(client=0, sequence=2, intended_ns=200 * MS, done_ns=206 * MS, bytes_down=100),
        row(client=1, sequence=2, intended_ns=200 * MS, done_ns=198 * MS, bytes_down=100),
    ]
    requests = [
        row("request", intended_ns=0, sent_ns=2 * MS, bytes_up=80, bytes_down=300),
        row("request", intended_ns=5, outcome=samples.EMPTY, bytes_up=60, bytes_down=50),
        row("request", intended_ns=6, outcome=samples.EMPTY, bytes_up=60, bytes_down=70),
        row("request", intended_ns=2 * SECOND, bytes_up=9999),
    ]
    before = {"server": reading(0, 10 * MS, 50_000), "generator": reading(0, 0, 1000)}
    return data(
        table([*deliveries, *requests]),
        clients=2,
        events=events(*((-1, n, n * 100 * MS, n * 100 * MS + 3 * MS) for n in range(3))),
        marks={
            "idle": {"server": reading(-SECOND, 0, 30_000), "generator": reading(0, 0, 1000)},
            "t0": before,
            # Read 0.25 s after the window's end: CPU is scaled back by 1/1.25.
            "t1": {
                "server": reading(SECOND * 5 // 4, 25 * MS, 54_000),
                "generator": reading(SECOND * 5 // 4, 10 * MS, 4000),
            },
        },
        wire={
            "t0": Wire(stream_up=10, stream_down=20, wire_up=100, wire_down=200),
            "t1": Wire(
                stream_up=70, stream_down=320, wire_up=400, wire_down=800, open=3, rtt_us=42.5
            ),
        },
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("latency_mean", (2 + 4 + 9 + 11 + 6 - 2) / 6),
        ("latency_max", 11),
        ("service_mean", (1 + 3 + 109 + 111 + 206 + 198) / 6),
        ("completeness", 5 / 6),
        ("lost", 1),
        ("duplicated", 1),
        ("out_of_order", 0),
        ("deliveries", 6),
        ("deliveries_per_s", 6),
        ("requests_per_event", 3 / 6),
        ("requests_per_s", 3),
        ("useless_share", 2 / 3),
        ("stream_bytes_up_per_event", 60 / 6),
        ("stream_bytes_down_per_event", 300 / 6),
        ("wire_bytes_up_per_event", 300 / 6),
        ("wire_bytes_down_per_event", 600 / 6),
        ("wire_bytes_per_event", 900 / 6),
        ("payload_bytes_per_event", 480 / 6),
        ("server_cpu_us_per_event", 12_000 / 6),
        ("server_cpu_share", 0.012),
        ("generator_cpu_us_per_event", 8_000 / 6),
        ("generator_cpu_share", 0.008),
        ("backend_cpu_us_per_event", 12_000 / 6),
        ("broker_cpu_us_per_event", math.nan),
        ("server_memory_bytes_per_client", 12_000),
        ("generator_memory_bytes_per_client", 1500),
        ("broker_memory_bytes_per_client", math.nan),
        ("connections", 3),
        ("rtt_us", 42.5),
        ("poll_bytes_up", 200 / 3),
        ("empty_bytes_down", 60),
        ("latency_p50", math.nan),
    ],
)
def test_a_metric_is_what_its_definition_says(key: str, value: float) -> None:
    assert compute(worked_example(), [key]) == {key: pytest.approx(value, nan_ok=True)}


def way(base: int) -> WayCounts:
    """Counts that are all different: base + 1, base + 2 and so on, bytes tenfold."""
    return WayCounts(
        packets_in=base + 1,
        bytes_in=10 * (base + 2),
        packets_out=base + 3,
        bytes_out=10 * (base + 4),
        lost=base // 100 + 5,
        overflowed=base // 50 + 6,
        refused=base + 7,
        retransmitted=base // 25 + 8,
    )


def on_a_link(paths: int = 1) -> TrialData:
    """The worked example on a link that saw 300 packets up and 600 down on each path."""
    example = worked_example()
    return dataclasses.replace(
        example,
        link={
            "t0": [PathCounts(up=way(1000), down=way(2000))] * paths,
            "t1": [PathCounts(up=way(1300), down=way(2600))] * paths,
            "end": [PathCounts(up=way(9000), down=way(9000))] * paths,
        },
        link_facts={
            "rtt_asked_ms": 50.0,
            "rtt_probe_ms": 50.25,
            "late_mean_us": 31.5,
            "late_p99_us": 81.5,
            "dropped_by_devices": 3,
            "privilege": "root",
        },
        marks={
            mark: {**readings, "link": reading(readings["server"].time_ns, cpu_ns)}
            for (mark, readings), cpu_ns in zip(
                example.marks.items(), (0, 0, 250 * MS), strict=True
            )
        },
    )


def test_what_is_counted_is_a_metric_by_itself() -> None:
    found = Registry()
    counts: dict[int, Counts | None] = {0: Counts(6, 4, "count"), 1: None}
    number = 0

    @found.counted("tries", "", "tries", "Tries.", "lower")
    def tries(_: TrialData) -> Counts | None:
        return counts[number]

    known = found["tries"]
    assert known.counts is tries
    assert known.function(worked_example()) == 1.5
    number = 1
    assert math.isnan(known.function(worked_example()))


def test_the_used_share_of_a_link_is_the_bytes_of_its_outcomes() -> None:
    example = on_a_link()
    data = dataclasses.replace(example, load={**example.load, "rate": 1e6})
    most = 1e6 / 8 * data.metered_s
    known = METRICS["link_used_share_down"]
    assert known.function(data) == pytest.approx(6000 / most)
    assert known.counts is not None
    assert known.counts(data) == Counts(6000, most, "amount", len(data.outcomes))
    assert math.isnan(known.function(example)), "its bandwidth is not limited"
    assert known.counts(example) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("link_rtt_asked_ms", 50),
        ("link_rtt_probe_ms", 50.25),
        ("link_late_mean_us", 31.5),
        ("link_late_p99_us", 81.5),
        ("link_dropped_by_devices", 3),
        ("link_packets_per_s", 300 + 600),
        ("wire_bytes_per_client_s", 9000 / 2),
        ("link_lost_share_up", 3 / 300),
        ("link_lost_share_down", 6 / 600),
        ("link_overflowed_share_up", 6 / 300),
        ("link_overflowed_share_down", 12 / 600),
        ("link_retransmitted_share_up", 12 / 300),
        ("link_retransmitted_share_down", 24 / 600),
        # 250 ms in the 1.25 s between the readings.
        ("link_cpu_share", 0.2),
        # What the clients sent into the link, and what came out of it for them.
        ("wire_bytes_up_per_event", 3000 / 6),
        ("wire_bytes_down_per_event", 6000 / 6),
        ("wire_bytes_per_event", 9000 / 6),
        ("wire_bytes_up_per_event[tcp_info]", 300 / 6),
        ("wire_bytes_down_per_event[tcp_info]", 600 / 6),
        ("wire_bytes_per_event[tcp_info]", 900 / 6),
        # The link is no part of the backend.
        ("backend_cpu_us_per_event", 12_000 / 6),
    ],
)
def test_a_metric_of_the_link_is_what_its_definition_says(key: str, value: float) -> None:
    assert compute(on_a_link(), [key]) == {key: pytest.approx(value)}


def test_the_counts_of_two_paths_are_added() -> None:
    one, two = (compute(on_a_link(paths)) for paths in (1, 2))
    for key in ("wire_bytes_up_per_event", "wire_bytes_per_event", "link_packets_per_s"):
        assert two[key] == pytest.approx(2 * one[key])
    assert two["link_lost_share_up"] == pytest.approx(one["link_lost_share_up"])


def test_on_loopback_the_sockets_count_and_there_is_no_link() -> None:
    found = compute(worked_example())
    assert found["wire_bytes_per_event"] == pytest.approx(900 / 6)
    of_links = [key for key in METRICS if key.startswith("link_") or key.endswith("[tcp_info]")]
    assert len(of_links) >= 4 + 6 + 2 + 3
    assert all(math.isnan(found[key]) for key in of_links)


def test_a_link_that_nothing_entered_lost_no_share_of_it() -> None:
    still = [PathCounts(up=way(0), down=way(0))]
    found = compute(dataclasses.replace(on_a_link(), link={"t0": still, "t1": still}))
    assert math.isnan(found["link_lost_share_up"])
    assert found["link_packets_per_s"] == 0


def test_backend_cpu_is_the_sum_over_its_roles() -> None:
    roles = ("server", "broker", "proxy", "database", "generator")
    found = data(
        latencies([1, 2]),
        marks={
            "t0": {role: reading(0) for role in roles},
            "t1": {role: reading(SECOND, (n + 1) * 1000) for n, role in enumerate(roles)},
        },
    )
    # 1 + 2 + 3 + 4 us of the backend; the generator's 5 are not the backend's.
    assert compute(found, ["backend_cpu_us_per_event"])["backend_cpu_us_per_event"] == 5


def test_a_role_that_vanished_makes_the_backends_cpu_unknown() -> None:
    both = {"server": reading(0), "broker": reading(0)}
    found = data(latencies([1]), marks={"t0": both, "t1": {"server": reading(SECOND, 1000)}})
    assert math.isnan(compute(found, ["backend_cpu_us_per_event"])["backend_cpu_us_per_event"])


@given(st.lists(st.integers(-(10**9), 10**9), min_size=7, max_size=60))
def test_latency_quantiles_are_values_that_were_measured(values: list[int]) -> None:
    found = compute(data(latencies(values)), ["latency_p50", "latency_p90", "latency_max"])
    ordered = sorted(values)
    assert found["latency_p50"] == ordered[math.ceil(len(values) / 2) - 1] / 1e6
    assert found["latency_max"] == ordered[-1] / 1e6
    if len(values) < 44:
        assert math.isnan(found["latency_p90"])
    else:
        assert found["latency_p90"] == ordered[-(-len(values) * 9 // 10) - 1] / 1e6


@pytest.mark.parametrize(
    ("prefix", "rows", "published"),
    [
        ("service", [row(sent_ns=5, done_ns=5 + 3 * MS)], []),
        ("connect", [row("connect", intended_ns=-9, sent_ns=5, done_ns=5 + 3 * MS)], []),
        ("generator_lag", [row("request", intended_ns=1, sent_ns=1 + 3 * MS)], []),
        ("loop_lag", [row("tick", intended_ns=1, done_ns=1 + 3 * MS)], []),
        ("read_delay", [row("receipt", intended_ns=1, done_ns=1 + 3 * MS)], []),
        ("source_lag", [], [(-1, 0, 1, 1 + 3 * MS)]),
    ],
)
def test_each_lag_is_the_difference_it_names(
    prefix: str, rows: list[dict[str, int]], published: list[tuple[int, int, int, int]]
) -> None:
    rows = [one | {"sequence": number} for number in range(7) for one in rows]
    found = data(table(rows), events=events(*(published * 7)))
    assert compute(found, [f"{prefix}_p50"]) == {f"{prefix}_p50": 3}
    assert math.isnan(compute(found, [f"{prefix}_p90"])[f"{prefix}_p90"])


def test_failed_connects_are_no_connection_set_ups() -> None:
    rows = [row("connect", done_ns=MS)] * 7 + [
        row("connect", done_ns=9 * MS, outcome=samples.FAILED)
    ] * 20
    assert compute(data(table(rows)), ["connect_p50"]) == {"connect_p50": 1}


# --- the table itself ---------------------------------------------------------------


COUNTS = (
    "lost",
    "duplicated",
    "out_of_order",
    "deliveries",
    "deliveries_per_s",
    "requests_per_s",
)


def test_an_empty_trial_has_no_values_but_counts() -> None:
    found = compute(data())
    assert list(found) == list(METRICS)
    assert {key: found[key] for key in COUNTS} == dict.fromkeys(COUNTS, 0)
    assert {key for key, value in found.items() if value} == {
        key for key, value in found.items() if math.isnan(value)
    }


def test_every_metric_is_defined() -> None:
    for key, entry in METRICS.items():
        assert entry.key == key
        assert entry.title
        assert entry.definition.endswith((".", ").")), key
        assert entry.better in {"lower", "higher", "neither"}
        assert entry.raw is not None or (entry.quantile is None and entry.rows is None)
        for way, words in (("down", "to clients"), ("up", "from clients")):
            assert f"bytes_{way}_per" not in key or words in entry.definition


def test_raw_values_give_the_same_quantile() -> None:
    found = data(latencies(range(0, 700 * MS, MS)))
    entry = METRICS["latency_p99"]
    assert entry.raw is not None
    assert np.quantile(entry.raw(found), 0.99, method="inverted_cdf") / 1e6 == entry.function(found)


def test_all_metrics_of_one_trial_stay_as_they_were(golden: Callable[..., None]) -> None:
    chance = np.random.default_rng(1)
    waits = chance.exponential(5 * MS, 5000).astype(int).tolist()
    rows = [
        row(client=n % 10, sequence=n // 10, intended_ns=(n // 10) * MS, done_ns=(n // 10) * MS + w)
        for n, w in enumerate(waits)
    ]
    example = worked_example()
    found = data(
        np.concatenate([table(rows), example.rows[6:]]),
        clients=10,
        events=events(*((-1, n, n * MS, n * MS + 1000) for n in range(500))),
        marks=example.marks,
        wire=example.wire,
    )
    golden("metrics", compute(found), may_grow=True)


def test_all_are_parked_again_when_the_last_woken_client_has_asked() -> None:
    """Two events for three clients; the slowest asks 7 ms and 9 ms after publishing."""
    rows = []
    for sequence, (due, slowest) in enumerate(((100 * MS, 7 * MS), (300 * MS, 9 * MS)), 1):
        for client, after in enumerate((2 * MS, slowest, 3 * MS)):
            read = due + MS + client * 1000
            rows.append(
                row(client=client, sequence=sequence, intended_ns=due, sent_ns=due, done_ns=read)
            )
            rows.append(
                row("request", client=client, intended_ns=read, sent_ns=due + after, done_ns=SECOND)
            )
    # A request that no event caused does not count.
    rows.append(row("request", client=0, intended_ns=5, sent_ns=500 * MS, done_ns=SECOND))
    found = data(
        table(rows),
        clients=3,
        events=events((-1, 1, 100 * MS, 100 * MS), (-1, 2, 300 * MS, 300 * MS)),
    )
    assert compute(found, ["parked_again_ms"])["parked_again_ms"] == pytest.approx(8)
    assert math.isnan(compute(data(latencies([MS])), ["parked_again_ms"])["parked_again_ms"])
