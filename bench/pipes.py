"""How the lab talks with the processes it starts: JSON lines over their pipes.

Commands go in as {"do": name, ...}, each is answered by one line.  Control
adds no traffic to the measured ports.  Knows nothing of what is said.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from typing import Any

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel kill this process when its parent ends, however it ends.

    A fork names its `parent`, as known before: it may have ended since.
    """
    parent = os.getppid() if parent is None else parent
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call
        os._exit(1)


def first_line() -> bytes:
    """The first line of standard input and not a byte more: the rest is somebody else's."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            break
        line += byte
    return line


def say(message: dict[str, Any]) -> None:
    """Send one line to whoever started this process."""
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def hear(line: str | bytes) -> dict[str, Any]:
    """One line as a message; ValueError where it is none."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError(f"not a message: {line!r}")
    return message
