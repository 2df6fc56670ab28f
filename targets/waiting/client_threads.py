"""Threads: each call blocks a thread of a pool; the program's own thread is free meanwhile."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor, wait

from bench.clock import now_ns
from targets.waiting._caller import Batch, CallerTarget, Program, receive
from targets.waiting._server import MESSAGE, Server

__all__ = ["Caller", "Server"]

TITLE = "threads"
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "caller", "role": "caller", "side": "clients"},
)


class Threads(Program):
    """A pool with a thread for each call under way; every thread has its connection."""

    pool: ThreadPoolExecutor | None = None

    def open(self) -> None:
        super().open()
        self._mine = threading.local()
        free = list(self.sockets)
        self.pool = ThreadPoolExecutor(
            self.at_once, "call", lambda: setattr(self._mine, "connection", free.pop())
        )
        self._start_all(self.pool)

    def _start_all(self, pool: ThreadPoolExecutor) -> None:
        """A pool starts a thread for each task that finds none idle: have all of them busy once."""
        all_there = threading.Event()
        started = []
        try:
            for _ in range(self.at_once):
                started.append(pool.submit(all_there.wait))
        except RuntimeError as error:
            raise OSError(
                f"{self.at_once:,} threads: the system allows only {len(started):,} ({error}); "
                "use fewer waits, or at_once"
            ) from None
        finally:
            all_there.set()
        wait(started)

    def run(self, batch: Batch) -> None:
        assert self.pool is not None
        finished: list[int] = []
        calls = range(len(batch.sent_ns))
        started = [self.pool.submit(self._call, batch, call, finished) for call in calls]
        if self.unit is not None:
            while len(finished) < len(started):
                self.unit()
                batch.units += 1
        for one in started:
            one.result()

    def _call(self, batch: Batch, call: int, finished: list[int]) -> None:
        connection: socket.socket = self._mine.connection
        try:
            batch.sent_ns[call] = now_ns()
            connection.sendall(MESSAGE)
            receive(connection)
            batch.done_ns[call] = now_ns()
        finally:
            finished.append(call)

    def close(self) -> None:
        super().close()
        if self.pool is not None:
            self.pool.shutdown(wait=False, cancel_futures=True)


class Caller(CallerTarget):
    """The program under test."""

    program_type = Threads
