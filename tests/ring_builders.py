"""A packet ring in memory, filled as the kernel fills one; for tests."""

from __future__ import annotations

import mmap
import struct

from bench.lab.network.counts import Row
from bench.lab.network.ring import FRAME_BYTES, FRAME_OFFSET, ROW, SECOND_NS, FrameRing

TPACKET2_HEADER = struct.Struct("=IIIHHIIHH4x")
"""As <linux/if_packet.h> has it: status, length, bytes kept, offsets of the frame and of its
IP packet, seconds, nanoseconds, and VLAN fields."""

USER, SYN, ACK = 1, 0x02, 0x10


def packet(
    sequence: int = 0,
    data: int = 1000,
    port: int = 5000,
    flags: int = ACK,
    protocol: int = 6,
    options: int = 12,
    version: int = 0x45,
) -> bytes:
    """An Ethernet frame with an IPv4 packet with a TCP segment of so many bytes."""
    tcp = struct.pack(
        ">HHIIBBHHH", port, 80, sequence % 2**32, 1, (20 + options) // 4 << 4, flags, 500, 0, 0
    )
    length = 40 + options + data
    ip = struct.pack(
        ">BBHHHBBH4s4s", version, 0, length, 1, 0, 64, protocol, 0, b"\n\0\0\1", b"\n\0\0\2"
    )
    return bytes(12) + b"\x08\0" + ip + tcp + bytes(options + data)


class Kernel:
    """Gives frames to a ring of a few places; `missed` are those for which there was none.

    Both clocks are here, and the wall's is `ahead_ns` of the monotonic one.
    """

    def __init__(self, places: int = 8, ahead_ns: int = 1_700_000_000 * SECOND_NS) -> None:
        self.now_ns = 0
        self.ahead_ns = ahead_ns
        self.missed = 0
        self._places = places
        self._memory = mmap.mmap(-1, places * FRAME_BYTES)
        self._next = 0
        self.ring = FrameRing(self._memory, places, self.clocks)

    def clocks(self) -> tuple[int, int]:
        return self.now_ns, -self.ahead_ns

    @property
    def is_readable(self) -> bool:
        """As the kernel says it of a ring: whether the place filled last is still to be read."""
        return bool(self._memory[(self._next - 1) % self._places * FRAME_BYTES])

    def give(self, frame: bytes) -> None:
        """A packet leaves the device now."""
        at = self._next * FRAME_BYTES
        if self._memory[at]:
            self.missed += 1
            return
        start = at + FRAME_OFFSET
        self._memory[start : start + len(frame)] = frame
        seconds, rest = divmod(self.now_ns + self.ahead_ns, SECOND_NS)
        size = len(frame)
        header = TPACKET2_HEADER.pack(USER, size, size, FRAME_OFFSET, 80, seconds, rest, 0, 0)
        self._memory[at : at + len(header)] = header
        self._next = (self._next + 1) % self._places


def rows_of(*frames: bytes) -> list[Row]:
    """What is read of these frames, sent at 0."""
    kernel = Kernel(len(frames))
    for frame in frames:
        kernel.give(frame)
    return kernel.ring.arrivals(0, len(frames))[1]


assert ROW.size == FRAME_BYTES
