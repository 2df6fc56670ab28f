"""AMQP 0-9-1's methods, and properties of messages, from and to bytes.  Pure.

A method is a row of METHODS.  Knows neither frames nor connections.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bench.brokers.amqp_values import READERS, WRITERS, ProtocolError, Reader


class Field(NamedTuple):
    """A method's argument, or a property of a message."""

    name: str
    kind: str


def _fields(text: str) -> tuple[Field, ...]:
    return tuple(Field(*one.split(":")) for one in text.split())


class Row(NamedTuple):
    """A method: its class and number, and what it carries."""

    number: bytes
    fields: tuple[Field, ...]


CLOSING = "code:short text:name class_id:short method_id:short"
DECLARING = "passive:bit durable:bit"
ENDING = "nowait:bit arguments:table"
METHODS: Mapping[str, Row] = {
    name: Row(struct.pack(">HH", *number), _fields(text))
    for name, number, text in (
        (
            "connection.start",
            (10, 10),
            "major:octet minor:octet properties:table mechanisms:text locales:text",
        ),
        (
            "connection.start-ok",
            (10, 11),
            "properties:table mechanism:name response:text locale:name",
        ),
        ("connection.secure", (10, 20), "challenge:text"),
        ("connection.tune", (10, 30), "channel_max:short frame_max:long heartbeat:short"),
        ("connection.tune-ok", (10, 31), "channel_max:short frame_max:long heartbeat:short"),
        ("connection.open", (10, 40), "host:name capabilities:name insist:bit"),
        ("connection.open-ok", (10, 41), "known_hosts:name"),
        ("connection.close", (10, 50), CLOSING),
        ("connection.close-ok", (10, 51), ""),
        ("connection.blocked", (10, 60), "reason:name"),
        ("connection.unblocked", (10, 61), ""),
        ("channel.open", (20, 10), "out_of_band:name"),
        ("channel.open-ok", (20, 11), "channel_id:text"),
        ("channel.flow", (20, 20), "active:bit"),
        ("channel.flow-ok", (20, 21), "active:bit"),
        ("channel.close", (20, 40), CLOSING),
        ("channel.close-ok", (20, 41), ""),
        (
            "exchange.declare",
            (40, 10),
            f"ticket:short exchange:name type:name {DECLARING} auto_delete:bit internal:bit "
            + ENDING,
        ),
        ("exchange.declare-ok", (40, 11), ""),
        ("exchange.delete", (40, 20), "ticket:short exchange:name if_unused:bit nowait:bit"),
        ("exchange.delete-ok", (40, 21), ""),
        (
            "queue.declare",
            (50, 10),
            f"ticket:short queue:name {DECLARING} exclusive:bit auto_delete:bit {ENDING}",
        ),
        ("queue.declare-ok", (50, 11), "queue:name messages:long consumers:long"),
        (
            "queue.bind",
            (50, 20),
            f"ticket:short queue:name exchange:name key:name {ENDING}",
        ),
        ("queue.bind-ok", (50, 21), ""),
        ("queue.delete", (50, 40), "ticket:short queue:name if_unused:bit if_empty:bit nowait:bit"),
        ("queue.delete-ok", (50, 41), "messages:long"),
        ("basic.qos", (60, 10), "size:long count:short everywhere:bit"),
        ("basic.qos-ok", (60, 11), ""),
        (
            "basic.consume",
            (60, 20),
            f"ticket:short queue:name consumer:name no_local:bit no_ack:bit exclusive:bit {ENDING}",
        ),
        ("basic.consume-ok", (60, 21), "consumer:name"),
        ("basic.cancel", (60, 30), "consumer:name nowait:bit"),
        ("basic.cancel-ok", (60, 31), "consumer:name"),
        (
            "basic.publish",
            (60, 40),
            "ticket:short exchange:name key:name mandatory:bit immediate:bit",
        ),
        ("basic.return", (60, 50), "code:short text:name exchange:name key:name"),
        (
            "basic.deliver",
            (60, 60),
            "consumer:name tag:longlong redelivered:bit exchange:name key:name",
        ),
        ("basic.ack", (60, 80), "tag:longlong multiple:bit"),
        ("basic.reject", (60, 90), "tag:longlong requeue:bit"),
        ("basic.nack", (60, 120), "tag:longlong multiple:bit requeue:bit"),
        ("confirm.select", (85, 10), "nowait:bit"),
        ("confirm.select-ok", (85, 11), ""),
    )
}
"""What a client says or is told; the standard's chapters that nobody here uses are left out."""

