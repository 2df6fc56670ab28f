"""Where the laws of `streamed_reply` claim to hold.  Pure, and data only.

A domain ends where something happens that its law does not know: a process that is busy, a reply
that is too large for one packet, too few replies to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench.model.domain import FREE, Condition, Domain, Range, Units, Wanted
from bench.model.law import Facts
from bench.model.load import Load
from scenarios.streamed_reply import laws
from scenarios.streamed_reply.load import (
    AT_WRITE,
    CONSTANT,
    NEVER,
    NEW,
    NOT_BEFORE_END_S,
    REUSED,
    StreamedReplyLoad,
)

Asked = Load[StreamedReplyLoad]


def length_s(load: Asked) -> float:
    """n i: how long a reply is made."""
    return load.own.pieces * load.own.piece_interval_s


def replies_per_s(load: Asked) -> float:
    """How many replies all readers begin in a second, about."""
    own = load.own
    rtts = 1 if own.reuse == REUSED else 3
    return load.window.clients / (length_s(load) + own.pause_s + rtts * load.link.rtt_s)


def pieces_per_s(load: Asked) -> float:
    """How many pieces the server makes in a second, about."""
    return replies_per_s(load) * load.own.pieces


MOST_PIECES_PER_S = 3000
"""About a quarter of what one core of the server or of the load process does."""

FEW_PIECES = Condition(
    f"at most {MOST_PIECES_PER_S} pieces per second",
    lambda load: pieces_per_s(load) <= MOST_PIECES_PER_S,
)
SHORT_REPLIES = Condition("a reply takes at most 8 s", lambda load: length_s(load) <= 8)
SLOW_ENOUGH = Condition(
    "the first piece is made at least 50 ms after it was asked for, including the round trip, "
    "and 100 where a connection is opened for it: the host's own time, about a millisecond for "
    "each, is small in comparison",
    lambda load: (
        load.own.piece_interval_s + load.link.rtt_s >= (0.05 if load.own.reuse == REUSED else 0.1)
    ),
)
ONE_PACKET = Condition(
    "what is sent at once fits into one packet, and a whole reply into those that a new "
    "connection may send before an acknowledgement",
    lambda load: (
        load.own.pieces * load.own.piece_size_bytes <= 10 * laws.SEGMENT_BYTES
        and batch_bytes(load) + 64 <= laws.SEGMENT_BYTES
    ),
)
_ANY: Mapping[str, Wanted] = {
    "warmup": FREE,
    "schedule": (CONSTANT,),
    "trace": FREE,
    "clients": Range(1, 100),
    "pieces": Range(2, 100),
    "piece_interval": Range(0.02, 0.4),
    "piece_size": Range(1, 200),
    "pause": Range(0.05, 1.0),
    "notice": FREE,
    "abandon": FREE,
    "proxy": FREE,
}
_FAR: Mapping[str, Wanted] = {
    "link": ("loopback", "emulated"),
    "rtt": Range(0.005, 0.2),
    "cc": FREE,
    "queue": FREE,
}
REPLIES = Units("replies", 10, replies_per_s, at_least_s=3, at_most_s=15)
MANY_REPLIES = Units("replies", 30, replies_per_s, at_least_s=3, at_most_s=15)


def batch_bytes(load: Asked) -> float:
    """The text of the largest batch, about."""
    own = load.own
    made = own.batch_s / own.piece_interval_s + 1 if own.piece_interval_s else own.pieces
    return min(own.pieces, made) * own.piece_size_bytes


TIMES = Domain(
    {
        **_ANY,
        **_FAR,
        "batch": Range(0, 1.0),
        "reuse": (REUSED, NEW),
        "poll_interval": FREE,
    },
    where=(FEW_PIECES, SHORT_REPLIES, SLOW_ENOUGH, ONE_PACKET),
    units=REPLIES,
)
POLLED = Domain(
    {
        **_ANY,
        **_FAR,
        "batch": FREE,
        "reuse": (REUSED, NEW),
        "poll_interval": Range(0.05, 1.0),
    },
    where=(
        FEW_PIECES,
        SHORT_REPLIES,
        SLOW_ENOUGH,
        Condition(
            "making a piece takes at least a round trip, and a poll interval is at least 1.2 of "
            "them: a poll is answered before the next one is due",
            lambda load: (
                load.own.piece_interval_s >= load.link.rtt_s
                and load.own.poll_interval_s >= 1.2 * load.link.rtt_s
            ),
        ),
        Condition(
            "at most 400 polls per second",
            lambda load: load.window.clients / load.own.poll_interval_s <= 400,
        ),
    ),
    units=MANY_REPLIES,
)
WAITS_LONG = Condition(
    "a piece waits at least 20 ms on average to be sent: the host's own time, about a "
    "millisecond, is small in comparison",
    lambda load: (
        laws.batch_delay(load.own.piece_interval_s, load.own.pieces, load.own.batch_s) >= 0.02
    ),
)
DELAYS = Domain(
    {
        **_ANY,
        **_FAR,
        "batch": Range(0.02, 1.0),
        "reuse": (REUSED, NEW),
        "poll_interval": FREE,
    },
    where=(FEW_PIECES, SHORT_REPLIES, ONE_PACKET, WAITS_LONG),
    units=REPLIES,
)

LEAST_BYTES = 1300
MANY_BYTES = Condition(
    f"a reply has at least {LEAST_BYTES} bytes on the wire: whether the kernel acknowledges the "
    "request in a packet of its own, which it does in most replies, is then at most 4 % of it",
    lambda load: reply_bytes(load) >= LEAST_BYTES,
)


def reply_bytes(load: Asked) -> float:
    """What a reply has on the wire, about: the least of all formats, with no head to speak of."""
    own = load.own
    count = laws.sendings(own.piece_interval_s, own.pieces, own.batch_s)
    return own.pieces * own.piece_size_bytes + (count + 2) * laws.HEADER_BYTES


BYTES = Domain(
    {
        **_ANY,
        **_FAR,
        "batch": Range(0, 1.0),
        "reuse": (REUSED,),
        "poll_interval": FREE,
    },
    where=(FEW_PIECES, SHORT_REPLIES, ONE_PACKET, MANY_BYTES),
    units=REPLIES,
)


# --- JOB-1: readers who leave ---


def for_nobody(load: Asked, _: Facts) -> float:
    """JOB-1, for pieces that came as long as their reader was there."""
    return laws.for_nobody_share(load.own.leave_rate_per_s, length_s(load), NOT_BEFORE_END_S)


def left(load: Asked, _: Facts) -> float:
    """JOB-1, for replies of which nothing came."""
    return laws.left_share(load.own.leave_rate_per_s, length_s(load), NOT_BEFORE_END_S)


def _leaving(share: Callable[[Asked, Facts], float], notice: tuple[str, ...]) -> Domain:
    return Domain(
        {
            **_ANY,
            "clients": Range(20, 200),
            "batch": Range(0, 0.5),
            "reuse": (REUSED, NEW),
            "leave_rate": Range(0.3, 4.0),
            "notice": notice,
            "poll_interval": FREE,
        },
        where=(
            FEW_PIECES,
            SHORT_REPLIES,
            Condition(
                "between 10 and 80 % of the pieces are for nobody: less is seen too seldom",
                lambda load: 0.1 <= share(load, {}) <= 0.8,
            ),
        ),
        units=Units("replies", 150, replies_per_s, at_least_s=3, at_most_s=20),
    )


UNNOTICED = _leaving(for_nobody, (NEVER,))
UNNOTICED_WHOLE = _leaving(left, (AT_WRITE, NEVER))
