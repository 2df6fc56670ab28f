"""What makes a server slow: clients that do not read, and work that is wasted.

Knows nothing of what is sent.
"""

from __future__ import annotations

import asyncio
import fcntl
import socket
import sys
import termios
import time
from typing import Any

NEVER_BLOCKS_BYTES = 1 << 30
MOST_KERNEL_BYTES = 1 << 16
"""A larger limit is the process's own to hold, where it is seen in its memory."""


def burn(seconds: float) -> None:
    """Waste CPU time: a slower server to compare with."""
    if seconds > 0:
        end_ns = time.thread_time_ns() + int(seconds * 1e9)
        while time.thread_time_ns() < end_ns:
            pass


class SlowClientDropped(ConnectionError):
    """The policy is to disconnect, and this client's buffer is full."""


class SendLimit:
    """The limit of one connection.

    `wait`: writing blocks until there is room again (this client's task only).
    `drop`: what does not fit is not sent.  `disconnect`: the client is cut off.
    """

    def __init__(self, transport: asyncio.WriteTransport, load: Any) -> None:
        self._transport = transport
        self._policy = load.own.slow_policy
        self._limit = load.own.send_buffer_bytes
        # Only "wait" may ever block a write; the others must decide before each.
        blocks_at = self._limit if self._policy == "wait" else self._limit + NEVER_BLOCKS_BYTES
        transport.set_write_buffer_limits(high=blocks_at)
        self._sock = transport.get_extra_info("socket")
        # The kernel's buffer comes on top; it doubles what it is asked for.
        kernel_bytes = min(self._limit // 2, MOST_KERNEL_BYTES)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, kernel_bytes)
        self.was_full = False
        """Whether the kernel's buffer was ever full: the process's own holds what is too much."""

        self.dropped = 0

    @property
    def backlog_bytes(self) -> int:
        """What was written and has not reached the client: here and in the kernel."""
        if self._transport.is_closing():
            return 0
        queued = fcntl.ioctl(self._sock.fileno(), termios.TIOCOUTQ, bytes(4))
        return self._transport.get_write_buffer_size() + int.from_bytes(queued, sys.byteorder)

    def admits(self, catching_up: bool = False) -> bool:
        """Whether to send now; SlowClientDropped where the policy is to disconnect.

        What a client missed is sent as fast as it reads, whatever the policy.
        """
        held = self._transport.get_write_buffer_size()
        self.was_full = self.was_full or held > 0
        if catching_up or self._policy == "wait" or held < self._limit:
            return True
        self.dropped += 1
        if self._policy == "disconnect":
            self._transport.abort()
            raise SlowClientDropped("send buffer full")
        return False
