"""FUSE, by which a file system runs in a process: the kernel's device, libfuse and its binding."""

from __future__ import annotations

import importlib.util
import os
from ctypes.util import find_library
from pathlib import Path

from bench.lab import wheels

TITLE = "FUSE"

DEVICE = Path("/dev/fuse")
LIBRARIES = ("fuse3", "fuse")
REMEDY = "as root: apt-get install -y --no-install-recommends libfuse3-3"


def missing() -> str:
    """The remedy where something of it is absent, "" where all is there."""
    if not DEVICE.exists():
        return f"{DEVICE} is not there; as root: modprobe fuse"
    if not os.access(DEVICE, os.R_OK | os.W_OK):
        return f"{DEVICE} may not be opened by this user; as root: chmod 666 {DEVICE}"
    if not any(map(find_library, LIBRARIES)):
        return f"libfuse is not installed; {REMEDY}"
    if importlib.util.find_spec("mfusepy") is None:
        return "mfusepy is not installed; .venv/bin/pip install mfusepy"
    return ""


def version() -> str:
    """The binding's."""
    return wheels.version_of("mfusepy")
