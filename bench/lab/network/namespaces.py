"""Two network namespaces and the devices that join them, held by the process that makes them.

The namespaces have no name: they live as long as a process is in them or holds a
descriptor, and vanish with their devices and addresses when the last one ends,
however it ends.  So nothing is ever left behind, and nothing has to be cleared.
Knows nothing of packets.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyroute2 import DiagSocket, IPRoute
from pyroute2.netlink.diag import SS_ESTABLISHED
from pyroute2.netlink.exceptions import NetlinkError

from bench.lab.network import mptcp

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLIENT, BACKEND = "client", "backend"
ADDRESSES = (("10.77.0.1", "10.77.0.2"), ("10.78.0.1", "10.78.0.2"))
"""Of each path: the clients' end and the backend's."""

PREFIX = 24
MTU = 1500
QUEUE_PACKETS = 5000
"""What a device keeps while the emulator is busy; more is dropped and counted."""

SETTINGS = {
    # Else a trial would begin with what the one before learned of the path.
    "ipv4/tcp_no_metrics_save": "1",
    # Else the kernel's own chatter (router solicitations) would be counted too.
    "ipv6/conf/all/disable_ipv6": "1",
    "ipv6/conf/default/disable_ipv6": "1",
}

AVAILABLE = Path("/proc/sys/net/ipv4/tcp_available_congestion_control")
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _unshare(flags: int) -> None:
    _check(_libc.unshare(flags), "unshare")


def _enter(descriptor: int) -> None:
    _check(_libc.setns(descriptor, CLONE_NEWNET), "setns")


@dataclass
class End:
    """One namespace: its descriptor, its route and MPTCP sockets, the TUN device of each path."""

    name: str
    descriptor: int
    routes: IPRoute
    subflows: Any
    devices: list[int] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)

    def address(self, path: int) -> str:
        return ADDRESSES[path][(CLIENT, BACKEND).index(self.name)]

    def dropped(self) -> int:
        """Packets that the devices dropped because the emulator did not keep up."""
        total = 0
        for index in self.indices:
            (link,) = self.routes.get_links(index)
            total += link.get_attr("IFLA_STATS64")["tx_dropped"]
        return total


class Namespaces:
    """Made by the constructor; OSError where this process may not."""

    def __init__(self) -> None:
        self.privilege = "root"
        self.user_descriptor: int | None = None
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            _unshare(CLONE_NEWNET)
        except PermissionError:
            self._become_owner()
            _unshare(CLONE_NEWNET)
        self.ends = {CLIENT: self._furnish(CLIENT)}
        _unshare(CLONE_NEWNET)
        self.ends[BACKEND] = self._furnish(BACKEND)
        if self.user_descriptor is None:
            _enter(home)
        os.close(home)

    def _become_owner(self) -> None:
        """A user namespace in which this user keeps its number and may make networks."""
        user, group = os.geteuid(), os.getegid()
        _unshare(CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        self.privilege = "user namespace"
        self.user_descriptor = os.open("/proc/self/ns/user", os.O_RDONLY)

    def _furnish(self, name: str) -> End:
        descriptor = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        end = End(name, descriptor, IPRoute(), mptcp.manager())
        for setting, value in SETTINGS.items():
            path = Path("/proc/sys/net") / setting
            if path.exists():
                path.write_text(value)
        (loopback,) = end.routes.link_lookup(ifname="lo")
        end.routes.link("set", index=loopback, state="up")
        for number in range(len(ADDRESSES)):
            device = f"path{number}"
            end.devices.append(_tun(device))
            (index,) = end.routes.link_lookup(ifname=device)
            end.indices.append(index)
            end.routes.link("set", index=index, mtu=MTU, txqlen=QUEUE_PACKETS)
            end.routes.addr("add", index=index, address=end.address(number), prefixlen=PREFIX)
        return end

    @contextlib.contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Be in one of the namespaces meanwhile; sockets made there stay there."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            _enter(self.ends[name].descriptor)
            try:
                yield
            finally:
                _enter(before)
        finally:
            os.close(before)

    def arrange(self, paths: int, congestion: str) -> None:
        """Bring up the first `paths` devices; new connections over them use `congestion`.

        The congestion control is a property of the route: so every connection of
        every program has it, on both ends, without its help.
        """
        for end in self.ends.values():
            announced = end.address(1) if paths > 1 and end.name == BACKEND else ""
            mptcp.allow(end.subflows, paths - 1, announced)
            for number, index in enumerate(end.indices):
                self.switch(end, number, number < paths)
                if number < paths:
                    self._route(end, end.address(number), index, congestion)

    def _route(self, end: End, address: str, index: int, congestion: str) -> None:
        try:
            end.routes.route(
                "replace",
                dst=f"{address.rpartition('.')[0]}.0/{PREFIX}",
                oif=index,
                scope="link",
                proto="kernel",
                prefsrc=address,
                **({"metrics": {"cc_algo": congestion}} if congestion else {}),
            )
        except NetlinkError as error:
            has = AVAILABLE.read_text().strip()
            raise OSError(f"cc={congestion}: {error.args[1]}; this kernel has {has}") from None

    def switch(self, end: End, path: int, up: bool) -> None:
        """Bring a path's device up or down."""
        end.routes.link("set", index=end.indices[path], state="up" if up else "down")

    def congestion(self) -> dict[str, list[str]]:
        """The congestion control of the connections that stand, by end, as the kernel says it."""
        found = {}
        for name in self.ends:
            with self.inside(name), DiagSocket() as diagnosis:
                # Not those that only listen: they have the host's until somebody comes.
                sockets = diagnosis.get_sock_stats(
                    family=socket.AF_INET, states=1 << SS_ESTABLISHED, extensions=1 << 3
                )
            across = {*ADDRESSES, *(pair[::-1] for pair in ADDRESSES)}
            names = {
                entry.get_attr("INET_DIAG_CONG")
                for entry in sockets
                # Not those that stay within the backend, as a broker's with its publisher.
                if (entry["idiag_src"], entry["idiag_dst"]) in across
            }
            found[name] = sorted(name for name in names if name)
        return found


def _tun(name: str) -> int:
    """A new TUN device of this namespace: one read or write is one IP packet."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    request = struct.pack("16sH14s", name.encode(), IFF_TUN | IFF_NO_PI, b"")
    fcntl.ioctl(device, TUNSETIFF, request)
    return device
