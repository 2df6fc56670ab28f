"""MPTCP in the namespaces: which addresses its connections may use beside their own.

The backend announces its address on the second path; the client's kernel then opens
a subflow to it by itself, from the address that its route has.  Plain TCP is not
touched by any of it.  Knows nothing of devices and packets.
"""

from __future__ import annotations

import socket
from typing import Any

from pyroute2 import MPTCP

SIGNAL = 1
"""MPTCP_PM_ADDR_FLAG_SIGNAL: tell the peer of this address."""


def missing() -> str:
    """What to do where this kernel has no MPTCP, else ""."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP).close()
    except OSError:
        return "MPTCP: needs a kernel that has it (CONFIG_MPTCP, sysctl net.mptcp.enabled=1)"
    return ""


def manager() -> Any:
    """The path manager of the namespace in which this is called; None where there is none."""
    return None if missing() else MPTCP()


def allow(path_manager: Any, subflows: int, announced: str = "") -> None:
    """New connections may have so many subflows beside the first; peers learn of `announced`.

    None of it outlives the next call.
    """
    if path_manager is None:
        return
    path_manager.endpoint("flush")
    path_manager.limits("set", subflows=subflows, add_addr_accepted=subflows)
    if announced:
        path_manager.endpoint("add", addr=announced, flags=SIGNAL)