NAMES = {row.number: name for name, row in METHODS.items()}

PROPERTIES = _fields(
    "content_type:name content_encoding:name headers:table delivery_mode:octet priority:octet "
    "correlation_id:name reply_to:name expiration:name message_id:name timestamp:longlong "
    "type:name user_id:name app_id:name cluster_id:name"
)
"""Of a message, in the order of their flags, from the highest bit down."""

OTHER_FLAGS = 0b11
"""Of no property."""


@dataclass(frozen=True, slots=True)
class Method:
    """What the broker said, and with which arguments."""

    name: str
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


# --- to bytes -------------------------------------------------------------------------------------


_NOTHING: Mapping[str, Any] = {"name": "", "text": "", "table": {}}
"""What is written for an argument that is not given; 0 for a number or a bit."""


def encode(name: str, **values: Any) -> bytes:
    """A method's bytes; what is not given is empty, 0 or false."""
    row = METHODS[name]
    unknown = values.keys() - {field.name for field in row.fields}
    if unknown:
        raise TypeError(f"{name} has no {', '.join(sorted(unknown))}")
    parts, bits = [row.number], list[bool]()
    for field in row.fields:
        value = values.get(field.name, _NOTHING.get(field.kind, 0))
        if field.kind == "bit":  # those that stand side by side share an octet
            bits.append(bool(value))
            continue
        parts += [_octet(bits), WRITERS[field.kind](value)]
        bits.clear()
    return b"".join([*parts, _octet(bits)])


def _octet(bits: list[bool]) -> bytes:
    return bytes((sum(bit << at for at, bit in enumerate(bits)),)) if bits else b""


def encode_properties(properties: Mapping[str, Any]) -> bytes:
    """The properties of a message that it has; `headers` is a table."""
    unknown = properties.keys() - {field.name for field in PROPERTIES}
    if unknown:
        raise TypeError(f"a message has no property {', '.join(sorted(unknown))}")
    flags, parts = 0, list[bytes]()
    for at, field in enumerate(PROPERTIES):
        if field.name in properties:
            flags |= 1 << (15 - at)
            parts.append(WRITERS[field.kind](properties[field.name]))
    return b"".join((struct.pack(">H", flags), *parts))


# --- from bytes -----------------------------------------------------------------------------------


def decode(payload: bytes) -> Method:
    """The method of a frame; ProtocolError where it is none that a client knows."""
    name = NAMES.get(payload[:4])
    if name is None:
        raise ProtocolError(f"no AMQP method: {payload[:8]!r}")
    reader, values = Reader(payload), dict[str, Any]()
    reader.at = 4
    bits = octet = 0
    try:
        for field in METHODS[name].fields:
            if field.kind != "bit":
                bits = 0
                values[field.name] = READERS[field.kind](reader)
                continue
            if bits == 0:
                octet = reader.take(1)[0]
            values[field.name] = bool(octet >> bits & 1)
            bits += 1
    except (ProtocolError, UnicodeDecodeError) as error:
        raise ProtocolError(f"no {name}: {payload[:24]!r} ({error})") from None
    return Method(name, values)


def decode_properties(header: bytes) -> dict[str, Any]:
    """The properties of a message, from their flags on; ProtocolError where they are none."""
    reader = Reader(header)
    try:
        flags = int.from_bytes(reader.take(2), "big")
        if flags & OTHER_FLAGS:
            raise ProtocolError(f"flags of no property: {flags:#x}")
        return {
            field.name: READERS[field.kind](reader)
            for at, field in enumerate(PROPERTIES)
            if flags >> (15 - at) & 1
        }
    except (ProtocolError, UnicodeDecodeError) as error:
        raise ProtocolError(f"no properties: {header[:24]!r} ({error})") from None
