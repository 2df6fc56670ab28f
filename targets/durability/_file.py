"""A program that stores records in files: a write for each, and what a pattern does after it.

Each client has a thread and a file of its own.  A file is a ring of slots, so that it does not
grow for ever; a record has its number in it.  After a crash of the disk the program opens its
file where the disk is then, and looks for what it had been told was stored.
"""

from __future__ import annotations

import asyncio
import os
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from bench.clock import now_ns
from bench.model.messages import Begin
from targets.durability._storing import PAUSE_S, StoringTarget

FILE_BYTES = 64_000_000
"""The most that a client's file holds."""

NUMBER = struct.Struct("<qq")
"""What each record begins with: its number, and which client's it is."""


class FileTarget(StoringTarget):
    """Writes records, each when the last one is stored."""

    def settle(self, descriptor: int) -> None:
        """What is done after a write, before a record counts as stored."""
        raise NotImplementedError

    async def start(self, _: int) -> int:
        (disk,) = self.parts["disk"]
        self._where = Path(disk.more["where"])
        self._over, self._alone = threading.Event(), threading.Lock()
        clients = self.load.window.clients
        self._threads = ThreadPoolExecutor(clients, "client")
        self._files = [
            RecordFile(self._where, n, self.load.own.record_bytes) for n in range(clients)
        ]
        return 0

    async def stop(self) -> None:
        self._over.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def try_call(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, self._try)

    def _try(self) -> None:
        self.measure_flush()
        file = RecordFile(self._where, -1, self.load.own.record_bytes)
        file.open()
        file.write(0)
        self.settle(file.descriptor)
        if not file.holds(0):
            raise ConnectionError("another record came back")
        file.close()

    async def call(self, begin: Begin) -> None:
        run = asyncio.get_running_loop().run_in_executor
        await asyncio.gather(
            *(run(self._threads, self._store_all, one, begin) for one in self._files)
        )

    def _store_all(self, file: RecordFile, begin: Begin) -> None:
        file.open()
        time.sleep(max(0.0, (begin.start_ns - now_ns()) / 1e9))
        sequence = 0
        while (sent_ns := now_ns()) < begin.t1_ns and not self._over.is_set():
            try:
                file.write(sequence)
                self.settle(file.descriptor)
            except OSError as error:
                crash_ns = now_ns()
                with self._alone:
                    self.failed(error)
                    self.record_store(file.client, sequence, sent_ns, crash_ns, False)
                self._check(file, crash_ns)
            else:
                done_ns = now_ns()
                file.acknowledge(sequence, done_ns)
                with self._alone:
                    self.record_store(file.client, sequence, sent_ns, done_ns, True)
            sequence += 1
        file.close()

    def _check(self, file: RecordFile, crash_ns: int) -> None:
        """Open the file anew, and count what was acknowledged and is not there."""
        while not self._over.is_set():
            try:
                file.open()
                lost, there, oldest_ns = file.lose()
            except OSError:
                time.sleep(PAUSE_S)
                continue
            with self._alone:
                self.record_check(file.client, lost, there, oldest_ns, crash_ns, now_ns())
            return


class RecordFile:
    """One client's file: its records, and when each was acknowledged."""

    def __init__(self, where: Path, client: int, size: int) -> None:
        self.client, self.descriptor = client, -1
        self._where, self._size = where, size
        self._slots = FILE_BYTES // size
        self._rest = bytes(size - NUMBER.size)
        # Of the newest record of each slot that was acknowledged: its number, and when.
        self._numbers = np.full(self._slots, -1, np.int64)
        self._times_ns = np.zeros(self._slots, np.int64)

    def open(self) -> None:
        """Open it where the disk is now; OSError where that is nowhere."""
        self.close()
        folder = self._where.read_text()
        self.descriptor = os.open(f"{folder}/{self.client}", os.O_RDWR | os.O_CREAT, 0o600)

    def close(self) -> None:
        if self.descriptor >= 0:
            descriptor, self.descriptor = self.descriptor, -1
            os.close(descriptor)

    def write(self, number: int) -> None:
        """Write a record to its slot."""
        record = NUMBER.pack(number, self.client) + self._rest
        written = os.pwrite(self.descriptor, record, number % self._slots * self._size)
        if written < self._size:
            raise OSError(f"{written} of {self._size} bytes were written")

    def acknowledge(self, number: int, now: int) -> None:
        """It counts as stored from now on."""
        slot = number % self._slots
        self._numbers[slot], self._times_ns[slot] = number, now

    def holds(self, number: int) -> bool:
        """Whether the file has this record now."""
        return bool(self._read()[number % self._slots] == number)

    def lose(self) -> tuple[int, int, int]:
        """Of what was acknowledged: how many are lost, how many there, and when the oldest lost
        one was acknowledged (0 where none is lost).  What is lost is forgotten.
        """
        acknowledged = self._numbers >= 0
        # A newer record in its place was written over it by the program itself.
        lost = acknowledged & (self._read() < self._numbers)
        oldest_ns = int(self._times_ns[lost].min()) if lost.any() else 0
        self._numbers[lost] = -1
        return int(lost.sum()), int(acknowledged.sum() - lost.sum()), oldest_ns

    def _read(self) -> np.ndarray:
        """The number of each slot's record; -1 where there is none."""
        found = np.full(self._slots, -1, np.int64)
        there = os.fstat(self.descriptor).st_size // self._size
        content = _all(self.descriptor, there * self._size)
        rows = np.frombuffer(content, np.uint8).reshape(-1, self._size)[:, : NUMBER.size]
        pairs = np.ascontiguousarray(rows).view(np.int64)
        mine = pairs[:, 1] == self.client
        found[: len(pairs)][mine] = pairs[mine, 0]
        return found


def _all(descriptor: int, size: int) -> bytes:
    content = b""
    while len(content) < size:
        part = os.pread(descriptor, min(size - len(content), 1 << 24), len(content))
        if not part:
            raise OSError("the file ended early")
        content += part
    return content
