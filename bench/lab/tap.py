"""A relay between client and backend that keeps every byte with its time and direction.

For looking, not for measuring: it is in the way of what it shows.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

CLOSE_SECONDS = 1.0


@dataclass(frozen=True)
class Crossing:
    """Bytes that crossed in one piece; `up` is from client to backend."""

    time_ns: int
    connection: int
    up: bool
    data: bytes


class Tap:
    """Listens on a free port and passes everything on to `port`."""

    def __init__(self, host: str, port: int) -> None:
        self._backend = host, port
        self.crossings: list[Crossing] = []
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.began_ns = time.monotonic_ns()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._begin(self._accept)

    def _accept(self) -> None:
        number = 0
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:  # closed
                return
            number += 1
            try:
                backend = socket.create_connection(self._backend)
            except OSError:  # the backend refuses: so does the tap
                client.close()
                continue
            self._sockets += [client, backend]
            for source, sink, up in ((client, backend, True), (backend, client, False)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._begin(self._relay, number, source, sink, up)

    def _relay(self, number: int, source: socket.socket, sink: socket.socket, up: bool) -> None:
        try:
            while data := source.recv(65536):
                with self._lock:
                    self.crossings.append(Crossing(time.monotonic_ns(), number, up, data))
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:  # one end is gone; the other will notice
            return

    def close(self) -> None:
        for each in (self._server, *self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)  # wakes whoever waits in it
        for thread in self._threads:
            thread.join(CLOSE_SECONDS)
        for each in (self._server, *self._sockets):
            each.close()

    def _begin(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()
