"""What the load process does per operation, and what a report does per million rows.

    pytest tests/benchmarks --benchmark-enable --benchmark-only

A plain run of the tests does each once, to see that it still works.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.analysis import metrics
from bench.analysis.metrics import TrialData
from bench.brokers.amqp_frames import BODY, CONSUMER_TAG, HEAD, HEADER, METHOD, Parser
from bench.brokers.amqp_methods import METHODS
from bench.load.clients.http1 import Http1Connection, get
from bench.load.clients.sse import EventStreamParser
from bench.model import samples
from bench.model.payload import decode, encode
from bench.model.recorder import Recorder
from bench.results import parquet

OPERATIONS = (*samples.COMMON_OPERATIONS, "request", "delivery")
DELIVERY = OPERATIONS.index("delivery")
CLIENTS, EVENTS = 100, 10_000
MILLION = CLIENTS * EVENTS
T0, T1 = 10**15, 10**15 + 10 * 10**9

# --- per operation -----------------------------------------------------------------------------


def test_record_one_row(benchmark: BenchmarkFixture) -> None:
    recorder = Recorder(OPERATIONS)
    benchmark(recorder.add, DELIVERY, samples.OK, 7, 1, T0, T0, T0, T0 + 1, 0, 100)
    assert recorder.counted * samples.ROW.size == len(recorder.take())


class NoTransport:
    def write(self, data: bytes) -> None:
        pass

    def abort(self) -> None:
        pass


@pytest.fixture
def connection() -> Iterator[Http1Connection]:
    async def make() -> Http1Connection:
        return Http1Connection()

    with asyncio.Runner() as runner:
        made = runner.run(make())
        made.connection_made(NoTransport())  # type: ignore[arg-type]
        yield made


def test_ask_and_read_one_http_reply(
    benchmark: BenchmarkFixture, connection: Http1Connection
) -> None:
    question = get("/events?client=1&after=1", "127.0.0.1", 8080)
    payload = encode(1, T0, T0, 100)
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 100\r\n"
        b"Date: Tue, 01 Jan 2030 00:00:00 GMT\r\nServer: Python/3.11 aiohttp/3.13\r\n\r\n" + payload
    )

    def exchange() -> Any:
        waiter = connection.request(question)
        connection.data_received(answer)
        return waiter.result()

    assert benchmark(exchange).body == payload


def test_parse_one_sse_event(benchmark: BenchmarkFixture) -> None:
    parser = EventStreamParser()
    payload = encode(1, T0, T0, 100)
    (event,) = benchmark(parser.feed, b"id: 1\ndata: " + payload + b"\n\n")
    assert event.data == payload


def test_parse_one_amqp_delivery(benchmark: BenchmarkFixture) -> None:
    payload = encode(1, T0, T0, 100)
    tag = CONSUMER_TAG.encode()
    deliver = METHODS["basic.deliver"].number + b"\x01" + tag + bytes(9) + b"\x01e\0"
    head = b"\0\x3c\0\0" + len(payload).to_bytes(8, "big") + b"\x10\0\1"
    parts = [(METHOD, deliver), (HEADER, head), (BODY, payload)]
    data = b"".join(HEAD.pack(kind, 1, len(one)) + one + b"\xce" for kind, one in parts)
    got: list[bytes] = []
    parser = Parser(lambda one, *_: got.append(one), lambda _: None)
    benchmark(parser.feed, data)
    assert got[-1] == payload


def test_decode_one_event(benchmark: BenchmarkFixture) -> None:
    assert benchmark(decode, encode(1, T0, T0, 100)) == (1, T0, T0)


# --- per million rows ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def million() -> np.ndarray:
    """Every event to every client, with latencies about 1 ms."""
    rows = np.zeros(MILLION, samples.DTYPE)
    sequence = np.repeat(np.arange(1, EVENTS + 1), CLIENTS)
    rows["operation"] = DELIVERY
    rows["client"] = np.tile(np.arange(CLIENTS), EVENTS)
    rows["sequence"] = sequence
    rows["intended_ns"] = T0 + (sequence - 1) * ((T1 - T0) // EVENTS)
    rows["sent_ns"] = rows["intended_ns"] + 5_000
    latencies = np.random.default_rng(1).gamma(4.0, 250_000.0, MILLION)
    rows["done_ns"] = rows["first_byte_ns"] = rows["sent_ns"] + latencies.astype(np.int64)
    rows["bytes_down"] = 100
    return rows


@pytest.fixture(scope="module")
def events(million: np.ndarray) -> np.ndarray:
    log = np.zeros(EVENTS, samples.EVENT_DTYPE)
    log["feed"] = samples.EVERY
    for name, column in (("sequence", "sequence"), ("intended_ns", "intended_ns")):
        log[name] = million[column][::CLIENTS]
    log["published_ns"] = log["intended_ns"] + 5_000
    return log


def test_write_a_million_rows(
    benchmark: BenchmarkFixture, million: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "samples.parquet"
    benchmark.pedantic(parquet.write_samples, (path, million, OPERATIONS), rounds=3)
    assert path.stat().st_size < 20 * MILLION


def test_read_a_million_rows(
    benchmark: BenchmarkFixture, million: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "samples.parquet"
    parquet.write_samples(path, million, OPERATIONS)
    found = benchmark.pedantic(parquet.read_samples, (path, OPERATIONS), rounds=3)
    assert (found == million).all()


def test_all_metrics_of_a_million_rows(
    benchmark: BenchmarkFixture, million: np.ndarray, events: np.ndarray
) -> None:
    def fresh() -> tuple[tuple[TrialData, Mapping[str, metrics.Metric]], dict[str, Any]]:
        """Without what an earlier round has cached."""
        load = {"clients": CLIENTS}
        data = TrialData(load, OPERATIONS, "delivery", million, events, T0, T1)
        return (data, metrics.SHARED), {}

    found = benchmark.pedantic(metrics.compute, setup=fresh, rounds=3)
    assert found["completeness"] == 1.0
    assert found["deliveries"] == MILLION
    assert found["latency_mean"] == pytest.approx(1.005, rel=0.01)
