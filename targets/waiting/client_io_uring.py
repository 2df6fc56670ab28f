"""Completion (io_uring): one thread hands all calls to the kernel, which says what is done."""

from __future__ import annotations

import os

import liburing

from bench.clock import now_ns
from targets._uring import Completions
from targets.waiting._caller import Batch, CallerTarget, Program
from targets.waiting._server import MESSAGE, Server

__all__ = ["Caller", "Server"]

TITLE = "io_uring"
REQUIRES = ("io_uring",)
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "caller", "role": "caller", "side": "clients"},
)


class Uring(Program):
    """Sending and receiving are one chain for each call; a batch enters the kernel once."""

    ring: Completions | None = None

    def open(self) -> None:
        super().open()
        self.ring = Completions(2 * len(self.sockets))
        self._numbers = [one.fileno() for one in self.sockets]
        self._answers = [bytearray(len(MESSAGE)) for _ in self.sockets]

    def run(self, batch: Batch) -> None:
        assert self.ring is not None
        ring, waits = self.ring, len(batch.sent_ns)
        under_way = [0] * len(self.sockets)
        begun = answered = 0
        while begun < min(waits, len(self.sockets)):
            self._call(ring, begun, begun, batch, under_way)
            begun += 1
        ring.submit()
        while answered < waits:
            for place, result in ring.done():
                self._check(place, result)
                batch.done_ns[under_way[place]] = now_ns()
                answered += 1
                if begun < waits:
                    self._call(ring, place, begun, batch, under_way)
                    begun += 1
            ring.submit()
            if answered == waits:
                return
            if self.unit is None:
                ring.wait()
            else:
                self.unit()
                batch.units += 1

    def _call(
        self, ring: Completions, place: int, call: int, batch: Batch, under_way: list[int]
    ) -> None:
        under_way[place] = call
        batch.sent_ns[call] = now_ns()
        number = self._numbers[place]
        sending = ring.next()
        liburing.io_uring_prep_send(sending, number, MESSAGE, 0)
        # Only what the chain ends with is told.
        sending.flags |= liburing.IOSQE_IO_LINK | liburing.IOSQE_CQE_SKIP_SUCCESS
        sending.user_data = place
        receiving = ring.next()
        liburing.io_uring_prep_recv(receiving, number, self._answers[place], 0)
        receiving.user_data = place

    def _check(self, place: int, result: int) -> None:
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        if self._answers[place] != MESSAGE or result != len(MESSAGE):
            raise ConnectionError("the server has closed the connection")

    def close(self) -> None:
        if self.ring is not None:
            self.ring.close()
        super().close()


class Caller(CallerTarget):
    """The program under test."""

    program_type = Uring
