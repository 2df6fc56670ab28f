"""A link's packets in a pcap file, as `tcpdump` at its near side would write them.

A packet is written when the near side has sent it, or when it has got it: so what the
link loses on the way up is there, and what it loses on the way down is not.
Knows nothing of links and directions.
"""

from __future__ import annotations

import contextlib
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path

NANOSECOND_MAGIC, MAJOR, MINOR, RAW_IP = 0xA1B23C4D, 2, 4, 101
MOST_BYTES = 65_535
FILE_HEADER, RECORD_HEADER = struct.Struct("<IHHiIII"), struct.Struct("<IIII")
BUFFER_BYTES = 1 << 20
SECOND_NS = 1_000_000_000


class Capture:
    """One file; packets are written in the order in which the near side saw them."""

    def __init__(self, path: Path) -> None:
        self.packets = 0
        self._is_full = False
        # The capture's clock is the wall's at its beginning, and even from then on.
        self._offset_ns = time.time_ns() - time.monotonic_ns()
        self._file = path.open("wb", BUFFER_BYTES)
        self._file.write(FILE_HEADER.pack(NANOSECOND_MAGIC, MAJOR, MINOR, 0, 0, MOST_BYTES, RAW_IP))

    def _add(self, packet: bytes) -> None:
        """The link does not suffer from a full disk: the capture ends, short of packets."""
        if self._is_full:
            return
        seconds, rest_ns = divmod(time.monotonic_ns() + self._offset_ns, SECOND_NS)
        size = len(packet)
        try:
            self._file.write(RECORD_HEADER.pack(seconds, rest_ns, size, size) + packet)
        except OSError:
            self._is_full = True
        else:
            self.packets += 1

    def reader(self) -> Callable[[int, int], bytes]:
        """Stands for os.read: what is read is captured."""
        read, add = os.read, self._add

        def read_and_keep(descriptor: int, most: int) -> bytes:
            packet = read(descriptor, most)
            add(packet)
            return packet

        return read_and_keep

    def writer(self) -> Callable[[int, bytes], int]:
        """Stands for os.write: what is taken is captured."""
        write, add = os.write, self._add

        def write_and_keep(descriptor: int, packet: bytes) -> int:
            count = write(descriptor, packet)
            add(packet)
            return count

        return write_and_keep

    def close(self) -> None:
        """Have everything on disk that fits there."""
        with contextlib.suppress(OSError):
            self._file.close()
