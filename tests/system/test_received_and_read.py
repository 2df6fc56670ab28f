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
from bench.load.receipts import Receipts
from bench.model.recorder import Recorder
from bench.model.samples import COMMON_OPERATIONS, RECEIPT, rows
from bench.results.store import StoredTrial

LATE_NS = 20_000_000
"""The reader looks so much later than the kernel receives."""


class Reader(asyncio.Protocol):
    def __init__(self) -> None:
        self.read = b""
        self.ended = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self.read += data

    def connection_lost(self, error: Exception | None) -> None:
        self.ended.set_result(error)


async def followed(resets: bool) -> tuple[Exception | None, bytes, np.ndarray, np.ndarray]:
    """Two messages to a followed connection, each read late, then the end; when each was sent."""
    loop, recorder = asyncio.get_running_loop(), Recorder(COMMON_OPERATIONS)
    sent: list[tuple[int, int]] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport, reader = await loop.create_connection(Reader, *server.getsockname())
        peer, _ = server.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Receipts(recorder, 0).follow(0, [transport])
        for message in (b"one", b"two"):
            begun = now_ns()
            peer.send(message)
            sent.append((begun, now_ns()))
            time.sleep(LATE_NS / 1e9)  # and with it the loop
            while not reader.read.endswith(message):
                await asyncio.sleep(0)
        if resets:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        error = await asyncio.wait_for(reader.ended, 10)
    return error, reader.read, rows(recorder.take()), np.array(sent).T


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
def test_each_delivery_of_a_followed_client_was_received_before_it_was_read(
    measure: Callable[..., StoredTrial], pattern: str
) -> None:
    load: dict[str, Any] = {"event_rate_per_s": 40.0, "duration_s": 0.5, "warmup_s": 0.1}
    stored = measure(f"notifications/{pattern}", clients=3, schedule="constant", seed=4, **load)
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    data = stored.data()
    receipts = data.rows[data.rows["operation"] == data.operations.index(RECEIPT)]
    assert set(receipts["client"].tolist()) == {4 % 3}
    mine = data.outcomes[data.outcomes["client"] == 4 % 3]
    assert len(mine) > 10
    # The receipt of a delivery is the last one before it was done.
    order = np.argsort(receipts["done_ns"])
    last = np.searchsorted(receipts["done_ns"][order], mine["done_ns"], side="right") - 1
    assert (last >= 0).all()
    received = receipts["intended_ns"][order][last]
    assert (received <= mine["done_ns"]).all()
    assert (received >= mine["sent_ns"] - STEADY_NS).mean() > 0.9  # two events may be read at once
