"""What members and server write to each other: messages, and who is there.  Pure.

A message is one line of text, `id intended_ns sent_ns` and filler; its last ten bytes are for the
number that the server gives it in its room.  So it is as long on its way down as on its way up.
A notice begins with a sign: `+12 3 ` says that member 12 is there for the third time, `-12 3 `
that it is gone.
"""

from __future__ import annotations

from bench.model import payload

POSITION_BYTES = 10
LEAST_BYTES = payload.LEAST_BYTES + POSITION_BYTES + 6
NOTICE_BYTES = 40

MESSAGES_A_MEMBER = 1_000_000
"""Ids are member * this + number: whose a message is can be told from its id."""

CAME, WENT = b"+", b"-"


def id_of(member: int, number: int) -> int:
    """The id of a member's message, or of its visit."""
    return member * MESSAGES_A_MEMBER + number


def member_of(identity: int) -> int:
    """Whose it is."""
    return identity // MESSAGES_A_MEMBER


def is_text(text: bytes) -> bool:
    """Whether it may go to a room: one line, with room for its number."""
    return len(text) >= POSITION_BYTES and b"\n" not in text and b"\r" not in text


def numbered(text: bytes, position: int) -> bytes:
    """The text with its number in the room."""
    return b"%b%010d" % (text[:-POSITION_BYTES], position)


def position_of(text: bytes) -> int | None:
    """The number in the room; None where nobody gave it one."""
    tail = text[-POSITION_BYTES:]
    return int(tail) if tail.isdigit() else None


def notice(sign: bytes, member: int, visit: int) -> bytes:
    """That a member came or went."""
    return (b"%b%d %d " % (sign, member, visit)).ljust(NOTICE_BYTES, b".")


def read_notice(text: bytes) -> tuple[bytes, int, int] | None:
    """(sign, member, visit); None where it is a message."""
    sign = text[:1]
    if sign not in (CAME, WENT):
        return None
    member, visit, _ = text[1:].split(b" ", 2)
    return sign, int(member), int(visit)
