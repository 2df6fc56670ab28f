"""Blocking calls: the program's only thread sends, sleeps until the answer comes, goes on."""

from __future__ import annotations

from bench.clock import now_ns
from targets.waiting._caller import Batch, CallerTarget, Program, receive
from targets.waiting._server import MESSAGE, Server

__all__ = ["Caller", "Server"]

TITLE = "blocking"
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "caller", "role": "caller", "side": "clients"},
)


class Blocking(Program):
    """One call after the other over one connection.  While it waits it has no way to work."""

    @property
    def connections(self) -> int:
        return 1

    def run(self, batch: Batch) -> None:
        (connection,) = self.sockets
        for call in range(len(batch.sent_ns)):
            batch.sent_ns[call] = now_ns()
            connection.sendall(MESSAGE)
            receive(connection)
            batch.done_ns[call] = now_ns()


class Caller(CallerTarget):
    """The program under test."""

    program_type = Blocking
    is_serial = True
