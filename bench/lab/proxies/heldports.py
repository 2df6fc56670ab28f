"""Ports that stay ours: chosen together, and kept while whoever listens there is away.

Knows nothing of who listens.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence

from bench.lab.side import Side


class HeldPorts:
    """Free ports of one side, each bound to a socket of ours that does not listen.

    Whoever sets SO_REUSEPORT, as Envoy does, can listen there, before and after a
    restart, and nobody else gets them meanwhile.  A UDP socket would take datagrams
    away, so those must be let go before their owner starts.
    """

    def __init__(self, side: Side, kinds: Sequence[socket.SocketKind]) -> None:
        self._sockets: list[socket.socket] = []
        try:
            for kind in kinds:
                held = side.make_socket(kind)
                self._sockets.append(held)
                held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                held.bind((side.host, 0))
        except BaseException:
            self.close()
            raise
        self.numbers = [int(held.getsockname()[1]) for held in self._sockets]

    def release_udp(self) -> None:
        """Let go of the UDP ports."""
        for held in self._sockets:
            if held.type == socket.SOCK_DGRAM:
                held.close()

    def close(self) -> None:
        for held in self._sockets:
            with contextlib.suppress(OSError):
                held.close()
