"""Packet captures: read again by a parser of their own, as tcpdump's files are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from link_builders import captured

from bench.lab.network.capture import Capture


def packet(number: int, size: int) -> bytes:
    """An IPv4 packet of so many bytes from 10.0.0.<number>."""
    head = bytearray(20)
    head[0] = 0x45
    head[2:4] = size.to_bytes(2, "big")
    head[12:16] = bytes((10, 0, 0, number))
    return bytes(head) + bytes(size - 20)


def test_what_goes_through_is_kept_in_order_and_passed_on(tmp_path: Path) -> None:
    out, into = os.pipe()
    capture = Capture(tmp_path / "a.pcap")
    assert capture.writer()(into, packet(1, 40)) == 40
    assert capture.reader()(out, 2048) == packet(1, 40)
    assert capture.writer()(into, packet(2, 1500)) == 1500
    capture.close()
    found = captured(tmp_path / "a.pcap")
    sources = [(one.source, one.octets) for one in found]
    assert sources == [("10.0.0.1", 40), ("10.0.0.1", 40), ("10.0.0.2", 1500)]
    assert capture.packets == 3
    assert [one.time_ns for one in found] == sorted(one.time_ns for one in found)


def test_what_a_device_does_not_take_is_not_kept(tmp_path: Path) -> None:
    capture = Capture(tmp_path / "a.pcap")
    with pytest.raises(OSError, match=r"."):
        capture.writer()(-1, packet(1, 40))
    with pytest.raises(OSError, match=r"."):
        capture.reader()(-1, 2048)
    capture.close()
    assert capture.packets == 0
    assert captured(tmp_path / "a.pcap") == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_a_full_disk_ends_the_capture_and_not_the_link() -> None:
    out, into = os.pipe()
    capture = Capture(Path("/dev/full"))
    for _ in range(2000):
        assert capture.writer()(into, packet(1, 1500)) == 1500
        assert len(capture.reader()(out, 2048)) == 1500
    capture.close()
    assert 0 < capture.packets < 4000
