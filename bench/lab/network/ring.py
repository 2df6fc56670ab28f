"""The packets that leave a network device, with the time at which the sender's kernel gave each.

A packet socket with a ring (PACKET_MMAP with TPACKET_V2: `man 7 packet`, and
Documentation/networking/packet_mmap.rst of the kernel).  The kernel copies and stamps a
packet within the call that sends it, in the order of sending, however late somebody looks.
It listens to what leaves, for what arrives at a device's other end passes through queues
of each core, which change the order.
A frame stays in its place until it is freed.  Many are read at once, field by field: what
Python does for each of them is what a link costs.
Knows nothing of links; frames are Ethernet's, with their header.
"""

from __future__ import annotations

import ctypes
import mmap
import socket
import struct
import time
from collections.abc import Callable

from bench.clock import SET_NS, Clocks
from bench.lab.network.counts import Row

HEADER_BYTES = 14
"""Of Ethernet, before the IP packet."""

SOL_PACKET, PACKET_RX_RING, PACKET_STATISTICS, PACKET_VERSION = 263, 5, 6, 10
TPACKET_V2 = 1
"""With it each packet is seen at once; V3 hands over whole blocks."""

SO_ATTACH_FILTER, SO_TIMESTAMPNS, ETH_P_ALL = 26, 35, 3
ONLY_LEAVING = ((0x30, 0, 0, 0xFFFFF004), (0x15, 0, 1, 4), (6, 0, 0, 1 << 18), (6, 0, 0, 0))
"""A filter of the kernel: load the packet's type; if it is PACKET_OUTGOING, take all; else none."""

FRAME_BYTES, BLOCK_BYTES = 2048, 1 << 18
STEP = FRAME_BYTES // 4
"""From a word of one place to that of the next."""

FRAMES = 32_768
"""Places, each for a packet that waits: 130 ms at the most that a link here carries."""

FRAME_OFFSET = 66
"""Of an Ethernet frame in its place: TPACKET_ALIGN of its header and a sockaddr_ll, so that
its IP packet begins at a multiple of 16."""

ROW = struct.Struct(f"=I4xI4xII56xB8xB2x12s4s4xBB{FRAME_BYTES - 114}x")
"""A place: tpacket2_hdr (status, bytes kept, seconds, nanoseconds), then the frame's Row."""

KERNEL = 0
"""The status of a place that is the kernel's to fill; another is ours to read."""

SECOND_NS = 1_000_000_000

clocks = Clocks(time.monotonic_ns)


class FrameRing:
    """A ring's memory: `places` of FRAME_BYTES, filled by the kernel in turn."""

    def __init__(
        self, memory: mmap.mmap, places: int, clocks: Callable[[], tuple[int, int]] = clocks
    ) -> None:
        self.places = places
        self._bytes = memoryview(memory)
        self._words = self._bytes.cast("I")
        self._clocks = clocks
        self._empty_ns = clocks()[0]

    def arrivals(self, first: int, most: int) -> tuple[list[int], list[Row]]:
        """When the frames were sent that are in the places from `first` on, and what they are.

        At most so many, and those behind the ring's end are for the next call.  Times are
        monotonic, ns.  The kernel stamps by the wall's clock.  A stamp that lies before the
        last look that found a place empty, or after now, tells that somebody set that clock:
        the frames then count from now.
        """
        rows: list[Row] = []
        now, shift = self._clocks()
        end = min(first + most, self.places)
        for row in ROW.iter_unpack(self._bytes[first * FRAME_BYTES : end * FRAME_BYTES]):
            if row[0] == KERNEL:
                break
            rows.append(row)
        times = [row[2] * SECOND_NS + row[3] + shift for row in rows]
        if rows and (times[0] < self._empty_ns - SET_NS or times[-1] > now + SET_NS):
            times = [now] * len(rows)
        if len(rows) < end - first:
            self._empty_ns = now
        return times, rows

    def frames(self, first: int, count: int) -> list[bytes]:
        """Copies of them."""
        begin, end = first * FRAME_BYTES, (first + count) * FRAME_BYTES
        sizes = [row[1] for row in ROW.iter_unpack(self._bytes[begin:end])]
        begins = range(begin + FRAME_OFFSET, end, FRAME_BYTES)
        return [bytes(self._bytes[at : at + size]) for at, size in zip(begins, sizes, strict=True)]

    def free(self, first: int, count: int) -> None:
        """Their places are the kernel's again."""
        free = memoryview(bytes(4 * count)).cast("I")
        self._words[first * STEP : (first + count) * STEP : STEP] = free

    def settle(self) -> None:
        """Whoever watches the ring was woken for nothing."""

    def close(self) -> None:
        self._words.release()
        self._bytes.release()


class PacketRing(FrameRing):
    """What leaves a device of the namespace in which this is made, from now on.

    `address` is where its first frame is.  OSError where the kernel has no packet sockets, or
    this process may not have one.
    """

    def __init__(self, device: str) -> None:
        self._socket = _leaving(device)
        self._mapped = mmap.mmap(self._socket.fileno(), FRAMES * FRAME_BYTES)
        self._missed = 0
        super().__init__(self._mapped, FRAMES)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self._mapped)) + FRAME_OFFSET

    def fileno(self) -> int:
        return self._socket.fileno()

    def settle(self) -> None:
        """Forget that the device went down, which would count as being readable."""
        self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

    @property
    def missed(self) -> int:
        """Packets so far for which the ring had no place."""
        counts = self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)  # begins anew with it
        self._missed += struct.unpack("II", counts)[1]
        return self._missed

    def close(self) -> None:
        super().close()
        self._mapped.close()
        self._socket.close()


def _leaving(device: str) -> socket.socket:
    """A packet socket with a ring, which hears nothing before it is bound."""
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *s) for s in ONLY_LEAVING))
        program = struct.pack("HxxxxxxP", len(ONLY_LEAVING), ctypes.addressof(code))
        one.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
        one.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        one.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V2)
        blocks = FRAMES * FRAME_BYTES // BLOCK_BYTES
        places = struct.pack("IIII", BLOCK_BYTES, blocks, FRAME_BYTES, FRAMES)
        one.setsockopt(SOL_PACKET, PACKET_RX_RING, places)
        one.bind((device, ETH_P_ALL))
    except BaseException:
        one.close()
        raise
    return one
