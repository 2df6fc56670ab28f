"""Sends frames from where they are in a ring, many with one call (`man 2 sendmmsg`).

Knows nothing of links.
"""

from __future__ import annotations

import array
import ctypes
from collections.abc import Sequence

from bench.lab.network.ring import FRAME_BYTES

WORD = 8
IOVEC_WORDS, HEADER_WORDS = 2, 8
"""Of struct iovec (base, length) and struct mmsghdr (name, its length, iovec, how many, ...)."""

_sendmmsg = ctypes.CDLL(None, use_errno=True).sendmmsg
_sendmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)


class FrameSender:
    """To a packet socket, from `places` of a ring whose first frame is at `address`.

    The kernel's structures are made once, one for each place; only lengths change.
    """

    def __init__(self, descriptor: int, address: int, places: int) -> None:
        self._descriptor = descriptor
        self._vectors = array.array("Q", bytes(places * IOVEC_WORDS * WORD))
        vectors, _ = self._vectors.buffer_info()
        self._vectors[::IOVEC_WORDS] = array.array(
            "Q", range(address, address + places * FRAME_BYTES, FRAME_BYTES)
        )
        self._headers = array.array("Q", bytes(places * HEADER_WORDS * WORD))
        self._first, _ = self._headers.buffer_info()
        begins = range(vectors, vectors + places * IOVEC_WORDS * WORD, IOVEC_WORDS * WORD)
        self._headers[2::HEADER_WORDS] = array.array("Q", begins)
        self._headers[3::HEADER_WORDS] = array.array("Q", [1]) * places

    def prepare(self, first: int, lengths: Sequence[int]) -> None:
        """Say how long the frames are in the places from `first` on."""
        begin, end = first * IOVEC_WORDS + 1, (first + len(lengths)) * IOVEC_WORDS
        self._vectors[begin:end:IOVEC_WORDS] = array.array("Q", lengths)

    def send(self, first: int, count: int) -> int:
        """Send the frames of so many places; how many were taken.

        0 where the first was refused: its device is down, or has no room.
        """
        at = self._first + first * HEADER_WORDS * WORD
        return max(0, int(_sendmmsg(self._descriptor, at, count, 0)))
