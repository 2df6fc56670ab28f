"""Where a process runs and how it is reached: this host's loopback, or a namespace of a link.

Knows nothing of what runs there.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass


def _plain_socket(kind: int) -> socket.socket:
    return socket.socket(socket.AF_INET, kind)


@dataclass(frozen=True)
class Side:
    """One end of a network.

    `host` is its IPv4 address, `join` are descriptors of the namespaces that a
    process must enter before it starts (none on loopback), `make_socket(kind)`
    gives a fresh IPv4 socket of kind SOCK_STREAM or SOCK_DGRAM that lives there.
    """

    host: str = "127.0.0.1"
    join: tuple[int, ...] = ()
    make_socket: Callable[[int], socket.socket] = _plain_socket

    def connect(self, port: int, seconds: float = 1.0, host: str = "") -> socket.socket:
        """A TCP connection from here to `port` of `host`, else of this side; OSError where none."""
        probe = self.make_socket(socket.SOCK_STREAM)
        try:
            probe.settimeout(seconds)
            probe.connect((host or self.host, port))
        except BaseException:
            probe.close()
            raise
        return probe

    def accepts(self, port: int, seconds: float = 0.2) -> bool:
        """Whether something listens there."""
        try:
            self.connect(port, seconds).close()
        except OSError:
            return False
        return True

    def free_ports(self, count: int, kind: int = socket.SOCK_STREAM) -> list[int]:
        """Ports that were free a moment ago, no two alike: each is held until all are chosen."""
        with contextlib.ExitStack() as held:
            probes = [held.enter_context(self.make_socket(kind)) for _ in range(count)]
            for probe in probes:
                probe.bind((self.host, 0))
            return [int(probe.getsockname()[1]) for probe in probes]

    def free_port(self, kind: int = socket.SOCK_STREAM) -> int:
        """A port that was free a moment ago."""
        (port,) = self.free_ports(1, kind)
        return port


LOOPBACK = Side()


@dataclass(frozen=True)
class Sides:
    """Where everybody is: all on loopback, or each in a namespace of a network."""

    clients: Side = LOOPBACK
    backend: Side = LOOPBACK
    services: Side = LOOPBACK
    standby: Side = LOOPBACK

    def __getitem__(self, name: str) -> Side:
        """The side of this name (bench.model.links.SIDES)."""
        side: Side = getattr(self, name)
        return side


ON_LOOPBACK = Sides()
