"""A connection whose link goes silent: nothing of it arrives any more, in either direction.

Its kernel drops every packet that comes for it, acknowledgements included, and nobody writes to
it: the other end sees what it would see of a telephone in a tunnel.  No privilege is needed.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import struct

SO_ATTACH_FILTER = 26
BPF_RETURN = 0x06
"""Classic BPF `ret #k`: keep k bytes of the packet."""


def silenced(transport: asyncio.Transport) -> socket.socket:
    """Silence a connection and return a socket that keeps it; the transport may then be closed.

    As long as that socket is open the kernel says no goodbye.
    """
    kept = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
    drop_all = ctypes.create_string_buffer(struct.pack("HBBI", BPF_RETURN, 0, 0, 0))
    program = struct.pack("HL", 1, ctypes.addressof(drop_all))
    kept.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
    return kept
