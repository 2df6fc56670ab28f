"""What is asked of the kernel to reset a connection, and which connections a process has."""

from __future__ import annotations

import os
import socket
import struct

from bench.lab import resets

# Of /proc/net/tcp: a listener, an established connection, one that belongs to somebody else.
LINES = [
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 100 1 0",
    "   1: 0100007F:1F90 0201000A:C350 01 00000000:00000000 00:00000000 00000000 0 0 101 1 0",
    "   2: 0100007F:1F90 0100007F:C351 01 00000000:00000000 00:00000000 00000000 0 0 102 1 0",
]


def test_only_a_process_own_established_connections_are_taken() -> None:
    found = resets.parse_connections(LINES, {"socket:[100]", "socket:[101]", "pipe:[102]"})
    assert found == [("127.0.0.1", 8080, "10.0.1.2", 50000)]


def test_a_request_is_the_kernels_structure() -> None:
    """struct inet_diag_req_v2 of linux/inet_diag.h."""
    body = resets.request(("127.0.0.1", 8080, "10.0.1.2", 50000))
    assert len(body) == 56
    assert struct.unpack_from("=BBBBI", body) == (2, 6, 0, 0, 0xFFFFFFFF)
    assert struct.unpack_from("!HH", body, 8) == (8080, 50000)
    assert socket.inet_ntoa(body[12:16]) == "127.0.0.1"
    assert socket.inet_ntoa(body[28:32]) == "10.0.1.2"
    assert not any(body[16:28] + body[32:48])
    assert body[48:] == b"\xff" * 8


def test_a_process_that_is_gone_has_none() -> None:
    assert resets.connections_of(2**22 + 1) == []
    assert resets.reset_connections([2**22 + 1]) == 0
    assert os.getpid() not in resets._by_network([2**22 + 1])
