"""What servers with blocking sockets have in common: one connection served until its end."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable

from targets._target import BACKLOG
from targets.cpu_handlers._handlers import Requests

READ_BYTES = 65_536


def listening(host: str, port: int) -> socket.socket:
    """A socket to accept on."""
    found = socket.create_server((host, port), backlog=BACKLOG)
    found.setblocking(True)
    return found


def serve(connection: socket.socket, compute: Callable[[], object]) -> None:
    """Answer one request after the other until the client leaves."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    requests = Requests(compute)
    with connection, contextlib.suppress(OSError):
        while data := connection.recv(READ_BYTES):
            if answers := requests.answers(data):
                connection.sendall(answers)
