"""A network namespace for each side, and the devices that join them, held by who makes them.

The namespaces have no name: they live as long as a process is in them or holds a
descriptor, and vanish with their devices and addresses when the last one ends,
however it ends.  So nothing is ever left behind, and nothing has to be cleared.
Knows nothing of packets.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyroute2 import DiagSocket, IPRoute
from pyroute2.netlink.diag import SS_ESTABLISHED
from pyroute2.netlink.exceptions import NetlinkError

from bench.lab.network import mptcp
from bench.lab.network.devices import Device, add_inner, furnish_outer
from bench.lab.network.ring import PacketRing
from bench.lab.network.topology import PREFIX, SPANS, Span, spans_of, subnets_behind
from bench.model.links import BACKEND, CLIENTS, SERVICES, SIDES, Link

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SETTINGS = {
    # Else a trial would begin with what the one before learned of the path.
    "ipv4/tcp_no_metrics_save": "1",
    # Else the kernel's own chatter (router solicitations) would be counted too.
    "ipv6/conf/all/disable_ipv6": "1",
    "ipv6/conf/default/disable_ipv6": "1",
}
FORWARDING = {"ipv4/ip_forward": "1"}
"""Of the sides between two others."""

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


@dataclass(frozen=True)
class End:
    """A side's namespace: its descriptor, its route and MPTCP sockets, its devices by name.

    `addresses` are those that its devices have now.
    """

    name: str
    descriptor: int
    routes: IPRoute
    subflows: Any
    devices: dict[str, Device] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    def take_address(self, device: str, address: str) -> None:
        """Have this address on a device in place of the one that it has; its routes go with that.

        The old one goes first, as where a network gives another one: meanwhile there is none.
        """
        index, old = self.devices[device].index, self.addresses[device]
        if address == old:
            return
        self.routes.addr("del", index=index, address=old, prefixlen=PREFIX)
        self.routes.addr("add", index=index, address=address, prefixlen=PREFIX)
        self.addresses[device] = address


class Namespaces:
    """Made by the constructor; OSError where this process may not."""

    def __init__(self) -> None:
        self.privilege = "root"
        self.user_descriptor: int | None = None
        self.ends: dict[str, End] = {}
        self.spans: dict[str, Span] = {}
        self.links: dict[str, Link] = {}
        self._up: set[str] = set()
        """The names of the devices that are up, on both sides."""

        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        for side in SIDES:
            try:
                _unshare(CLONE_NEWNET)
            except PermissionError:
                self._become_owner()
                _unshare(CLONE_NEWNET)
            self.ends[side] = _furnish(side)
        _unshare(CLONE_NEWNET)  # of the devices' inner ends; it lasts as long as the sinks
        _set(SETTINGS)
        with IPRoute() as here:
            for span in SPANS:
                for side in (span.near, span.far):
                    for path in range(len(span.subnets)):
                        self._add_device(here, side, span, path)
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

    def _add_device(self, here: IPRoute, side: str, span: Span, path: int) -> None:
        """A pair of devices, of which the outer end is the side's, down, with its address."""
        end, name = self.ends[side], span.devices[path]
        inner = f"inner{sum(len(one.devices) for one in self.ends.values())}"
        sink = add_inner(here, inner, name, end.descriptor)
        with self.inside(side):
            index = furnish_outer(end.routes, name, span.address(side, path), PREFIX)
        end.devices[name] = Device(name, index, sink)
        end.addresses[name] = span.address(side, path)

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

    def arrange(self, links: Mapping[str, Link]) -> None:
        """Bring up the devices of these links' paths, and who is reached over them.

        The congestion control is a property of the route: so every connection of
        every program has it, on both ends, without its help.
        """
        spans = spans_of(links)
        if spans != self.spans:  # routes to sides that are there no more go with their device
            for span in self.spans.values():
                for path in range(len(span.subnets)):
                    self._switch(span, path, up=False)
        self.spans, self.links = spans, dict(links)
        for span in spans.values():
            for path, device in enumerate(span.devices):
                self.ends[span.near].take_address(device, span.address(span.near, path))
        paths = len(links[CLIENTS].paths) if CLIENTS in links else 0
        for side in (CLIENTS, BACKEND):
            second = SPANS[0].address(side, 1) if paths > 1 and side == BACKEND else ""
            mptcp.allow(self.ends[side].subflows, max(0, paths - 1), second)
        for name, span in spans.items():
            for path in range(len(span.subnets)):
                self.switch(name, path, up=path < len(links[name].paths))

    def _reach(self, side: str, span: Span, path: int) -> None:
        """Routes of a side over one path of its link: to its subnet, and to what lies behind."""
        congestion = self.links[span.link].congestion
        self._route(side, span, path, span.subnets[path], congestion)
        for subnet in () if path else subnets_behind(side, span, self.spans.values()):
            self._route(side, span, path, subnet, congestion)

    def _route(self, side: str, span: Span, path: int, subnet: str, congestion: str) -> None:
        end = self.ends[side]
        try:
            end.routes.route(
                "replace",
                dst=f"{subnet}.0/{PREFIX}",
                oif=end.devices[span.devices[path]].index,
                scope="link",
                proto="kernel",
                prefsrc=end.addresses[span.devices[path]],
                **({"metrics": {"cc_algo": congestion}} if congestion else {}),
            )
        except NetlinkError as error:
            has = AVAILABLE.read_text().strip()
            raise OSError(f"cc={congestion}: {error.args[1]}; this kernel has {has}") from None

    def switch(self, link: str, path: int, up: bool) -> None:
        """Bring the devices of a link's path up or down, on both sides.

        The kernel forgets the routes over a device that goes down.
        """
        span = self.spans[link]
        self._switch(span, path, up)
        for side in (span.near, span.far) if up else ():
            self._reach(side, span, path)

    def renumber(self, link: str, path: int) -> None:
        """Give the near side of a link's path another address, and take the one that it had.

        Connections from the old one stay open, and nothing comes over them any more.
        """
        span = self.spans[link]
        end, device = self.ends[span.near], span.devices[path]
        end.take_address(device, span.following(end.addresses[device]))
        if device in self._up:
            self._reach(span.near, span, path)

    def _switch(self, span: Span, path: int, up: bool) -> None:
        for side in (span.near, span.far):
            end = self.ends[side]
            index = end.devices[span.devices[path]].index
            end.routes.link("set", index=index, state="up" if up else "down")
        (self._up.add if up else self._up.discard)(span.devices[path])

    def sinks(self, link: str, path: int) -> tuple[int, int]:
        """Descriptors of the packet sockets that lead to a path's sides: the near, the far one."""
        near, far = self._devices(link, path)
        return near.sink.fileno(), far.sink.fileno()

    def rings(self, link: str, path: int) -> tuple[PacketRing, PacketRing]:
        """New rings of what a path's sides send from now on: the near one's, the far one's."""
        span = self.spans[link]
        near, far = self._devices(link, path)
        with self.inside(span.near):
            first = PacketRing(near.name)
        with self.inside(span.far):
            return first, PacketRing(far.name)

    def _devices(self, link: str, path: int) -> tuple[Device, Device]:
        span = self.spans[link]
        near, far = (self.ends[side].devices[span.devices[path]] for side in (span.near, span.far))
        return near, far

    def congestion(self) -> dict[str, dict[str, list[str]]]:
        """The congestion control of the connections that stand, by link and end, from the kernel.

        Not those that stay within a side, as a broker's with its publisher.
        """
        found: dict[str, dict[str, list[str]]] = {name: {} for name in self.spans}
        for side in {side for span in self.spans.values() for side in (span.near, span.far)}:
            controls = self._controls(side)
            for name, span in self.spans.items():
                if side in (span.near, span.far):
                    beyond = set(span.subnets) | set(
                        subnets_behind(side, span, self.spans.values())
                    )
                    names = {one for subnet, one in controls if subnet in beyond}
                    found[name][side] = sorted(names)
        return found

    def _controls(self, side: str) -> set[tuple[str, str]]:
        """The subnet of each connection's other end, and its congestion control."""
        with self.inside(side), DiagSocket() as diagnosis:
            # Not those that only listen: they have the host's until somebody comes.
            sockets = diagnosis.get_sock_stats(
                family=socket.AF_INET, states=1 << SS_ESTABLISHED, extensions=1 << 3
            )
        own = {
            span.address(side, path)
            for span in SPANS
            if side in (span.near, span.far)
            for path in range(len(span.subnets))
        }
        return {
            (entry["idiag_dst"].rpartition(".")[0], control)
            for entry in sockets
            if entry["idiag_dst"] not in own and (control := entry.get_attr("INET_DIAG_CONG"))
        }


def _set(settings: Mapping[str, str]) -> None:
    """Settings of the namespace in which this is called, where its kernel has them."""
    for setting, value in settings.items():
        path = Path("/proc/sys/net") / setting
        if path.exists():
            path.write_text(value)


def _furnish(side: str) -> End:
    """The namespace in which this is called becomes a side's."""
    end = End(side, os.open("/proc/thread-self/ns/net", os.O_RDONLY), IPRoute(), mptcp.manager())
    _set(SETTINGS | (FORWARDING if side in (BACKEND, SERVICES) else {}))
    (loopback,) = end.routes.link_lookup(ifname="lo")
    end.routes.link("set", index=loopback, state="up")
    return end
