"""Processes: one for each connection, started beforehand; the kernel shares out the cores."""

from __future__ import annotations

import os
import signal
import socket
from functools import partial

from bench.pipes import die_with_parent
from targets._target import BaseTarget
from targets.cpu_handlers._handlers import compute
from targets.cpu_handlers._sockets import listening, serve

TITLE = "processes"
EXAMPLE = "curl -i 'http://{host}:{port}/heavy'"

CONNECTIONS_OF_A_CLIENT = 2
SPARE = 2
"""For the verification, whose client has connections of its own."""


class Target(BaseTarget):
    """GET /light and GET /heavy; each process accepts a connection, serves it, and the next."""

    async def start(self, port: int) -> int:
        self._socket = listening(self.host, port)
        wanted = CONNECTIONS_OF_A_CLIENT * self.load.window.clients + SPARE
        heavy = partial(compute, round(self.load.own.heavy_time_s * 1e9))
        self._processes = [forked(self._socket, heavy) for _ in range(wanted)]
        return int(self._socket.getsockname()[1])

    async def stop(self) -> None:
        self._socket.close()
        for process in self._processes:
            os.kill(process, signal.SIGKILL)
        for process in self._processes:
            os.waitpid(process, 0)


def forked(listener: socket.socket, heavy: partial[int]) -> int:
    """Start a process that serves; its number.  It shares nothing with the event loop here."""
    process = os.fork()
    if process:
        return process
    try:
        die_with_parent()
        signal.set_wakeup_fd(-1)
        while True:
            connection, _ = listener.accept()
            serve(connection, heavy)
    finally:
        os._exit(1)
