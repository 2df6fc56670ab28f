"""Threads: one for each connection, in one process; the interpreter's lock lets one of them run."""

from __future__ import annotations

import contextlib
import socket
import threading
from functools import partial

from targets._target import BaseTarget
from targets.cpu_handlers._handlers import compute
from targets.cpu_handlers._sockets import listening, serve

TITLE = "threads"
EXAMPLE = "curl -i 'http://{host}:{port}/heavy'"


class Target(BaseTarget):
    """GET /light and GET /heavy."""

    async def start(self, port: int) -> int:
        self._heavy = partial(compute, round(self.load.own.heavy_time_s * 1e9))
        self._socket = listening(self.host, port)
        threading.Thread(target=self._accept, args=(self._socket,), daemon=True).start()
        return int(self._socket.getsockname()[1])

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection, self._heavy), daemon=True).start()

    async def stop(self) -> None:
        self._socket.close()
