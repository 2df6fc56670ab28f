"""AMQP frames: whatever the pieces in which bytes come, the same messages; pamqp is the oracle."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import body, commands, frame, header, heartbeat

from bench.brokers.amqp_frames import (
    BODY,
    CHANNEL,
    CONSUMER_TAG,
    HEAD,
    HEADER,
    METHOD,
    MessageFrames,
    Parser,
    ProtocolError,
    acknowledgement,
)

PIECE = 1000
names = st.text("abc.-", max_size=20)


def delivered(payload: bytes, tag: int, exchange: str, key: str, is_again: bool) -> bytes:
    """A delivery as a broker writes it, its body in frames of at most PIECE bytes."""
    deliver = commands.Basic.Deliver(CONSUMER_TAG, tag, is_again, exchange, key)
    properties = commands.Basic.Properties(delivery_mode=1)
    parts: list[Any] = [deliver, header.ContentHeader(0, len(payload), properties)]
    parts += [body.ContentBody(payload[i : i + PIECE]) for i in range(0, len(payload), PIECE)]
    return b"".join(frame.marshal(part, CHANNEL) for part in parts)


deliveries = st.lists(
    st.tuples(st.binary(max_size=3000), st.integers(1, 2**60), names, names, st.booleans()),
    max_size=8,
)


def parsed(data: bytes, cuts: list[int]) -> tuple[list[tuple[bytes, int, bool]], list[str]]:
    messages: list[tuple[bytes, int, bool]] = []
    methods: list[str] = []
    parser = Parser(lambda *found: messages.append(found), lambda one: methods.append(one.name))
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for first, last in pairwise(edges):
        parser.feed(data[first:last])
    return messages, methods


@given(deliveries, st.lists(st.integers(0, 10**6), max_size=10))
def test_messages_do_not_depend_on_how_bytes_come(
    sent: list[tuple[bytes, int, str, str, bool]], cuts: list[int]
) -> None:
    data = b"".join(delivered(*one) for one in sent)
    found, methods = parsed(data, cuts)
    assert found == [(payload, tag, is_again) for payload, tag, _, _, is_again in sent]
    assert methods == []


@given(st.lists(st.binary(min_size=1, max_size=200), min_size=3, max_size=20))
def test_messages_of_one_shape_are_read_like_all_others(payloads: list[bytes]) -> None:
    data = b"".join(
        delivered(one, tag, "exchange", "", False) for tag, one in enumerate(payloads, 1)
    )
    found, _ = parsed(data, [])
    assert found == [(one, tag, False) for tag, one in enumerate(payloads, 1)]


def test_methods_and_heartbeats_among_messages() -> None:
    ack = frame.marshal(commands.Basic.Ack(7, True), CHANNEL)
    beat = heartbeat.Heartbeat().marshal()
    one = delivered(b"one", 1, "e", "", False)
    two = delivered(b"two", 2, "e", "", True)
    found, methods = parsed(one + ack + beat + two + beat + ack, [3, 50])
    assert found == [(b"one", 1, False), (b"two", 2, True)]
    assert methods == ["Basic.Ack", "Basic.Ack"]


@pytest.mark.parametrize("data", [b"HTTP/1.1 400 Bad", b"\x01\0\0\0\0\0\x01x?" + bytes(8)])
def test_what_is_no_frame_ends_the_connection(data: bytes) -> None:
    with pytest.raises(ProtocolError, match="frame"):
        parsed(data, [])


def framed(kind: int, payload: bytes) -> bytes:
    return HEAD.pack(kind, CHANNEL, len(payload)) + payload + b"\xce"


@pytest.mark.parametrize(
    "data",
    [
        framed(METHOD, b""),
        framed(METHOD, b"\0\x3c\0\xff"),
        framed(METHOD, b"\0\x0a\0\x0a\xff"),
        framed(HEADER, b"\0\x3c"),
        framed(HEADER, b"\0\x3c\0\0" + b"\xff" * 8 + b"\0\0"),
        framed(BODY, b"of no message"),
        delivered(b"one", 1, "e", "", False) + framed(BODY, b"and more"),
    ],
)
def test_what_is_no_method_or_message_ends_the_connection(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        parsed(data, [])


@given(st.binary(max_size=400), names, names, st.booleans(), st.integers(16, 200))
def test_a_message_is_written_as_pamqp_reads_it(
    payload: bytes, exchange: str, key: str, is_persistent: bool, limit: int
) -> None:
    data = MessageFrames(exchange, key, is_persistent).of(payload, limit)
    found = []
    while data:
        size, channel, one = frame.unmarshal(data)
        assert channel == CHANNEL
        found.append(one)
        data = data[size:]
    publish, head, *parts = found
    assert (publish.exchange, publish.routing_key) == (exchange, key)
    assert head.body_size == len(payload)
    assert head.properties.delivery_mode == (2 if is_persistent else 1)
    assert b"".join(part.value for part in parts) == payload
    assert all(len(part.value) <= limit - 8 for part in parts)


@given(st.integers(1, 2**63 - 1))
def test_an_acknowledgement_is_written_as_pamqp_writes_it(tag: int) -> None:
    assert acknowledgement(tag) == frame.marshal(commands.Basic.Ack(tag, False), CHANNEL)
    assert len(acknowledgement(tag)) == 21
