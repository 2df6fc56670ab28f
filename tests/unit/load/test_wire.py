"""Counts of the kernel: the right fields of tcp_info, summed over open and closed sockets."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_builders import TcpInfo, in_loop, tcp_info

from bench import tcpinfo
from bench.load import wire
from bench.load.wire import WireMeter
from bench.model.readings import Wire, total_wire
from bench.tcpinfo import Counts, read_socket

TIMESTAMPS, SACK, WINDOW_SCALE = 1, 2, 4
u64, u32 = st.integers(0, 2**40), st.integers(0, 2**32 - 1)


class Kernel:
    """Answers getsockopt for some descriptors, and says whose socket was taken away."""

    AF_INET, SOCK_STREAM = 2, 1

    def __init__(self, infos: dict[int, bytes]) -> None:
        self.infos = infos
        self.borrowed: list[int] = []
        self.detached: list[int] = []

    def socket(self, family: int, kind: int, protocol: int, fd: int) -> Any:
        def getsockopt(level: int, option: int, size: int) -> bytes:
            assert (level, option) == (6, 11), "IPPROTO_TCP, TCP_INFO"
            if fd not in self.infos:
                raise OSError(9, "Bad file descriptor")
            return self.infos[fd][:size]

        self.borrowed.append(fd)
        return SimpleNamespace(getsockopt=getsockopt, detach=lambda: self.detached.append(fd))


def kernel(monkeypatch: pytest.MonkeyPatch, infos: dict[int, bytes]) -> Kernel:
    found = Kernel(infos)
    monkeypatch.setattr(tcpinfo, "_socket", found)
    return found


def transport(fd: int) -> Any:
    socket = SimpleNamespace(fileno=lambda: fd)
    return SimpleNamespace(get_extra_info=lambda name: {"socket": socket}[name])


def test_the_structs_layout_is_that_of_linux() -> None:
    """Offsets as <linux/tcp.h> of 6.1 has them (pahole): the reference of the tests below."""
    offsets = {name: getattr(TcpInfo, name).offset for name, _ in TcpInfo._fields_}
    wanted = {"options": 5, "rtt": 68, "total_retrans": 100, "bytes_acked": 120}
    wanted |= {"bytes_received": 128, "segs_out": 136, "segs_in": 140, "min_rtt": 148}
    wanted |= {"bytes_sent": 200}
    assert {name: offsets[name] for name in wanted} == wanted


@given(u64, u64, u32, u32, u32, u32, st.booleans())
def test_wire_bytes_are_stream_bytes_and_every_segments_headers(
    sent: int, received: int, out: int, into: int, rtt: int, again: int, timestamps: bool
) -> None:
    info = tcp_info(
        bytes_sent=sent,
        bytes_received=received,
        segs_out=out,
        segs_in=into,
        min_rtt=rtt,
        total_retrans=again,
        options=SACK | WINDOW_SCALE | (TIMESTAMPS if timestamps else 0),
    )
    with pytest.MonkeyPatch.context() as patch:
        found = kernel(patch, {7: info})
        counts, min_rtt = read_socket(7)
    header = 52 if timestamps else 40
    assert counts == Counts(
        stream_up=sent,
        stream_down=received,
        wire_up=sent + header * out + 8,
        wire_down=received + header * into + 8,
        segments_up=out,
        segments_down=into,
        retransmitted=again,
    )
    assert min_rtt == rtt
    assert found.detached == [7], "a borrowed descriptor must not be closed"


def test_a_descriptor_that_is_gone_is_given_back_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = kernel(monkeypatch, {})
    with pytest.raises(OSError, match="Bad file"):
        read_socket(3)
    assert found.detached == [3]


def info(amount: int, rtt: int = 10) -> bytes:
    return tcp_info(
        bytes_sent=amount,
        bytes_received=2 * amount,
        segs_out=1,
        segs_in=2,
        min_rtt=rtt,
        total_retrans=0,
        options=TIMESTAMPS,
    )


def test_a_snapshot_holds_open_and_closed_sockets_each_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = kernel(monkeypatch, {3: info(100, 10), 4: info(1000, 30), 5: info(10_000, 50)})
    meter = WireMeter()
    for fd in (3, 4, 5):
        assert meter.opens(transport(fd)) == fd
    before = in_loop(meter.snapshot)
    assert (before.open, before.opened, before.rtt_us) == (3, 3, 30)
    assert (before.stream_up, before.stream_down) == (11_100, 22_200)
    assert before.wire_up == 11_100 + 3 * (52 + 8)
    assert before.wire_down == 22_200 + 3 * (104 + 8)
    meter.closes(4)
    meter.closes(4)
    del found.infos[4]  # the kernel has forgotten it
    after = in_loop(meter.snapshot)
    assert after == replace(before, open=2, rtt_us=30)
    # Its descriptor serves another connection: both count.
    found.infos[4] = info(5)
    meter.opens(transport(4))
    assert in_loop(meter.snapshot).stream_up == 11_105


def test_a_socket_that_is_gone_before_its_last_reading_does_no_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel(monkeypatch, {})
    meter = WireMeter()
    meter.opens(transport(3))
    meter.closes(3)
    found = in_loop(meter.snapshot)
    assert (found.open, found.opened, found.stream_up) == (0, 1, 0)
    assert found.rtt_us is None


def test_sockets_are_read_in_turns_with_the_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket that closes while others are read is counted once, as closed."""
    number = 2 * wire.SOCKETS_AT_ONCE
    kernel(monkeypatch, {fd: info(1) for fd in range(number)})
    meter = WireMeter()
    for fd in range(number):
        meter.opens(transport(fd))

    async def run() -> Wire:
        import asyncio

        reading = asyncio.ensure_future(meter.snapshot())
        await asyncio.sleep(0)  # the first part is read now
        for fd in range(number):
            meter.closes(fd)
        return await reading

    found = in_loop(run)
    # Those of the first part had been read as open; the others were closed meanwhile.
    assert found.stream_up == wire.SOCKETS_AT_ONCE
    assert in_loop(meter.snapshot).stream_up == number


def test_load_processes_are_summed() -> None:
    names = ("stream_up", "stream_down", "wire_up", "wire_down", "segments_up", "segments_down")
    names = (*names, "unseen")
    one = Wire(**dict.fromkeys(names, 5), retransmitted=1, open=2, opened=3, rtt_us=10.0)
    two = Wire(**dict.fromkeys(names, 7), retransmitted=0, open=4, opened=4, rtt_us=None)
    assert total_wire([one, two]) == Wire(
        **dict.fromkeys(names, 12), retransmitted=1, open=6, opened=7, rtt_us=10.0
    )
    assert total_wire([two]).rtt_us is None
