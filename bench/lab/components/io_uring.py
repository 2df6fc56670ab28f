"""io_uring, which is the kernel's: whether it lets us, and the library that speaks to it."""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
from pathlib import Path

TITLE = "io_uring"

SWITCH = Path("/proc/sys/kernel/io_uring_disabled")
ENTRIES = 8


def missing() -> str:
    """The remedy where no queue can be made, "" where one can."""
    if importlib.util.find_spec("liburing") is None:
        return "liburing is not installed; .venv/bin/pip install liburing"
    liburing = importlib.import_module("liburing")
    ring = liburing.Ring()
    try:
        liburing.io_uring_queue_init(ENTRIES, ring)
    except OSError as error:
        return f"the kernel refuses io_uring ({os.strerror(error.errno or 0)}); {remedy()}"
    liburing.io_uring_queue_exit(ring)
    return ""


def remedy() -> str:
    """What would have to be changed."""
    if SWITCH.exists() and SWITCH.read_text().strip() != "0":
        return "as root: sysctl kernel.io_uring_disabled=0"
    return "allow it in the container's seccomp profile, or use Linux 5.17 or later"


def version() -> str:
    """The kernel's, of which it is a part."""
    return platform.release()
