"""AMQP 0-9-1 from bytes to messages and methods, and what a publisher writes for each message.

Deliveries of the last one's shape (same lengths of names and properties) are read by one
`struct`; everything else goes through pamqp.  With a library for all of it a delivery costs ten
times as much, and the load process would be what is measured.  Does no input or output.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pamqp import commands, exceptions, frame

from bench.limits import MOST_BYTES

FRAME_LIMIT = 131_072
FRAME_END = 0xCE
METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8

LEAST_HEADER = 14
"""Bytes of a header frame: class, weight, length of the body, flags."""

HEAD = struct.Struct(">BHI")
"""Frame type, channel, bytes of the payload."""

CONSUMER_TAG = "c"
"""Of the only consumer of a connection."""

CHANNEL = 1
BASIC_PUBLISH, BASIC_DELIVER = b"\0\x3c\0\x28", b"\0\x3c\0\x3c"
ACK = struct.Struct(">BHIIQBB")
ACK_METHOD, ACK_BYTES = 0x3C0050, 13

NOT_READ = (struct.error, ValueError, LookupError, TypeError, ArithmeticError, RecursionError)
"""What pamqp also raises, beside its own errors, at bytes that are no method."""

OnMessage = Callable[[bytes, int, bool], None]
"""Takes a message's bytes, its delivery tag, and whether it was delivered before."""


class ProtocolError(ConnectionError):
    """The peer broke the protocol."""


@lru_cache(256)
def _shape(method_bytes: int, header_bytes: int) -> tuple[Any, ...]:
    """How to read a delivery whose method and header frame carry so many bytes."""
    tag = bytes([len(CONSUMER_TAG)]) + CONSUMER_TAG.encode()
    layout = struct.Struct(f">13sQB{method_bytes - 15}x12sQ{header_bytes - 12}x4sI")
    one = HEAD.pack(METHOD, CHANNEL, method_bytes) + BASIC_DELIVER + tag
    two = b"\xce" + HEAD.pack(HEADER, CHANNEL, header_bytes) + b"\0\x3c\0\0"
    three = b"\xce" + HEAD.pack(BODY, CHANNEL, 0)[:3]
    return layout.unpack_from, layout.size, one, two, three


class Parser:
    """Bytes in; messages and methods out.  ProtocolError where the bytes are no AMQP."""

    def __init__(self, on_message: OnMessage, on_method: Callable[[Any], None]) -> None:
        self._on_message, self._on_method = on_message, on_method
        self._rest = b""
        self._deliver: commands.Basic.Deliver | None = None
        self._method_bytes = self._header_bytes = self._missing = 0
        self._chunks: list[bytes] = []
        self._known: tuple[Any, ...] | None = None

    def feed(self, data: bytes) -> None:
        """Take what was read."""
        if self._rest:
            data = self._rest + data
        at = 0
        while True:
            at = self._alike(data, at)
            after = self._one(data, at)
            if after == at:
                break
            at = after
        self._rest = data[at:]

    def _alike(self, data: bytes, at: int) -> int:
        """Read deliveries of the last one's shape; where the first other thing begins."""
        if self._known is None or self._deliver is not None:
            return at
        unpack, size, one, two, three = self._known
        on_message, end = self._on_message, len(data)
        last = end - size
        while at <= last:
            first, tag, is_again, second, length, third, part = unpack(data, at)
            stop = at + size + length
            known = first == one and second == two and third == three and part == length
            if not known or stop >= end or data[stop] != FRAME_END:
                break
            on_message(data[stop - length : stop], tag, bool(is_again))
            at = stop + 1
        return at

    def _one(self, data: bytes, at: int) -> int:
        """Read one frame; `at` where it is not whole yet."""
        if len(data) - at < HEAD.size:
            return at
        kind, channel, length = HEAD.unpack_from(data, at)
        stop: int = at + HEAD.size + length
        if kind not in (METHOD, HEADER, BODY, HEARTBEAT) or length > FRAME_LIMIT:
            raise ProtocolError(f"no AMQP frame: {data[at : at + 8]!r}")
        if stop >= len(data):
            return at
        if data[stop] != FRAME_END:
            raise ProtocolError(f"a frame without its end: {data[at : at + 8]!r}")
        self._frame(kind, channel, data[at + HEAD.size : stop])
        return stop + 1

    def _frame(self, kind: int, channel: int, payload: bytes) -> None:
        if kind == BODY:
            self._missing -= len(payload)
            if self._deliver is None or self._missing < 0:
                raise ProtocolError("a body that belongs to no message")
            self._chunks.append(payload)
        elif kind == HEADER:
            self._header_bytes, self._chunks = len(payload), []
            self._missing = int.from_bytes(payload[4:12], "big")
            if len(payload) < LEAST_HEADER or self._missing > MOST_BYTES:
                raise ProtocolError(f"a header of no message: {payload[:14]!r}")
        elif kind == METHOD:
            method = _method(channel, payload)
            if not isinstance(method, commands.Basic.Deliver):
                self._on_method(method)
                return
            self._deliver, self._method_bytes = method, len(payload)
        # An empty message has no body frame.
        if kind in (HEADER, BODY) and self._missing <= 0 and self._deliver is not None:
            self._whole(self._deliver)

    def _whole(self, deliver: commands.Basic.Deliver) -> None:
        self._deliver = None
        if len(self._chunks) == 1 and deliver.consumer_tag == CONSUMER_TAG:
            self._known = _shape(self._method_bytes, self._header_bytes)
        tag = deliver.delivery_tag or 0
        self._on_message(b"".join(self._chunks), tag, bool(deliver.redelivered))


def _method(channel: int, payload: bytes) -> Any:
    """The method of a frame; ProtocolError where it is none."""
    try:
        return frame.unmarshal(HEAD.pack(METHOD, channel, len(payload)) + payload + b"\xce")[2]
    except (exceptions.PAMQPException, *NOT_READ) as error:
        raise ProtocolError(f"no AMQP method: {payload[:8]!r} ({error})") from None


def marshal(method: Any) -> bytes:
    """A method's frame; those of the connection go by channel 0."""
    is_connection = method.name.startswith("Connection.")
    return frame.marshal(method, 0 if is_connection else CHANNEL)


def acknowledgement(tag: int) -> bytes:
    """basic.ack of one delivery."""
    return ACK.pack(METHOD, CHANNEL, ACK_BYTES, ACK_METHOD, tag, 0, FRAME_END)


class MessageFrames:
    """All frames of a message to one exchange and routing key, with one set of properties."""

    def __init__(self, exchange: str, key: str, is_persistent: bool) -> None:
        publish = commands.Basic.Publish(exchange=exchange, routing_key=key)
        self._method = marshal(publish)
        self._properties = struct.pack(">HB", 0x1000, 2 if is_persistent else 1)

    def of(self, body: bytes, frame_limit: int = FRAME_LIMIT) -> bytes:
        """The bytes to be written."""
        header = b"\0\x3c\0\0" + len(body).to_bytes(8, "big") + self._properties
        most = frame_limit - 8
        parts = [self._method, _framed(HEADER, header)]
        parts += [_framed(BODY, body[at : at + most]) for at in range(0, len(body), most)]
        return b"".join(parts)


def _framed(kind: int, payload: bytes) -> bytes:
    return HEAD.pack(kind, CHANNEL, len(payload)) + payload + b"\xce"
