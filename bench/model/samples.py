"""The row of one operation: its binary layout in memory and on the way home.  Pure.

Who performs operations packs rows with `PACK`; everyone else reads them with `DTYPE`.
Times are integer nanoseconds of the host's monotonic clock.
"""

from __future__ import annotations

import struct

import numpy as np

COMMON_WORDS = {
    "connect": "a client connects; the client of the verification is left out",
    "tick": "a 10 ms timer in the process that recorded it: how late its event loop is. `client` "
    "is 0, `sequence` its number",
    "receipt": "one read of a client that was followed: `intended_ns` and `sent_ns` are when the "
    "kernel received what was read (the last of segments that it merged), `done_ns` when the "
    "client read it, less what the look at the stamp took; `sequence` is the receipt's number, "
    "`bytes_down` what was read",
}
COMMON_OPERATIONS = tuple(COMMON_WORDS)
"""Recorded by every load process, before the experiment's own operations."""

RECEIPT = "receipt"

CLIENTS = "clients"
"""The name, among those who record rows, of all load processes; their code is 0."""

OUTCOME_WORDS = {
    "ok": "done",
    "empty": "answered, and nothing new",
    "failed": "an error, or an answer that is none",
    "pending": "sent, and without a reply when the trial ended or its client left",
}
OUTCOMES = tuple(OUTCOME_WORDS)
OK, EMPTY, FAILED, PENDING = range(4)

ROW = struct.Struct("<BBHIqqqqqII")
PACK = ROW.pack
DTYPE = np.dtype(
    [
        ("operation", "u1"),
        ("outcome", "u1"),
        ("part", "<u2"),
        ("client", "<u4"),
        ("sequence", "<i8"),
        ("intended_ns", "<i8"),
        ("sent_ns", "<i8"),
        ("first_byte_ns", "<i8"),
        ("done_ns", "<i8"),
        ("bytes_up", "<u4"),
        ("bytes_down", "<u4"),
    ]
)
EVENT_DTYPE = np.dtype(
    [
        ("feed", "<i8"),
        ("sequence", "<i8"),
        ("intended_ns", "<i8"),
        ("published_ns", "<i8"),
    ]
)

EVERY = -1
"""The feed of events that are meant for every client."""


def rows(data: bytes | bytearray | memoryview) -> np.ndarray:
    """The packed rows as a structured array of DTYPE (a view, no copy)."""
    return np.frombuffer(data, dtype=DTYPE)


def chosen(rows: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The rows that a mask chooses; all of them are not copied, as they may be millions."""
    found: np.ndarray = rows if mask.all() else rows[mask]
    return found
