"""AMQP 0-9-1 from bytes to messages and methods, and what a publisher writes for each message.

Deliveries of the last one's shape (same lengths of names and properties) are read by one
`struct`; everything else goes frame by frame.  With a library for all of it a delivery costs ten
times as much, and the load process would be what is measured.  Does no input or output.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from bench.brokers.amqp_methods import (
    METHODS,
    Method,
    decode,
    decode_properties,
    encode,
    encode_properties,
)
from bench.brokers.amqp_values import ProtocolError
from bench.limits import MOST_BYTES

FRAME_LIMIT = 131_072
FRAME_END = 0xCE
METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8

LEAST_HEADER = 14
"""Bytes of a header frame: class, weight, length of the body, flags."""

PROPERTIES_AT = 12
"""Where in a header the properties begin."""

HEAD = struct.Struct(">BHI")
"""Frame type, channel, bytes of the payload."""

CONSUMER_TAG = "c"
"""Of the only consumer of a connection."""

CHANNEL = 1
"""The only one of a connection; the connection itself speaks on channel 0."""

ACK = struct.Struct(">BHIIQBB")
ACK_METHOD, ACK_BYTES = 0x3C0050, 13
BEAT = HEAD.pack(HEARTBEAT, 0, 0) + b"\xce"

OnMessage = Callable[[bytes, int, bool], None]
"""Takes a message's bytes, its delivery tag, and whether it was delivered before."""

OnReturn = Callable[[Method, bytes], None]
"""Takes why a message came back (basic.return), and its bytes."""


def ignore_return(method: Method, body: bytes) -> None:
    """Nobody wants to know what came back."""


@lru_cache(256)
def _shape(method_bytes: int, header_bytes: int) -> tuple[Any, ...]:
    """How to read a delivery whose method and header frame carry so many bytes."""
    tag = bytes([len(CONSUMER_TAG)]) + CONSUMER_TAG.encode()
    layout = struct.Struct(f">13sQB{method_bytes - 15}x12sQ{header_bytes - 12}x4sI")
    deliver = METHODS["basic.deliver"].number
    one = HEAD.pack(METHOD, CHANNEL, method_bytes) + deliver + tag
    two = b"\xce" + HEAD.pack(HEADER, CHANNEL, header_bytes) + b"\0\x3c\0\0"
    three = b"\xce" + HEAD.pack(BODY, CHANNEL, 0)[:3]
    return layout.unpack_from, layout.size, one, two, three


class Parser:
    """Bytes in; messages, returned messages and methods out.

    ProtocolError where the bytes are no AMQP.  `properties` are those of the message that is just
    being handed on; who wants them says so, for then no delivery is read by its shape.
    """

    def __init__(
        self,
        on_message: OnMessage,
        on_method: Callable[[Method], None],
        on_return: OnReturn = ignore_return,
        *,
        wants_properties: bool = False,
    ) -> None:
        self._on_message, self._on_method, self._on_return = on_message, on_method, on_return
        self._wants_properties = wants_properties
        self._rest = self._header = b""
        self._method: Method | None = None
        """Whose header or body is due."""
        self._method_bytes = self._missing = 0
        self._body = bytearray()
        self._known: tuple[Any, ...] | None = None

    @property
    def properties(self) -> dict[str, Any]:
        """Of the message that is being handed on; ProtocolError where they are none."""
        return decode_properties(self._header[PROPERTIES_AT:])

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
        if self._known is None or self._method is not None:
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
        if channel > CHANNEL:
            raise ProtocolError(f"a frame of channel {channel}, which nobody opened")
        payload = data[at + HEAD.size : stop]
        if kind == METHOD:
            self._said(payload)
        elif kind == HEADER:
            self._begin(payload)
        elif kind == BODY:
            self._go_on(payload)
        return stop + 1

    def _said(self, payload: bytes) -> None:
        method = decode(payload)
        if self._method is not None and not method.name.startswith("connection."):
            raise ProtocolError(f"{method.name} where the rest of a message was due")
        if method.name in ("basic.deliver", "basic.return"):
            self._method, self._method_bytes, self._header = method, len(payload), b""
        else:
            self._on_method(method)

    def _begin(self, payload: bytes) -> None:
        """A message's header: how long its body is, and its properties."""
        self._missing = int.from_bytes(payload[4:PROPERTIES_AT], "big")
        is_due = self._method is not None and not self._header
        if not is_due or len(payload) < LEAST_HEADER or self._missing > MOST_BYTES:
            raise ProtocolError(f"a header of no message: {payload[:14]!r}")
        self._header = payload
        if not self._missing:  # an empty message has no body frame
            self._whole(is_one_frame=False)

    def _go_on(self, payload: bytes) -> None:
        """A piece of a message's body."""
        is_one_frame = not self._body
        self._missing -= len(payload)
        if self._method is None or not self._header or self._missing < 0 or not payload:
            raise ProtocolError("a body that belongs to no message")
        self._body += payload
        if not self._missing:
            self._whole(is_one_frame)

    def _whole(self, is_one_frame: bool) -> None:
        method, body = self._method, bytes(self._body)
        assert method is not None
        self._method, self._body = None, bytearray()
        if method.name == "basic.return":
            self._on_return(method, body)
            return
        is_ours = method["consumer"] == CONSUMER_TAG
        if is_one_frame and is_ours and not self._wants_properties:
            self._known = _shape(self._method_bytes, len(self._header))
        self._on_message(body, method["tag"], method["redelivered"])


# --- what a client writes -----------------------------------------------------------------------


def method_frame(name: str, **values: Any) -> bytes:
    """A method's frame; those of the connection go by channel 0."""
    channel = 0 if name.startswith("connection.") else CHANNEL
    payload = encode(name, **values)
    return HEAD.pack(METHOD, channel, len(payload)) + payload + b"\xce"


def acknowledgement(tag: int, *, and_before: bool = False) -> bytes:
    """basic.ack of one delivery, or of all up to it."""
    return ACK.pack(METHOD, CHANNEL, ACK_BYTES, ACK_METHOD, tag, and_before, FRAME_END)


class MessageFrames:
    """All frames of a message to one exchange and routing key, with one set of properties."""

    def __init__(
        self,
        exchange: str,
        key: str,
        is_persistent: bool,
        properties: Mapping[str, Any] | None = None,
        *,
        is_mandatory: bool = False,
    ) -> None:
        self._method = method_frame(
            "basic.publish", exchange=exchange, key=key, mandatory=is_mandatory
        )
        mode = {"delivery_mode": 2 if is_persistent else 1}
        self._properties = encode_properties({**mode, **(properties or {})})

    def of(self, body: bytes, frame_limit: int = FRAME_LIMIT) -> bytes:
        """The bytes to be written."""
        header = b"\0\x3c\0\0" + len(body).to_bytes(8, "big") + self._properties
        most = frame_limit - 8
        parts = [self._method, _framed(HEADER, header)]
        parts += [_framed(BODY, body[at : at + most]) for at in range(0, len(body), most)]
        return b"".join(parts)


def _framed(kind: int, payload: bytes) -> bytes:
    return HEAD.pack(kind, CHANNEL, len(payload)) + payload + b"\xce"
