"""Packet captures: read again by a parser of their own, as tcpdump's files are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from link_builders import captured

from bench.lab.network.capture import HOLD_NS, SORTED_AT_ONCE, Capture, Found, search

NOW_NS, WALL_NS = 5_000_000_000, 1_700_000_000_000_000_000


def clocks() -> tuple[int, int]:
    return NOW_NS, NOW_NS - WALL_NS


def frame(number: int, size: int) -> bytes:
    """An Ethernet frame with an IPv4 packet of so many bytes from 10.0.0.<number>."""
    head = bytearray(34)
    head[14] = 0x45
    head[16:18] = size.to_bytes(2, "big")
    head[26:30] = bytes((10, 0, 0, number))
    return bytes(head) + bytes(size - 20)


def test_what_was_seen_is_there_with_its_time(tmp_path: Path) -> None:
    capture = Capture(tmp_path / "a.pcap", clocks)
    capture.see([NOW_NS - 7000, NOW_NS - 2000], [frame(1, 40), frame(2, 1500)])
    assert capture.packets == 2
    capture.close()
    assert capture.packets == 2
    found = captured(tmp_path / "a.pcap")
    assert [(one.source, one.octets) for one in found] == [("10.0.0.1", 40), ("10.0.0.2", 1500)]
    assert [one.time_ns for one in found] == [WALL_NS - 7000, WALL_NS - 2000]


@given(st.lists(st.integers(0, HOLD_NS), min_size=1, max_size=40), st.integers(1, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_sent_and_is_taken_later_stands_in_its_place(
    tmp_path: Path, ages_ns: list[int], at_once: int
) -> None:
    """However late it is said, within the time that is held."""
    capture = Capture(tmp_path / "a.pcap", clocks)
    for batch in (ages_ns[n : n + at_once] for n in range(0, len(ages_ns), at_once)):
        capture.see([NOW_NS - age for age in batch], [frame(1, 40)] * len(batch))
    capture.close()
    times = [one.time_ns for one in captured(tmp_path / "a.pcap")]
    assert times == sorted(WALL_NS - age for age in ages_ns)


def test_what_is_old_is_written_long_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    capture = Capture(path, clocks)
    old = NOW_NS - 2 * HOLD_NS
    count = 4 * SORTED_AT_ONCE
    for number in range(count):
        capture.see([old + number], [frame(1, 1500)])
    assert path.stat().st_size > count * 1500 / 2  # the rest may be in the file's buffer
    capture.close()
    assert len(captured(path)) == capture.packets == count


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_a_full_disk_ends_the_capture_and_not_the_link() -> None:
    capture = Capture(Path("/dev/full"), clocks)
    old = NOW_NS - 2 * HOLD_NS
    for _ in range(4000):
        capture.see([old], [frame(1, 1500)])
    capture.close()
    assert 0 < capture.packets < 4000


@given(st.lists(st.binary(max_size=60), max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_packets_that_hold_a_marker_are_found_and_no_others(
    tmp_path: Path, bodies: list[bytes]
) -> None:
    """Not where it is spread over two packets, nor where two records meet."""
    marker = b"marked!"
    bodies = [*bodies, b"before" + marker, marker[:3], marker[3:], marker + marker]
    capture = Capture(tmp_path / "a.pcap", clocks)
    capture.see([NOW_NS] * len(bodies), [bytes(34) + body for body in bodies])
    capture.close()
    wanted = sum(marker in body for body in bodies)
    assert search(tmp_path / "a.pcap", marker) == Found(len(bodies), wanted)
