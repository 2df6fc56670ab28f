"""How a process and whoever started it talk: one JSON line a message, over its pipes.

Control adds no traffic to the measured ports.  Knows nothing of what is said.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from functools import cache
from types import UnionType
from typing import Any, TypeVar, overload

import msgspec

T = TypeVar("T")

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


def line_of(message: object) -> bytes:
    """A message as its line."""
    return msgspec.json.encode(message) + b"\n"


def say(message: object) -> None:
    """Send one line to whoever started this process."""
    sys.stdout.write(line_of(message).decode())
    sys.stdout.flush()


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@overload
def hear(line: str | bytes, kind: type[T]) -> T: ...
@overload
def hear(line: str | bytes, kind: UnionType) -> Any: ...
def hear(line: str | bytes, kind: Any) -> Any:
    """One line as a message of a kind, or of one in a union; ValueError where it is none."""
    try:
        return _decoder(kind).decode(line)
    except RecursionError:
        raise ValueError("nested too deeply to be a message") from None
