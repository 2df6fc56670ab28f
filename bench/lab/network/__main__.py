"""`python -m bench.lab.network CONTROL`: the emulator (see emulator.py).

CONTROL is the descriptor of a Unix socket over which it hands out descriptors.
The first line out is messages.Ready; descriptors of the sides' namespaces follow, in order.
"""

from __future__ import annotations

import os
import socket
import sys

from bench.lab.network.messages import Ready
from bench.pipes import die_with_parent, say


def _raise_priority() -> str:
    """Before all others, as a wire is; the small machine's scheduler would delay packets."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except OSError:
        return "ordinary"
    return "real-time"


def main() -> None:
    from pyroute2.netlink.exceptions import NetlinkError  # noqa: PLC0415

    from bench.lab.network.emulator import Emulator  # noqa: PLC0415 - after die_with_parent
    from bench.lab.network.namespaces import Namespaces  # noqa: PLC0415

    try:
        spaces = Namespaces()
    except (OSError, NetlinkError) as error:
        say(Ready(error=str(error)))
        return
    control = socket.socket(fileno=int(sys.argv[1]))
    descriptors = [end.descriptor for end in spaces.ends.values()]
    if spaces.user_descriptor is not None:
        descriptors.insert(0, spaces.user_descriptor)
    socket.send_fds(control, [b"n"], descriptors)
    say(Ready(spaces.privilege, _raise_priority()))
    Emulator(spaces, control).run()


if __name__ == "__main__":
    die_with_parent()
    main()
