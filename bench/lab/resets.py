"""Resets TCP connections of processes from outside (SOCK_DESTROY), as `ss -K` does.

    python -m bench.lab.resets LOCAL REMOTE ...   in a network namespace of its own

Both ends learn of it at once: the one that is destroyed, and its peer by a reset.
The kernel asks for CAP_NET_ADMIN over the network that the processes live in.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from bench.lab.processes import Child
from bench.model.errors import TrialFailed
from bench.model.messages import Done, Failed
from bench.pipes import say

Connection = tuple[str, int, str, int]
"""Local address and port, remote address and port; IPv4."""

SECONDS = 10.0
_ESTABLISHED = "01"
_NETLINK_SOCK_DIAG, _SOCK_DESTROY, _REQUEST_WITH_ACK = 4, 21, 5
_HEADER = struct.Struct("=IHHII")  # nlmsghdr
_REQUEST = struct.Struct("=BBBBI")  # inet_diag_req_v2, less its sockid
_ANY = b"\xff" * 8  # INET_DIAG_NOCOOKIE
_ERROR = struct.Struct("=i")
REMEDY = "run as root, or on an emulated link (--link), or cut the clients: clients:cut@..."


def reset_connections(pids: Collection[int]) -> int:
    """Reset every established connection of these processes; how many there were.

    TrialFailed where the kernel does not let us.
    """
    found = 0
    for space, members in _by_network(pids).items():
        connections = sorted({one for pid in members for one in connections_of(pid)})
        found += len(connections)
        if not connections:
            continue
        if space == os.stat("/proc/self/ns/net").st_ino:
            destroy(connections)
        else:
            _destroy_there(members[0], connections)
    return found


def _by_network(pids: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            found.setdefault(os.stat(f"/proc/{pid}/ns/net").st_ino, []).append(pid)
    return found


def connections_of(pid: int) -> list[Connection]:
    """The established TCP connections whose sockets a process holds."""
    inodes = set()
    with contextlib.suppress(OSError):
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                inodes.add(os.readlink(f"/proc/{pid}/fd/{descriptor}"))
    try:
        lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return []
    return parse_connections(lines, inodes)


def parse_connections(lines: Sequence[str], inodes: Collection[str]) -> list[Connection]:
    """Established connections of /proc/net/tcp that belong to one of `socket:[inode]`."""
    found = []
    for line in lines:
        fields = line.split()
        if fields[3] == _ESTABLISHED and f"socket:[{fields[9]}]" in inodes:
            found.append((*_end(fields[1]), *_end(fields[2])))
    return found


def _end(text: str) -> tuple[str, int]:
    """`0100007F:1F90` -> ("127.0.0.1", 8080): the address is in the host's byte order."""
    address, _, port = text.partition(":")
    return socket.inet_ntoa(struct.pack("=I", int(address, 16))), int(port, 16)


def destroy(connections: Sequence[Connection]) -> None:
    """Reset connections of this process's own network; those that are gone are no matter."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as kernel:
        kernel.settimeout(SECONDS)
        for number, connection in enumerate(connections, 1):
            body = request(connection)
            size = _HEADER.size + len(body)
            kernel.send(_HEADER.pack(size, _SOCK_DESTROY, _REQUEST_WITH_ACK, number, 0) + body)
            (code,) = _ERROR.unpack_from(kernel.recv(4096), _HEADER.size)
            if -code not in (0, errno.ENOENT):
                words = os.strerror(-code).lower()
                raise TrialFailed(f"connections cannot be reset here ({words}); {REMEDY}")


def request(connection: Connection) -> bytes:
    """The kernel's inet_diag_req_v2 for one connection."""
    local, local_port, remote, remote_port = connection
    addresses = (socket.inet_aton(one).ljust(16, b"\0") for one in (local, remote))
    return (
        _REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF)
        + struct.pack("!HH", local_port, remote_port)
        + b"".join(addresses)
        + struct.pack("=I", 0)
        + _ANY
    )


def _destroy_there(pid: int, connections: Sequence[Connection]) -> None:
    """The same in the network of another process, by a child that enters it."""
    words = [f"{end}:{port}" for one in connections for end, port in (one[:2], one[2:])]
    with contextlib.ExitStack() as opened:
        join = []
        for kind in ("user", "net"):
            path = f"/proc/{pid}/ns/{kind}"
            if os.stat(path).st_ino != os.stat(f"/proc/self/ns/{kind}").st_ino:
                descriptor = os.open(path, os.O_RDONLY)
                opened.callback(os.close, descriptor)
                join.append(descriptor)
        command = [sys.executable, "-m", "bench.lab.resets", *words]
        child = Child("reset", command, Path(os.devnull), join=join)
        try:
            child.listen(Done, SECONDS)
        finally:
            child.stop()


def main() -> None:
    """Destroy the connections that the arguments name; say what became of it."""
    ends = [word.rpartition(":") for word in sys.argv[1:]]
    pairs = zip(ends[::2], ends[1::2], strict=True)
    try:
        destroy([(near, int(port), far, int(other)) for (near, _, port), (far, _, other) in pairs])
    except TrialFailed as failure:
        say(Failed(str(failure)))
    else:
        say(Done())


if __name__ == "__main__":
    main()
