"""What the kernel counted on this process's own TCP connections, for parts that call.

A client library keeps its sockets to itself, so they are found among the process's
descriptors.  Knows nothing of what they are for.
"""

from __future__ import annotations

import os

from bench.model.readings import Wire
from bench.tcpinfo import NO_RTT, Counts, counted, is_connected, tcp_info, totals

FOLDER = "/proc/self/fd"


class OwnSockets:
    """All connections that this process has, at the instants at which it is asked."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def snapshot(self) -> Wire:
        """All totals now.

        What a connection carried that is gone is not known any more: it counts as unseen, and
        then nothing is said of the bytes.
        """
        total, times, here = Counts(), [], set()
        for fd in _descriptors():
            try:
                name, info = os.readlink(f"{FOLDER}/{fd}"), tcp_info(fd)
            except OSError:  # no TCP socket, or gone meanwhile
                continue
            if not is_connected(info):
                continue
            counts, min_rtt = counted(info)
            total.add(counts)
            here.add(name)
            if min_rtt != NO_RTT:
                times.append(min_rtt)
        self._seen |= here
        return Wire(
            **totals(total, times),
            open=len(here),
            opened=len(self._seen),
            unseen=len(self._seen - here),
        )


def _descriptors() -> list[int]:
    return [int(name) for name in os.listdir(FOLDER)]
