"""DNS messages as bytes: a question for a text, and the answer to it (RFC 1035, section 4).

Clients and servers read and write them.  Pure; knows nothing of what a text means.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

HEADER = struct.Struct("!HHHHHH")
"""Id, flags, and the numbers of questions, answers, authorities and additional records."""

KIND_CLASS = struct.Struct("!HH")
RECORD = struct.Struct("!HHHIH")
"""Name (a pointer), type, class, time to live, length of what follows."""

PREFIX = struct.Struct("!H")
"""The length that stands before each message on TCP (section 4.2.2)."""

IS_ANSWER, IS_AUTHORITATIVE, WANTS_RECURSION = 0x8000, 0x0400, 0x0100
TXT, INTERNET = 16, 1
POINTER = 0xC000
QUESTION_POINTER = POINTER | HEADER.size
"""Where an answer's name stands: in the question (section 4.1.4)."""

LONGEST_LABEL, LONGEST_NAME, LONGEST_TEXT = 63, 255, 255


class Query(NamedTuple):
    """A question: its id and the name asked for, as text without the last dot."""

    id: int
    name: str


class Answer(NamedTuple):
    """An answer: its id, the name that it answers, and the text."""

    id: int
    name: str
    text: str


def write_query(id_: int, name: str) -> bytes:
    """A question for the text of a name."""
    head = HEADER.pack(id_, WANTS_RECURSION, 1, 0, 0, 0)
    return head + _name(name) + KIND_CLASS.pack(TXT, INTERNET)


def write_answer(id_: int, name: str, text: str) -> bytes:
    """The question once more, and one text of at most 255 characters."""
    data = text.encode("ascii")
    if len(data) > LONGEST_TEXT:
        raise ValueError(f"a text of {len(data)} bytes; {LONGEST_TEXT} are the most")
    flags = IS_ANSWER | IS_AUTHORITATIVE | WANTS_RECURSION
    head = HEADER.pack(id_, flags, 1, 1, 0, 0)
    question = _name(name) + KIND_CLASS.pack(TXT, INTERNET)
    record = RECORD.pack(QUESTION_POINTER, TXT, INTERNET, 0, len(data) + 1)
    return head + question + record + bytes((len(data),)) + data


def read_query(data: bytes) -> Query:
    """A question; ValueError where it is none for a text.  What stands behind it is not read."""
    id_, flags, questions = _head(data)[:3]
    if flags & IS_ANSWER or questions != 1:
        raise ValueError("no query with one question")
    return Query(id_, _question(data)[0])


def read_answer(data: bytes) -> Answer:
    """An answer that is one text; ValueError where it is none."""
    id_, flags, questions, answers, _, _ = _head(data)
    if not flags & IS_ANSWER or (questions, answers) != (1, 1):
        raise ValueError("no answer with one question and one record")
    name, at = _question(data)
    try:
        pointer, kind, class_, _, length = RECORD.unpack_from(data, at)
    except struct.error:
        raise ValueError("the record is cut off") from None
    text = data[at + RECORD.size : at + RECORD.size + length]
    if (pointer, kind, class_) != (QUESTION_POINTER, TXT, INTERNET):
        raise ValueError("the record is no text of the name that was asked for")
    if not length or len(text) != length or text[0] != length - 1:
        raise ValueError("the text has another length than it says")
    return Answer(id_, name, _ascii(text[1:]))


def split(data: bytes) -> tuple[list[bytes], bytes]:
    """The complete messages of a TCP stream, by the length before each, and what is left."""
    found, at = [], 0
    while len(data) - at >= PREFIX.size:
        (length,) = PREFIX.unpack_from(data, at)
        end = at + PREFIX.size + length
        if end > len(data):
            break
        found.append(data[at + PREFIX.size : end])
        at = end
    return found, data[at:]


def framed(message: bytes) -> bytes:
    """A message as it goes over TCP."""
    return PREFIX.pack(len(message)) + message


def _name(name: str) -> bytes:
    """A name as labels, each with its length before it."""
    labels = [label.encode("ascii") for label in name.split(".")]
    if any(not 0 < len(label) <= LONGEST_LABEL for label in labels):
        raise ValueError(f"name={name[:80]}: a label has 1 to {LONGEST_LABEL} characters")
    found = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    if len(found) > LONGEST_NAME:
        raise ValueError(f"name={name[:80]}: longer than {LONGEST_NAME} bytes")
    return found


def _head(data: bytes) -> tuple[int, int, int, int, int, int]:
    if len(data) < HEADER.size:
        raise ValueError(f"{len(data)} bytes are no DNS message")
    found: tuple[int, int, int, int, int, int] = HEADER.unpack_from(data)
    return found


def _question(data: bytes) -> tuple[str, int]:
    """The name of the first question, in small letters, and where the next section begins."""
    labels, at = [], HEADER.size
    while length := _byte(data, at):
        if length > LONGEST_LABEL:
            raise ValueError("the question's name is no row of labels")
        label = data[at + 1 : at + 1 + length]
        labels.append(_ascii(label))
        at += 1 + length
        if at - HEADER.size > LONGEST_NAME:
            raise ValueError("the question's name is too long")
    end = at + 1 + KIND_CLASS.size
    if data[at + 1 : end] != KIND_CLASS.pack(TXT, INTERNET):
        raise ValueError("the question is not for a text")
    return ".".join(labels).lower(), end


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise ValueError("the message is cut off")
    return data[at]


def _ascii(data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise ValueError("bytes that are no ASCII") from None
