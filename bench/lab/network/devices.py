"""The network devices of a link: pairs of veth, of which the outer end is a side's own.

What the side sends leaves by the outer end, where a ring takes it (ring.py); what it gets
is written to the inner end, which is in a namespace of the emulator's.
Every packet on them is whole, as on a wire: the kernel segments and sums before it sends.
Knows nothing of links and sides.
"""

from __future__ import annotations

import ctypes
import fcntl
import socket
import struct
from dataclasses import dataclass

from pyroute2 import IPRoute

MTU = 1500
SIOCETHTOOL = 0x8946
OFFLOADS = {
    "rx checksums": (0x14, 0x15),
    "tx checksums": (0x16, 0x17),
    "scatter-gather": (0x18, 0x19),
    "tso": (0x1E, 0x1F),
    "gso": (0x23, 0x24),
    "gro": (0x2B, 0x2C),
}
"""What a network card would do for the kernel: ETHTOOL_G... reads it, ETHTOOL_S... sets it."""

SOL_PACKET, PACKET_QDISC_BYPASS = 263, 20
IFF_NOARP = 0x80
ADDRESS = "02:00:00:00:00:01"
"""Of every outer end: who sends to another sends to an address like its own, and asks nobody."""


@dataclass(frozen=True)
class Device:
    """The outer end's name and its index in the side's namespace, and what leads to it."""

    name: str
    index: int
    sink: socket.socket


def add_inner(routes: IPRoute, name: str, outer: str, space: int) -> socket.socket:
    """A pair: the inner end here, as `name`, the outer in the namespace that `space` holds.

    `routes` is of this namespace.  Returns the sink that leads to the outer end.
    """
    peer = {"ifname": outer, "net_ns_fd": space, "address": ADDRESS}
    routes.link("add", ifname=name, kind="veth", peer=peer)
    (index,) = routes.link_lookup(ifname=name)
    _send_whole(name)
    routes.link("set", index=index, mtu=MTU, state="up")
    sink = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)  # gets nothing itself
    sink.bind((name, 0))
    # Straight to the device: without a queue of its own it says at once that it is down.
    sink.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
    return sink


def furnish_outer(routes: IPRoute, name: str, address: str, prefix: int) -> int:
    """Make the outer end of a pair, in its own namespace, ready to be brought up; its index."""
    index: int
    (index,) = routes.link_lookup(ifname=name)
    _send_whole(name)
    routes.link("set", index=index, mtu=MTU, flags=IFF_NOARP, change=IFF_NOARP)
    routes.addr("add", index=index, address=address, prefixlen=prefix)
    return index


def _send_whole(device: str) -> None:
    """Have the kernel itself cut and sum what leaves a device; OSError where it does not."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        for what, (read, write) in OFFLOADS.items():
            _ethtool(one, device, write, 0)
            if _ethtool(one, device, read, 0):
                raise OSError(f"{device}: this kernel cannot switch {what} off")


def _ethtool(one: socket.socket, device: str, command: int, value: int) -> int:
    """One command with its ethtool_value; the value afterwards."""
    buffer = ctypes.create_string_buffer(struct.pack("II", command, value), 8)
    request = struct.pack("16sP16x", device.encode(), ctypes.addressof(buffer))
    fcntl.ioctl(one, SIOCETHTOOL, request)
    return int(struct.unpack("II", buffer.raw)[1])
