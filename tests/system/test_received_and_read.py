"""When the kernel received, and when clients read: on real sockets, and in real trials."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import uvloop

from bench.clock import STEADY_NS, now_ns
from bench.load.receipts import ONE_OF, Receipts
from bench.model.recorder import Recorder
from bench.model.samples import COMMON_OPERATIONS, OK, RECEIPT, rows
from bench.results.store import StoredTrial

LATE_NS = 20_000_000
"""The reader looks so much later than the kernel receives."""


STARVED_NS = 200_000_000


class Reader(asyncio.Protocol):
    def __init__(self) -> None:
        self.read = b""
        self.ended = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self.read += data

    def connection_lost(self, error: Exception | None) -> None:
        self.ended.set_result(error)


class Client:
    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def transports(self) -> list[asyncio.Transport]:
        return [self.transport]


async def followed(resets: bool) -> tuple[Exception | None, bytes, np.ndarray, np.ndarray]:
    """Two messages to a followed connection, each read late, then the end; when each was sent."""
    loop, recorder = asyncio.get_running_loop(), Recorder(COMMON_OPERATIONS)
    sent: list[tuple[int, int]] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport, reader = await loop.create_connection(Reader, *server.getsockname())
        peer, _ = server.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        receipts = Receipts(recorder, {0: Client(transport)}, 1)
        for message in (b"one", b"two"):
            for _ in range(ONE_OF):
                recorder.add(0, OK, 0, 0, 0, 0, 0, 0, 0, 0)
            receipts.draw()
            begun = now_ns()
            peer.send(message)
            sent.append((begun, now_ns()))
            time.sleep(LATE_NS / 1e9)  # and with it the loop
            while not reader.read.endswith(message):
                await asyncio.sleep(0)
        for _ in range(ONE_OF):
            recorder.add(0, OK, 0, 0, 0, 0, 0, 0, 0, 0)
        receipts.draw()
        if resets:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        error = await asyncio.wait_for(reader.ended, 10)
    found = rows(recorder.take())
    found = found[found["operation"] == COMMON_OPERATIONS.index(RECEIPT)]
    return error, reader.read, found, np.array(sent).T


@pytest.mark.parametrize("resets", [False, True])
def test_the_kernels_time_is_kept_however_late_one_reads(resets: bool) -> None:
    error, read, found, (begun, sent) = uvloop.run(followed(resets))
    assert read == b"onetwo"
    assert isinstance(error, ConnectionResetError) == resets
    assert found["bytes_down"].tolist() == [3, 3]
    # On loopback who sends also receives, within the same call of the kernel.
    received, done = found["intended_ns"], found["done_ns"]
    assert (received >= begun - STEADY_NS).all()
    assert (received <= sent + STEADY_NS).all()
    assert (done >= sent + LATE_NS).all()


@pytest.mark.parametrize("pattern", ["sse", "websocket", "long_polling"])
def test_what_a_client_got_was_received_before_it_was_read(
    measure: Callable[..., StoredTrial], pattern: str
) -> None:
    load: dict[str, Any] = {"event_rate_per_s": 100.0, "duration_s": 0.6, "warmup_s": 0.1}
    stored = measure(f"notifications/{pattern}", clients=8, schedule="constant", **load)
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    data = stored.data()
    assert len(data.rows) == stored.record.counted
    receipts = data.rows[data.rows["operation"] == data.operations.index(RECEIPT)]
    assert len(receipts) <= len(data.rows) / ONE_OF
    lags = data.select("tick")["done_ns"] - data.select("tick")["intended_ns"]
    if lags.max() < STARVED_NS:  # else clients may have been drawn when all was over
        assert len(receipts) >= 1
    deliveries = data.rows[data.rows["operation"] == data.operations.index("delivery")]
    for receipt in receipts:
        mine = deliveries[deliveries["client"] == receipt["client"]]
        # What was read is told of at once.
        first = mine[mine["done_ns"] >= receipt["done_ns"]][0]
        assert first["sent_ns"] - STEADY_NS <= receipt["intended_ns"] <= first["done_ns"]
