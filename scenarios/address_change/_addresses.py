"""Tells when this network namespace gets another IPv4 address, as its kernel tells it.

A netlink socket (`man 7 rtnetlink`).  Knows nothing of who wants to know.
"""

from __future__ import annotations

import _socket  # the original class: socket.socket is gevent's in a load process
import asyncio
import struct
from collections.abc import Callable, Iterator
from typing import Any

NETLINK_ROUTE, GROUP_IPV4_ADDRESSES = 0, 0x10
NEW_ADDRESS = 20
HEADER = struct.Struct("=IHHII")
"""nlmsghdr: length, type, flags, sequence, port."""

MOST_BYTES = 65_536


def kinds(data: bytes) -> Iterator[int]:
    """The types of the messages in what a netlink socket gave."""
    at = 0
    while len(data) - at >= HEADER.size:
        length, kind, _, _, _ = HEADER.unpack_from(data, at)
        if length < HEADER.size:
            return
        yield kind
        at += (length + 3) & ~3


class AddressWatch:
    """Calls `changed` whenever there is a new address, until it is closed."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._socket: Any = _socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW, NETLINK_ROUTE)
        self._socket.setblocking(False)
        self._socket.bind((0, GROUP_IPV4_ADDRESSES))
        self._loop.add_reader(self._socket.fileno(), self._read)

    def _read(self) -> None:
        try:
            data = self._socket.recv(MOST_BYTES)
        except BlockingIOError:
            return
        if NEW_ADDRESS in kinds(data):
            self._changed()

    def close(self) -> None:
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()
