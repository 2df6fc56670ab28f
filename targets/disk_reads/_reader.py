"""The program of every pattern of `disk_reads`: an event loop that now and then reads a whole file.

The harness's timer on the same loop shows how late everything else on it would be.  Knows no way
of reading: a pattern writes `read`.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import pagecache
from bench.clock import Alarm, now_ns
from bench.model.messages import Begin
from bench.model.samples import FAILED, OK
from bench.plan import arrivals
from scenarios.disk_reads.load import FILES
from targets._target import BaseTarget
from targets.disk_reads._memory import aligned

PIECE_BYTES = 1 << 20
SAMPLE_BYTES = 4096


class ReaderTarget(BaseTarget):
    """Reads one file at a time, at random times, into the same memory."""

    is_caller = True

    async def start(self, _: int) -> int:
        own = self.load.own
        self.size = own.file_size_bytes
        self.memory = aligned(self.size)
        self.data.mkdir(parents=True, exist_ok=True)
        self.files = [self._made(self.data / f"{number}") for number in range(FILES)]
        self._beside = ThreadPoolExecutor(1, "page cache")
        self.facts["files"] = f"{FILES} of {self.size:,} bytes, page cache {own.cache}"
        await self.open()
        return 0

    async def stop(self) -> None:
        await self.close()
        for file in self.files:
            os.close(file)

    # --- what a pattern writes ------------------------------------------------------------------

    async def open(self) -> None:
        """Be ready to read."""

    async def read(self, file: int) -> int:
        """Read all of a file (a descriptor) into `memory`; how many bytes there were."""
        raise NotImplementedError

    async def close(self) -> None:
        """Let go of what `open` made."""

    # --- files that are not in memory -----------------------------------------------------------

    def _made(self, path: Path) -> int:
        """A file on the disk with random content, open for reading."""
        with path.open("wb") as file:
            for at in range(0, self.size, PIECE_BYTES):
                file.write(os.urandom(min(PIECE_BYTES, self.size - at)))
            file.flush()
            os.fsync(file.fileno())
            pagecache.drop(file.fileno())
        bypass = os.O_DIRECT if self.load.own.cache == "bypassed" else 0
        return os.open(path, os.O_RDONLY | bypass)

    def _uncached(self, file: int) -> int:
        """Have the kernel let go of a file; how many of its bytes are in memory nevertheless."""
        pagecache.drop(file)
        return pagecache.cached_bytes(file)

    async def _still_cached(self, file: int) -> int:
        """The same in another thread, as it takes a while and is no part of reading."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._beside, self._uncached, file)

    # --- reads ------------------------------------------------------------------------------------

    async def try_call(self) -> None:
        file = self.files[0]
        await self._still_cached(file)
        if (count := await self.read(file)) != self.size:
            raise ConnectionError(f"{count:,} bytes were read, not {self.size:,}")
        with (self.data / "0").open("rb") as written:
            start = written.read(SAMPLE_BYTES)
        if self.memory[: len(start)] != start:
            raise ConnectionError("something else was read")

    async def call(self, begin: Begin) -> None:
        alarm = Alarm(asyncio.get_running_loop())
        files = itertools.cycle(self.files)
        try:
            for sequence, offset_ns in enumerate(
                arrivals.poisson(self.load.own.read_rate_per_s, self.seed)
            ):
                due_ns = begin.start_ns + offset_ns
                if due_ns >= begin.t1_ns:
                    return
                file = next(files)
                cached = await self._still_cached(file)
                await alarm.until(due_ns)
                await self._read(file, sequence, due_ns, cached)
        finally:
            alarm.close()

    async def _read(self, file: int, sequence: int, due_ns: int, cached: int) -> None:
        sent_ns, outcome, count = now_ns(), OK, 0
        try:
            count = await self.read(file)
        except OSError as error:
            outcome = FAILED
            self.failed(error)
        if count != self.size:
            outcome = FAILED
        done_ns = now_ns()
        code = self.recorder.code("read")
        self.recorder.add(
            code, outcome, 0, sequence, due_ns, sent_ns, done_ns, done_ns, cached, count
        )
