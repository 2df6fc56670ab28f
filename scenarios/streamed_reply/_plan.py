"""What a reply consists of and when its pieces are made: known before it is asked for.

The server makes it by this plan, readers check what comes against it, and the laws reckon with it.
Pure: no clock; offsets in nanoseconds count from the moment at which a reply is begun.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, count, cycle, islice
from pathlib import Path
from typing import NamedTuple

from bench.model.load import Load
from bench.plan.arrivals import SECOND_NS
from scenarios.streamed_reply._trace import Piece, read_trace
from scenarios.streamed_reply.load import NOT_BEFORE_END_S, TRACE, StreamedReplyLoad

Asked = Load[StreamedReplyLoad]

_LETTERS = "abcdefghijklmnopqrstuvwxyz "
_BLOCK = "".join(random.Random("streamed reply").choices(_LETTERS, k=65_537)).encode()
"""A reply's text is this again and again: no two places in it are alike."""

_TWICE = _BLOCK * 2


def text(start: int, length: int) -> bytes:
    """The bytes of every reply from `start` on."""
    at = start % len(_BLOCK)
    if at + length <= len(_TWICE):
        return _TWICE[at : at + length]
    repeated = _BLOCK * (length // len(_BLOCK) + 2)
    return repeated[at : at + length]


class Plan:
    """When each piece of a reply is made (`offsets_ns`), and where in the text it ends (`ends`)."""

    __slots__ = ("ends", "offsets_ns")

    def __init__(self, own: StreamedReplyLoad, pieces: int) -> None:
        if own.schedule == TRACE:
            found = list(islice(cycle(pieces_of(own.trace)), pieces))
            offsets = accumulate(round(piece.gap_s * SECOND_NS) for piece in found)
            self.offsets_ns = list(offsets)
            self.ends = list(accumulate(piece.size_bytes for piece in found))
        else:
            # The k-th carries no rounding error of the others.
            self.offsets_ns = [
                round(number * own.piece_interval_s * SECOND_NS) for number in range(1, pieces + 1)
            ]
            size = own.piece_size_bytes
            self.ends = list(range(size, size * pieces + 1, size))

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def size_bytes(self) -> int:
        return self.ends[-1]

    @property
    def length_ns(self) -> int:
        """From when it is begun until its last piece is made."""
        return self.offsets_ns[-1]

    def complete(self, size_bytes: int) -> int:
        """How many pieces the first so many bytes hold completely."""
        return bisect_right(self.ends, size_bytes)

    def made(self, after_ns: int) -> int:
        """How many pieces are made so long after it was begun."""
        return bisect_right(self.offsets_ns, after_ns)

    def piece(self, number: int) -> bytes:
        """The text of a piece, counted from 0."""
        start = self.ends[number - 1] if number else 0
        return text(start, self.ends[number] - start)


@lru_cache(maxsize=16)
def plan_of(own: StreamedReplyLoad, pieces: int) -> Plan:
    """The plan of a reply with so many pieces."""
    return Plan(own, pieces)


def pieces_of(trace: str) -> list[Piece]:
    """The pieces of a trace file; UsageError where it is none, OSError where it cannot be read."""
    return read_trace(Path(trace).read_text().splitlines(), trace)


def leaves_ns(load: Asked, seed: int, client: int, sequence: int, length_ns: int) -> int | None:
    """How long after it has asked a reader leaves; None where it stays until the end.

    It leaves at a constant rate while it reads.  A reader that would leave in the last moments
    stays: whether the server is done by then would be a matter of chance.
    """
    rate = load.own.leave_rate_per_s
    if not rate:
        return None
    chance = random.Random(f"{seed}/{client}/{sequence}/leave")
    after_ns = round(chance.expovariate(rate) * SECOND_NS)
    return after_ns if after_ns < length_ns - NOT_BEFORE_END_S * SECOND_NS else None


class PlannedReply(NamedTuple):
    """A reply that a reader asks for, and how long after it the reader leaves; None: it stays."""

    client: int
    sequence: int
    leaves_ns: int | None


def replies(load: Asked, seed: int) -> Iterator[PlannedReply]:
    """The replies that a trial's readers ask for before its window ends.

    As they would ask if nothing took time but the replies and their pauses.
    """
    own, window = load.own, load.window
    length_ns = plan_of(own, own.pieces).length_ns
    end_ns = round((window.warmup_s + window.duration_s) * SECOND_NS)
    for client in range(window.clients):
        at_ns = start_ns(load, seed, client, length_ns)
        for sequence in count():
            if at_ns >= end_ns:
                break
            after_ns = leaves_ns(load, seed, client, sequence, length_ns)
            yield PlannedReply(client, sequence, after_ns)
            at_ns += length_ns if after_ns is None else after_ns
            at_ns += pause_ns(load, seed, client, sequence + 1)


def pause_ns(load: Asked, seed: int, client: int, sequence: int) -> int:
    """How long a reader waits before it asks for a reply: an exponential time."""
    chance = random.Random(f"{seed}/{client}/{sequence}/pause")
    mean_s = load.own.pause_s
    return round(chance.expovariate(1 / mean_s) * SECOND_NS) if mean_s else 0


def phase_ns(load: Asked, seed: int, client: int, sequence: int) -> int:
    """How long after its handle a reply is first asked for: a random part of the interval."""
    chance = random.Random(f"{seed}/{client}/{sequence}/phase")
    return round(chance.random() * load.own.poll_interval_s * SECOND_NS)


def start_ns(load: Asked, seed: int, client: int, length_ns: int) -> int:
    """When a reader asks for its first reply: at random within one reply and its pause."""
    chance = random.Random(f"{seed}/{client}/start")
    return round(chance.random() * (length_ns + load.own.pause_s * SECOND_NS))
