"""The proxy in front of a notification server, and what a server counts of slow clients."""

from __future__ import annotations

import asyncio
import socket
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bench.model.proxy import BufferBodies
from scenarios.notifications.load import BUFFERS, HTTP_ONLY, LOAD, PASSES
from targets import _slow
from targets._slow import SendLimit, SlowClientDropped
from targets.notifications._front import front


@pytest.mark.parametrize(
    ("kind", "upgrades", "filters"),
    [
        (PASSES, ("websocket",), ()),
        (HTTP_ONLY, (), ()),
        (BUFFERS, ("websocket",), (BufferBodies("responses"),)),
    ],
)
def test_one_thing_at_a_time_keeps_clients_out(
    kind: str, upgrades: tuple[str, ...], filters: tuple[BufferBodies, ...]
) -> None:
    proxy = front(kind)
    assert (proxy.listeners[0].upgrades, proxy.filters) == (upgrades, filters)


class Transport:
    """Holds what a test says it does."""

    def __init__(self) -> None:
        self.held = 0
        self.aborted = False
        self.sock = SimpleNamespace(setsockopt=lambda *_: None, fileno=lambda: 3)

    def get_extra_info(self, _: str) -> Any:
        return self.sock

    def set_write_buffer_limits(self, high: int) -> None:
        self.high = high

    def get_write_buffer_size(self) -> int:
        return self.held

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True


def limit(policy: str) -> tuple[SendLimit, Transport]:
    transport = Transport()
    load = LOAD(slow_policy=policy, send_buffer_bytes=10_000)
    return SendLimit(cast("asyncio.WriteTransport", transport), load), transport


def test_a_buffer_was_full_once_the_process_had_to_hold_something() -> None:
    found, transport = limit("drop")
    assert found.admits()
    assert not found.was_full
    transport.held = 9_999
    assert found.admits()
    assert found.was_full
    transport.held = 10_000
    assert not found.admits()
    assert found.admits(catching_up=True)
    assert found.dropped == 1


def test_who_is_disconnected_has_no_backlog(monkeypatch: pytest.MonkeyPatch) -> None:
    in_kernel = (2_000).to_bytes(4, _slow.sys.byteorder)
    monkeypatch.setattr(_slow.fcntl, "ioctl", lambda *_: in_kernel)
    found, transport = limit("disconnect")
    transport.held = 10_000
    assert found.backlog_bytes == 12_000
    with pytest.raises(SlowClientDropped):
        found.admits()
    assert found.backlog_bytes == 0


def test_the_kernel_holds_no_more_than_a_small_part_of_a_large_limit() -> None:
    transport, asked = Transport(), []
    transport.sock.setsockopt = lambda *args: asked.append(args)
    SendLimit(cast("asyncio.WriteTransport", transport), LOAD(send_buffer_bytes=10**9))
    assert asked == [(socket.SOL_SOCKET, socket.SO_SNDBUF, _slow.MOST_KERNEL_BYTES)]
