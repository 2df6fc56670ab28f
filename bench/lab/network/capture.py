"""A link's packets in a pcap file, as `tcpdump` at its near side would write them, and searched.

A packet is written with the time at which the near side's kernel sent it, or got it: so
what the link loses on the way up is there, and what it loses on the way down is not.
Knows nothing of links and directions.
"""

from __future__ import annotations

import contextlib
import mmap
import struct
from collections.abc import Callable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from bench.lab.network.ring import HEADER_BYTES, SECOND_NS, clocks

NANOSECOND_MAGIC, MAJOR, MINOR, RAW_IP = 0xA1B23C4D, 2, 4, 101
MOST_BYTES = 65_535
FILE_HEADER, RECORD_HEADER = struct.Struct("<IHHiIII"), struct.Struct("<IIII")
BUFFER_BYTES = 1 << 20
HOLD_NS = 250_000_000
"""What was sent is taken from the device later, but not so much later: until then nothing
that the near side got meanwhile is written, so that the file is in order."""

SORTED_AT_ONCE = 512


class Found(NamedTuple):
    """Packets of a capture, and those that hold what was searched for."""

    packets: int
    marked: int


def search(path: Path, marker: bytes) -> Found:
    """Look into every packet of a capture; one that spreads over two packets is not found."""
    packets = marked = 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        place = FILE_HEADER.size
        while place + RECORD_HEADER.size <= len(data):
            size = RECORD_HEADER.unpack_from(data, place)[2]
            place += RECORD_HEADER.size
            packets += 1
            marked += data.find(marker, place, place + size) >= 0
            place += size
    return Found(packets, marked)


class Capture:
    """One file; packets are in it in the order in which the near side saw them."""

    def __init__(self, path: Path, clocks: Callable[[], tuple[int, int]] = clocks) -> None:
        self._written = 0
        self._is_full = False
        # The capture's clock is the wall's at its beginning, and even from then on.
        self._clocks = clocks
        self._ahead_ns = clocks()[1]
        self._held: list[tuple[int, bytes]] = []
        self._most_held = SORTED_AT_ONCE
        self._file = path.open("wb", BUFFER_BYTES)
        self._file.write(FILE_HEADER.pack(NANOSECOND_MAGIC, MAJOR, MINOR, 0, 0, MOST_BYTES, RAW_IP))

    @property
    def packets(self) -> int:
        return self._written + len(self._held)

    def see(self, times_ns: Sequence[int], frames: Sequence[bytes]) -> None:
        """Frames that the near side sent or got, and when: monotonic."""
        self._held += zip(times_ns, frames, strict=True)
        if len(self._held) >= self._most_held:
            self._write(self._clocks()[0] - HOLD_NS)
            self._most_held = len(self._held) + SORTED_AT_ONCE

    def _write(self, until_ns: float) -> None:
        """What was seen by then, in order."""
        self._held.sort(key=itemgetter(0))
        later = [one for one in self._held if one[0] > until_ns]
        for at_ns, frame in self._held[: len(self._held) - len(later)]:
            self._add(at_ns, frame)
        self._held = later

    def _add(self, at_ns: int, frame: bytes) -> None:
        """The link does not suffer from a full disk: the capture ends, short of packets."""
        if self._is_full:
            return
        seconds, rest_ns = divmod(at_ns - self._ahead_ns, SECOND_NS)
        size = len(frame) - HEADER_BYTES
        record = RECORD_HEADER.pack(seconds, rest_ns, size, size) + frame[HEADER_BYTES:]
        try:
            self._file.write(record)
        except OSError:
            self._is_full = True
        else:
            self._written += 1

    def close(self) -> None:
        """Have everything on disk that fits there."""
        self._write(float("inf"))
        with contextlib.suppress(OSError):
            self._file.close()
