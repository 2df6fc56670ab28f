"""A caller's connections are found among its descriptors, and each is counted as it is now."""

from __future__ import annotations

import os

import pytest
from load_builders import tcp_info

from targets import _sockets
from targets._sockets import OwnSockets

CONNECTED, LISTENING = 1, 10


def info(amount: int, state: int = CONNECTED) -> bytes:
    found = tcp_info(
        bytes_sent=amount,
        bytes_received=2 * amount,
        segs_out=1,
        segs_in=1,
        min_rtt=amount,
        total_retrans=0,
        options=1,
    )
    return bytes([state]) + found[1:]


class Process:
    """Descriptors of this process: each is another file, and some are connections."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, connections: dict[int, bytes]) -> None:
        self.connections = connections
        self.generation = 0
        monkeypatch.setattr(_sockets, "_descriptors", lambda: [0, *self.connections, 99])
        monkeypatch.setattr(_sockets, "tcp_info", self.tcp_info)
        monkeypatch.setattr(os, "readlink", lambda path: f"{path} {self.generation}")

    def tcp_info(self, fd: int) -> bytes:
        if fd not in self.connections:
            raise OSError(95, "Operation not supported")
        return self.connections[fd]


def test_connections_are_added_and_all_else_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    Process(monkeypatch, {5: info(100), 6: info(10_000, LISTENING), 7: info(1000)})
    found = OwnSockets().snapshot()
    assert (found.open, found.opened, found.unseen) == (2, 2, 0)
    assert (found.stream_up, found.stream_down) == (1100, 2200)
    assert found.wire_up == 1100 + 2 * (52 + 8)
    assert found.rtt_us == 550


def test_a_connection_that_is_gone_leaves_the_bytes_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = Process(monkeypatch, {5: info(100), 7: info(1000)})
    sockets = OwnSockets()
    assert sockets.snapshot().unseen == 0
    del process.connections[7]
    found = sockets.snapshot()
    assert (found.open, found.opened, found.unseen) == (1, 2, 1)


def test_a_descriptor_that_serves_another_connection_is_another_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = Process(monkeypatch, {5: info(100)})
    sockets = OwnSockets()
    sockets.snapshot()
    process.generation = 1
    assert sockets.snapshot().unseen == 1
