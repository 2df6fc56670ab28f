"""How long connections live, and what becomes of uploads over them: known from the seed.

The relay cuts by it and the laws reckon with it.  Pure: no clock; times in seconds from the
start of the warm-up.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TRIED = 1
"""Connections before the first client's: that of the client which is tried before a trial."""


def lives(cut_rate_per_s: float, seed: int) -> Iterator[float]:
    """For how long the relay's connections live, in the order in which they are opened."""
    chance = random.Random(f"{seed}/cuts")
    while True:
        yield chance.expovariate(cut_rate_per_s)


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """One client that uploads file after file.

    A file is `pieces` (bytes), sent at `rate` (bytes per second).  A piece is stored when its last
    byte is there, and takes `beside_s` beside its bytes until its reply.  `between_s` lies
    between two files.  After a cut `reconnecting_s` pass until bytes are sent again.  It loses the
    piece that was being sent, or with `keeps_bytes` only what was under way: `under_way` bytes.
    """

    pieces: Sequence[int]
    rate: float
    beside_s: float
    between_s: float
    reconnecting_s: float
    under_way: float
    keeps_bytes: bool = False


@dataclass
class Outcome:
    """Files that were begun in the window and stored: how many, what was sent, their seconds."""

    files: int = 0
    sent: float = 0.0
    seconds: float = 0.0

    @property
    def sent_each(self) -> float:
        """Bytes sent for a file; NaN where none was stored."""
        return self.sent / self.files if self.files else math.nan

    @property
    def seconds_each(self) -> float:
        """Seconds of a file; NaN where none was stored."""
        return self.seconds / self.files if self.files else math.nan


def outcome(uploads: Uploads, alive: Iterator[float], begin_s: float, end_s: float) -> Outcome:
    """What becomes of the files begun from `begin_s` to `end_s`, where connections live so long."""
    found = Outcome()
    at, left = 0.0, next(alive)
    while (began := at) < end_s:
        sent = 0.0
        for piece in uploads.pieces:
            rest = float(piece)
            while (sending := rest / uploads.rate) > left:
                there = left * uploads.rate
                sent += min(rest, there + uploads.under_way)
                if uploads.keeps_bytes:
                    rest -= there
                at, left = at + left + uploads.reconnecting_s, next(alive)
            sent += rest
            at, left = _passed(at + sending, left - sending, uploads.beside_s, alive, uploads)
        if began >= begin_s:
            found.files += 1
            found.sent += sent
            found.seconds += at - began
        at, left = _passed(at, left, uploads.between_s, alive, uploads)
    return found


def _passed(
    at: float, left: float, seconds: float, alive: Iterator[float], uploads: Uploads
) -> tuple[float, float]:
    """Time in which nothing is sent: a cut loses no byte and costs a connection."""
    if seconds <= left:
        return at + seconds, left - seconds
    return at + left + uploads.reconnecting_s, next(alive)
