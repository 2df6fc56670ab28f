"""io_uring: the kernel reads the file, and the event loop goes on until it says that it is done."""

from __future__ import annotations

import asyncio
import os

import liburing

from targets._uring import Completions
from targets.disk_reads._reader import ReaderTarget

TITLE = "io_uring"
REQUIRES = ("uncached_files", "io_uring")
PARTS = ({"name": "program", "role": "caller", "side": "clients"},)

ENTRIES = 8


class Program(ReaderTarget):
    """One operation for each file; its completion wakes the loop over an eventfd."""

    async def open(self) -> None:
        self._ring = Completions(ENTRIES)
        self._done: asyncio.Future[int] | None = None
        asyncio.get_running_loop().add_reader(self._ring.event, self._woken)

    async def read(self, file: int) -> int:
        self._done = asyncio.get_running_loop().create_future()
        reading = self._ring.next()
        liburing.io_uring_prep_read(reading, file, self.memory, 0)
        # Without it all that a large read needs is set up inside the submission, in this thread.
        reading.flags |= liburing.IOSQE_ASYNC
        self._ring.submit()
        count = await self._done
        if count < 0:
            raise OSError(-count, os.strerror(-count))
        return count

    def _woken(self) -> None:
        self._ring.wait()
        for _, result in self._ring.done():
            if self._done is not None and not self._done.done():
                self._done.set_result(result)

    async def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._ring.event)
        self._ring.close()
