"""AMQP 0-9-1's values as bytes: numbers, strings, tables.  Pure.

RabbitMQ's types in tables are read, those that it needs are written.  Knows no method.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

DEEPEST = 32
"""How far tables and lists may stand in one another; brokers say things two or three deep."""

LONGEST_SHORT = 255
"""Bytes of a short string."""


class ProtocolError(ConnectionError):
    """The peer broke the protocol."""


# --- to bytes -------------------------------------------------------------------------------------


def short_string(text: str) -> bytes:
    """ValueError where it is too long to be one."""
    raw = text.encode()
    if len(raw) > LONGEST_SHORT:
        raise ValueError(f"{len(raw)} bytes in a name; AMQP allows {LONGEST_SHORT}")
    return bytes((len(raw),)) + raw


def long_string(raw: bytes) -> bytes:
    return len(raw).to_bytes(4, "big") + raw


def table(values: Mapping[str, Any]) -> bytes:
    """A table with names that are short strings."""
    return long_string(b"".join(short_string(name) + _typed(one) for name, one in values.items()))


def _typed(value: Any) -> bytes:
    """A value of a table, behind the letter of its type."""
    for kind, letter, write in _TYPED:
        if isinstance(value, kind):
            return letter + write(value)
    raise TypeError(f"no value of an AMQP table: {value!r}")


_TYPED: tuple[tuple[type, bytes, Callable[[Any], bytes]], ...] = (
    (bool, b"t", lambda value: bytes((value,))),  # before int, of which it is one
    (int, b"l", struct.Struct(">q").pack),
    (float, b"d", struct.Struct(">d").pack),
    (str, b"S", lambda value: long_string(value.encode())),
    (bytes, b"x", long_string),
    (type(None), b"V", lambda _: b""),
    (Mapping, b"F", table),
    (list, b"A", lambda value: long_string(b"".join(map(_typed, value)))),
)
WRITERS: Mapping[str, Callable[[Any], bytes]] = {
    "octet": struct.Struct(">B").pack,
    "short": struct.Struct(">H").pack,
    "long": struct.Struct(">I").pack,
    "longlong": struct.Struct(">Q").pack,
    "name": short_string,
    "text": lambda text: long_string(text.encode()),
    "table": table,
}

# --- from bytes -----------------------------------------------------------------------------------


class Reader:
    """Takes values from bytes; ProtocolError where they end too early."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        first, self.at = self.at, self.at + size
        if self.at > len(self.data):
            raise ProtocolError("it ends too early")
        return self.data[first : self.at]

    def number(self, layout: struct.Struct) -> Any:
        return layout.unpack(self.take(layout.size))[0]

    def name(self) -> str:
        return self.take(self.take(1)[0]).decode()

    def long_string(self) -> bytes:
        return self.take(int.from_bytes(self.take(4), "big"))

    def text(self) -> str | bytes:
        """Bytes where it is no text: a broker's words may be in any alphabet."""
        raw = self.long_string()
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw

    def table(self, depth: int = 0) -> dict[str, Any]:
        inner, found = self._inner(depth), dict[str, Any]()
        while inner.at < len(inner.data):
            name = inner.name()
            found[name] = inner.typed(depth + 1)
        return found

    def array(self, depth: int) -> list[Any]:
        inner, found = self._inner(depth), list[Any]()
        while inner.at < len(inner.data):
            found.append(inner.typed(depth + 1))
        return found

    def _inner(self, depth: int) -> Reader:
        if depth > DEEPEST:
            raise ProtocolError(f"tables more than {DEEPEST} deep")
        return Reader(self.long_string())

    def typed(self, depth: int) -> Any:
        """A value of a table, behind the letter of its type."""
        kind = self.take(1)
        if kind in _NUMBERS:
            return self.number(_NUMBERS[kind])
        if kind not in _OTHERS:
            raise ProtocolError(f"no type of a table's value: {kind!r}")
        return _OTHERS[kind](self, depth)

    def decimal(self) -> float:
        digits = self.take(1)[0]
        value: int = self.number(_NUMBERS[b"I"])
        return value * 10.0**-digits


_NUMBERS: Mapping[bytes, struct.Struct] = {
    kind.encode(): struct.Struct(f">{layout}")
    for kind, layout in (
        *(("b", "b"), ("B", "B"), ("s", "h"), ("u", "H"), ("I", "i"), ("i", "I")),
        *(("l", "q"), ("f", "f"), ("d", "d"), ("T", "Q")),
    )
}
"""RabbitMQ's letters, which are not those of the standard's text."""

_OTHERS: Mapping[bytes, Callable[[Reader, int], Any]] = {
    b"t": lambda reader, _: reader.take(1) != b"\0",
    b"S": lambda reader, _: reader.text(),
    b"x": lambda reader, _: reader.long_string(),
    b"V": lambda _, __: None,
    b"D": lambda reader, _: reader.decimal(),
    b"F": Reader.table,
    b"A": Reader.array,
}

READERS: Mapping[str, Callable[[Reader], Any]] = {
    "octet": lambda reader: reader.take(1)[0],
    "short": lambda reader: int.from_bytes(reader.take(2), "big"),
    "long": lambda reader: int.from_bytes(reader.take(4), "big"),
    "longlong": lambda reader: int.from_bytes(reader.take(8), "big"),
    "name": Reader.name,
    "text": Reader.text,
    "table": Reader.table,
}
