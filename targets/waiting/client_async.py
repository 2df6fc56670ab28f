"""Readiness (epoll): one thread sends everything, and the kernel tells which answers are there."""

from __future__ import annotations

import select
import socket

from bench.clock import now_ns
from targets.waiting._caller import Batch, CallerTarget, Program
from targets.waiting._server import MESSAGE, Server

__all__ = ["Caller", "Server"]

TITLE = "async (epoll)"
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "caller", "role": "caller", "side": "clients"},
)

FOR_EVER, NOT_AT_ALL = -1, 0


class Epoll(Program):
    """What an event loop is at heart, without a library on top."""

    def open(self) -> None:
        super().open()
        self._epoll = select.epoll()
        self._by_number: dict[int, socket.socket] = {}
        for one in self.sockets:
            one.setblocking(False)
            self._epoll.register(one.fileno(), select.EPOLLIN)
            self._by_number[one.fileno()] = one

    def run(self, batch: Batch) -> None:
        waits = len(batch.sent_ns)
        under_way: dict[int, int] = {}
        begun = answered = 0
        for number in self._by_number:
            if begun < waits:
                self._send(number, begun, batch, under_way)
                begun += 1
        while answered < waits:
            for number, _ in self._epoll.poll(FOR_EVER if self.unit is None else NOT_AT_ALL):
                self._received(number, batch, under_way)
                answered += 1
                if begun < waits:
                    self._send(number, begun, batch, under_way)
                    begun += 1
            if self.unit is not None and answered < waits:
                self.unit()
                batch.units += 1

    def _send(self, number: int, call: int, batch: Batch, under_way: dict[int, int]) -> None:
        under_way[number] = call
        batch.sent_ns[call] = now_ns()
        # A few bytes on a connection with nothing under way: they always go at once.
        self._by_number[number].send(MESSAGE)

    def _received(self, number: int, batch: Batch, under_way: dict[int, int]) -> None:
        if self._by_number[number].recv(len(MESSAGE)) != MESSAGE:
            raise ConnectionError("the server has closed the connection")
        batch.done_ns[under_way.pop(number)] = now_ns()

    def close(self) -> None:
        if self.sockets:
            self._epoll.close()
        super().close()


class Caller(CallerTarget):
    """The program under test."""

    program_type = Epoll
