"""The load: the experiment's own parameters, and what they make of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter
from bench.plan.named_file import lines_of
from scenarios.streamed_reply._trace import MOST_PIECE_BYTES, MOST_PIECES, Piece, read_trace

CONSTANT, TRACE = "constant", "trace"
REUSED, NEW = "on", "off"
AT_CLOSE, AT_WRITE, NEVER = "close", "write", "never"
PASSES, BUFFERS = "passes", "buffers"

MOST_REPLY_BYTES = 64_000_000
NOT_BEFORE_END_S = 0.1
"""Nobody leaves so shortly before the end of a reply."""


@dataclass(frozen=True, kw_only=True)
class StreamedReplyLoad:
    """Replies that are made piece by piece, how they are sent, and readers who leave."""

    pieces: int = parameter(100, "", "pieces of a reply", low=1, high=MOST_PIECES)
    schedule: str = parameter(
        CONSTANT,
        "",
        "when pieces are made: one every piece_interval, or as in the file that the parameter "
        "trace names",
        choices=(CONSTANT, TRACE),
    )
    piece_interval_s: float = parameter(
        0.02, "s", "time in which a piece is made, for schedule=constant", low=0, high=3600
    )
    piece_size_bytes: int = parameter(
        5, "B", "size of a piece, for schedule=constant", low=1, high=MOST_PIECE_BYTES
    )
    trace: str = parameter(
        "",
        "",
        "CSV file with the columns gap_s,size_bytes, one line for each piece, for schedule=trace; "
        "where a reply has more pieces it starts again",
    )
    batch_s: float = parameter(
        0.0,
        "s",
        "shortest time between two sendings: pieces that are made meanwhile are sent together. "
        "The first piece and the last are sent at once",
        low=0,
        high=3600,
    )
    poll_interval_s: float = parameter(
        0.2, "s", "polling: time between two questions", low=0.001, high=3600
    )
    reuse: str = parameter(
        REUSED,
        "",
        "whether a reader asks over the connection that it has; off: it opens one for each reply",
        choices=(REUSED, NEW),
    )
    pause_s: float = parameter(
        0.2, "s", "how long a reader pauses before each reply, on average", low=0, high=3600
    )
    leave_rate_per_s: float = parameter(
        0.0,
        "/s",
        "how often a reader leaves while it reads, at random times: it closes its connection",
        low=0,
        high=1000,
    )
    notice: str = parameter(
        AT_CLOSE,
        "",
        "how the server notices that a reader has left: it is told when the connection closes, it "
        "finds out when it writes, or never, and makes the reply to its end",
        choices=(AT_CLOSE, AT_WRITE, NEVER),
    )
    abandon_s: float = parameter(
        2.0,
        "s",
        "polling: a reply for which nobody asks for so long is given up and forgotten",
        low=0.01,
        high=3600,
    )
    proxy: str = parameter(
        PASSES,
        "",
        "patterns through a proxy: it passes on what comes, or buffers a whole response",
        choices=(PASSES, BUFFERS),
    )


LOAD = LoadType(
    StreamedReplyLoad,
    changes={
        "clients": Change(
            default=20, high=100_000, meaning="readers; each reads one reply at a time"
        ),
        "warmup_s": Change(default=0.0),
    },
    without=frozenset({"second_path"}),
)


def check(load: Load[StreamedReplyLoad]) -> None:
    """UsageError where a reply is too large, or its trace is none."""
    own = load.own
    size = own.pieces * own.piece_size_bytes
    if own.schedule == TRACE:
        pieces = _trace(own.trace)
        size = sum(pieces[n % len(pieces)].size_bytes for n in range(own.pieces))
    if size > MOST_REPLY_BYTES:
        raise UsageError(
            f"pieces={own.pieces}: a reply of {size:,} bytes is too large; use fewer or smaller "
            f"pieces, {MOST_REPLY_BYTES:,} bytes in all"
        )
    if own.abandon_s <= own.poll_interval_s:
        raise UsageError(
            f"abandon={own.abandon_s:g}s: readers ask every {own.poll_interval_s:g}s only; use a "
            "larger abandon"
        )


def _trace(name: str) -> list[Piece]:
    if not name:
        raise UsageError("schedule=trace: needs a trace; add --set trace=FILE.csv")
    return read_trace(lines_of("trace", name), name)
