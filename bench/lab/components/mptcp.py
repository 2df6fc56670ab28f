"""MPTCP, which is the kernel's: whether it has it."""

from __future__ import annotations

import platform

from bench.lab.network.mptcp import missing

__all__ = ["TITLE", "missing", "version"]

TITLE = "MPTCP"


def version() -> str:
    """The kernel's, of which it is a part."""
    return platform.release()
