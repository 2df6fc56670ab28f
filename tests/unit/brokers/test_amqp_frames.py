"""AMQP frames: whatever the pieces in which bytes come, the same messages; pamqp is the oracle."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_builders import pieces
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
    acknowledgement,
)
from bench.brokers.amqp_values import ProtocolError
from bench.limits import MOST_BYTES

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


def by_pamqp(data: bytes) -> list[tuple[bytes, int, bool]]:
    """The messages in a whole stream, read by pamqp frame by frame."""
    found: list[tuple[bytes, int, bool]] = []
    deliver, missing, chunks = commands.Basic.Deliver(), 0, b""
    while data:
        size, _, one = frame.unmarshal(data)
        data = data[size:]
        if isinstance(one, commands.Basic.Deliver):
            deliver = one
        elif isinstance(one, header.ContentHeader):
            missing, chunks = one.body_size, b""
        elif isinstance(one, body.ContentBody):
            missing, chunks = missing - len(one.value), chunks + one.value
        if isinstance(one, header.ContentHeader | body.ContentBody) and not missing:
            found.append((chunks, deliver.delivery_tag or 0, bool(deliver.redelivered)))
    return found


@given(
    st.lists(
        st.tuples(st.binary(max_size=12), st.integers(1, 2**60), names, names, st.booleans()),
        min_size=1,
        max_size=3,
    )
)
def test_a_stream_may_be_cut_at_every_byte(sent: list[tuple[bytes, int, str, str, bool]]) -> None:
    data = heartbeat.Heartbeat().marshal() + b"".join(delivered(*one) for one in sent)
    expected = by_pamqp(data)
    for cut in range(len(data) + 1):
        assert parsed(data, [cut])[0] == expected, cut
    assert parsed(data, list(range(len(data))))[0] == expected


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
    assert methods == ["basic.ack", "basic.ack"]


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
        framed(HEADER, b"\0\x3c" + bytes(12)),
        delivered(b"one", 1, "e", "", False)[:-11] + frame.marshal(commands.Basic.Ack(1), CHANNEL),
        delivered(b"one", 1, "e", "", False)[:-11] + framed(BODY, b""),
        delivered(b"one", 1, "e", "", False)[:-11] * 2,
        frame.marshal(commands.Basic.Ack(1), CHANNEL + 1),
    ],
)
def test_what_is_no_method_or_message_ends_the_connection(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        parsed(data, [])


def test_what_says_that_it_is_endless_is_not_waited_for() -> None:
    head = b"\0\x3c\0\0" + (MOST_BYTES + 1).to_bytes(8, "big") + b"\0\0"
    deliver = frame.marshal(commands.Basic.Deliver(CONSUMER_TAG, 1, False, "e", ""), CHANNEL)
    with pytest.raises(ProtocolError, match="a header of no message"):
        parsed(deliver + framed(HEADER, head), [])


PROPERTIES = {"headers": {"n": 7, "to": {"a": [True, None]}}, "correlation_id": "x", "type": "t"}


def test_properties_are_those_of_the_message_that_is_handed_on() -> None:
    """Also where the bytes before it were of the same shape."""
    found: list[tuple[bytes, dict[str, Any]]] = []
    parser = Parser(
        lambda one, *_: found.append((one, parser.properties)),
        lambda _: None,
        wants_properties=True,
    )
    data = b""
    for tag, key in enumerate("abc", 1):
        written = MessageFrames("e", "", False, {"correlation_id": key}).of(b"body")
        size = frame.unmarshal(written)[0]
        deliver = commands.Basic.Deliver(CONSUMER_TAG, tag, False, "e", "")
        data += frame.marshal(deliver, CHANNEL) + written[size:]
    parser.feed(data)
    expected = [{"delivery_mode": 1, "correlation_id": key} for key in "abc"]
    assert found == [(b"body", one) for one in expected]


@given(st.binary(max_size=3 * PIECE), st.lists(st.integers(0, 10**6), max_size=4))
def test_what_comes_back_is_told_apart_from_what_comes(payload: bytes, cuts: list[int]) -> None:
    gone = frame.marshal(commands.Basic.Return(312, "NO_ROUTE", "e", "key"), CHANNEL)
    came = delivered(payload, 1, "e", "", False)
    size = frame.unmarshal(came)[0]
    messages: list[bytes] = []
    returns: list[tuple[int, str, str, bytes]] = []
    parser = Parser(
        lambda one, *_: messages.append(one),
        lambda _: None,
        lambda why, one: returns.append((why["code"], why["text"], why["key"], one)),
    )
    for piece in pieces(came + gone + came[size:] + came, cuts):
        parser.feed(piece)
    assert messages == [payload, payload]
    assert returns == [(312, "NO_ROUTE", "key", payload)]


def test_a_message_may_have_properties_and_want_a_queue() -> None:
    data = MessageFrames("e", "k", True, PROPERTIES, is_mandatory=True).of(b"")
    size, _, publish = frame.unmarshal(data)
    properties = frame.unmarshal(data[size:])[2].properties
    assert publish.mandatory
    assert properties.headers == PROPERTIES["headers"]
    assert (properties.correlation_id, properties.message_type) == ("x", "t")
    assert properties.delivery_mode == 2


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
    both = frame.marshal(commands.Basic.Ack(tag, True), CHANNEL)
    assert acknowledgement(tag, and_before=True) == both
    assert len(acknowledgement(tag)) == 21
