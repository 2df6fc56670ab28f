"""Rows in memory: nothing is lost or rounded, and the bulk numbers are numpy's."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load.stats import feed_statistics, histograms
from bench.model.recorder import Recorder
from bench.model.samples import DTYPE, EMPTY, FAILED, OK, PENDING, rows

OPERATIONS = ("connect", "tick", "request", "delivery")
int64 = st.integers(-(2**63), 2**63 - 1)
uint32 = st.integers(0, 2**32 - 1)
operation_rows = st.tuples(
    st.integers(0, len(OPERATIONS) - 1),
    st.sampled_from([OK, EMPTY, FAILED]),
    uint32,
    *[int64] * 5,
    uint32,
    uint32,
)
FIELDS = [name for name in DTYPE.names or () if name != "part"]


@given(st.lists(operation_rows, max_size=6))
def test_every_field_comes_back_as_it_was_added(added: list[tuple[int, ...]]) -> None:
    recorder = Recorder(OPERATIONS)
    for row in added:
        recorder.add(*row)  # type: ignore[call-arg]
    found = rows(recorder.take())
    assert [tuple(int(entry[name]) for name in FIELDS) for entry in found] == added
    assert recorder.counted == len(added)
    assert recorder.counts == [sum(row[0] == code for row in added) for code in range(4)]


def test_what_was_taken_is_not_taken_again_and_stays_counted() -> None:
    recorder = Recorder(OPERATIONS)
    recorder.add(3, OK, 1, 1, 0, 0, 0, 0, 0, 0)
    first = recorder.take()
    recorder.add(3, OK, 1, 2, 0, 0, 0, 0, 0, 0)
    second = recorder.take()
    assert rows(first)["sequence"].tolist() == [1]
    assert rows(second)["sequence"].tolist() == [2]
    assert not recorder.take()
    assert recorder.counted == 2


def test_an_operation_that_was_not_declared_is_refused() -> None:
    recorder = Recorder(OPERATIONS)
    assert [recorder.code(name) for name in OPERATIONS] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="upload"):
        recorder.code("upload")


latencies_ns = st.integers(-2_000_000, 20_000_000_000)
block_rows = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([OK, EMPTY, FAILED]), latencies_ns, uint32),
    min_size=1,
    max_size=40,
)


def block_of(entries: list[tuple[int, int, int, int]]) -> bytearray:
    recorder = Recorder(OPERATIONS)
    for code, outcome, latency, size in entries:
        recorder.add(code, outcome, 0, 0, 10**15, 10**15, 0, 10**15 + latency, 0, size)
    return recorder.take()


@given(block_rows)
def test_histograms_are_numpys(entries: list[tuple[int, int, int, int]]) -> None:
    found = histograms(block_of(entries), OPERATIONS)
    assert set(found) == {OPERATIONS[code] for code, *_ in entries}
    for name, histogram in found.items():
        mine = [entry for entry in entries if OPERATIONS[entry[0]] == name]
        milliseconds = np.clip([latency / 1e6 for _, _, latency, _ in mine], 0, None)
        assert histogram.count == len(mine) == sum(histogram.buckets.values())
        assert histogram.failures == sum(outcome == FAILED for _, outcome, _, _ in mine)
        assert histogram.total_ms == pytest.approx(milliseconds.sum())
        assert histogram.least_ms == pytest.approx(milliseconds.min())
        assert histogram.most_ms == pytest.approx(milliseconds.max())
        assert histogram.bytes == sum(size for *_, size in mine)
        expanded = np.repeat(list(histogram.buckets), list(histogram.buckets.values()))
        # Within a half of what Locust rounds to: two digits, and at least a millisecond.
        error = np.abs(np.sort(expanded) - np.sort(milliseconds))
        assert (error <= np.maximum(0.5, 0.05 * np.sort(milliseconds)) + 1e-6).all()


def test_locusts_seconds_are_forgotten_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    statistics = Statistics()
    for second in range(200):
        monkeypatch.setattr("bench.load.stats.time.time", lambda now=1000.0 + second: now)
        feed_statistics(
            SimpleNamespace(stats=statistics), block_of([(3, FAILED, 0, 1)]), OPERATIONS
        )
    for by_second in (statistics.total.num_reqs_per_sec, statistics.total.num_fail_per_sec):
        assert list(by_second) == list(range(1139, 1200))


def test_an_empty_block_has_no_histograms() -> None:
    assert histograms(b"", OPERATIONS) == {}


class Entry:
    """The fields of Locust's StatsEntry that are fed."""

    def __init__(self) -> None:
        self.num_requests = self.num_failures = self.total_content_length = 0
        self.total_response_time = self.max_response_time = self.last_request_timestamp = 0.0
        self.min_response_time: float | None = None
        self.num_reqs_per_sec: dict[int, int] = {}
        self.num_fail_per_sec: dict[int, int] = {}
        self.response_times: dict[int, int] = {}
        self.use_response_times_cache = True
        self.cached: list[int] = []

    def _cache_response_times(self, second: int) -> None:
        self.cached.append(second)


class Statistics:
    def __init__(self) -> None:
        self.total = Entry()
        self.entries: dict[str, Entry] = {}

    def get(self, name: str, method: str) -> Entry:
        assert method == "bench"
        return self.entries.setdefault(name, Entry())


def test_locusts_statistics_get_every_row_that_has_ended_but_the_ticks() -> None:
    environment = SimpleNamespace(stats=Statistics())
    ms = 1_000_000
    feed_statistics(
        environment,
        block_of([(3, OK, 2 * ms, 10), (1, OK, ms, 0), (2, FAILED, 7 * ms, 1), (2, PENDING, 0, 0)]),
        OPERATIONS,
    )
    feed_statistics(environment, block_of([(3, OK, 4 * ms, 20)]), OPERATIONS)
    statistics = environment.stats
    assert set(statistics.entries) == {"delivery", "request"}
    delivery, total = statistics.entries["delivery"], statistics.total
    assert (delivery.num_requests, delivery.num_failures) == (2, 0)
    assert (delivery.min_response_time, delivery.max_response_time) == (2.0, 4.0)
    assert delivery.total_response_time == 6.0
    assert delivery.total_content_length == 30
    assert delivery.response_times == {2: 1, 4: 1}
    assert delivery.num_fail_per_sec == {}
    assert (total.num_requests, total.num_failures) == (3, 1)
    assert total.response_times == {2: 1, 4: 1, 7: 1}
    assert sum(total.num_reqs_per_sec.values()) == 3
    assert sum(total.num_fail_per_sec.values()) == 1
