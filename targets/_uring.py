"""A queue of io_uring: operations go in, completions come out.

Knows no operation.  Waiting goes over an eventfd: liburing's own call to wait holds the
interpreter's lock, and no other thread could run meanwhile.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import liburing

MOST_ENTRIES = 32_768
"""The kernel's own bound."""


class Completions:
    """Room for so many operations before they must be submitted; closed by its owner."""

    def __init__(self, entries: int) -> None:
        size = min(MOST_ENTRIES, 1 << max(1, entries - 1).bit_length())
        self._ring, self._found = liburing.Ring(), liburing.Cqe()
        liburing.io_uring_queue_init(size, self._ring)
        self.event = os.eventfd(0, os.EFD_CLOEXEC)
        liburing.io_uring_register_eventfd(self._ring, self.event)
        self._waiting = 0
        self.is_open = True

    def next(self) -> Any:
        """The next operation to be prepared; the two of a chain must fit together."""
        # Room for a chain: it must not be torn apart by a submission.
        if not self._waiting % 2 and liburing.io_uring_sq_space_left(self._ring) < 2:
            self.submit()
        self._waiting += 1
        return liburing.io_uring_get_sqe(self._ring)

    def submit(self) -> None:
        """Hand to the kernel what was prepared; nothing where nothing was."""
        if self._waiting:
            liburing.io_uring_submit(self._ring)
            self._waiting = 0

    def done(self) -> Iterator[tuple[int, int]]:
        """`user_data` and result of what is done: a negative one is an error number."""
        with contextlib.suppress(BlockingIOError):
            while True:
                liburing.io_uring_peek_cqe(self._ring, self._found)
                one = self._found[0]
                found = int(one.user_data), int(one.res)
                liburing.io_uring_cqe_seen(self._ring, one)
                yield found

    def wait(self) -> None:
        """Sleep until something is done; others may run.  It may have been seen already."""
        os.eventfd_read(self.event)

    def close(self) -> None:
        """Once; what is under way is given up."""
        if self.is_open:
            self.is_open = False
            liburing.io_uring_queue_exit(self._ring)
            os.close(self.event)
