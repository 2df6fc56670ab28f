"""What NATS and Redis push: the same messages whatever the pieces in which bytes come."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.brokers.pushed import NatsParser, ProtocolError, RedisParser

CHANNEL = b"fan-out-1"
payloads = st.lists(st.binary(max_size=300), max_size=10)
cuts = st.lists(st.integers(0, 10**6), max_size=12)


def pieces(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[first:last] for first, last in pairwise(edges)]


def of_nats(payload: bytes, reply: bytes = b"") -> bytes:
    words = b" ".join(filter(None, [b"MSG", CHANNEL, b"1", reply, b"%d" % len(payload)]))
    return words + b"\r\n" + payload + b"\r\n"


def of_redis(payload: bytes) -> bytes:
    return b"*3\r\n$7\r\nmessage\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n" % (
        len(CHANNEL),
        CHANNEL,
        len(payload),
        payload,
    )


SUBSCRIBED = b"*3\r\n$9\r\nsubscribe\r\n$%d\r\n%s\r\n:1\r\n" % (len(CHANNEL), CHANNEL)


@given(payloads, cuts)
def test_nats_messages_and_lines(sent: list[bytes], places: list[int]) -> None:
    messages: list[bytes] = []
    lines: list[bytes] = []
    parser = NatsParser(messages.append, lines.append)
    data = b'INFO {"a":1}\r\nPONG\r\n' + b"".join(map(of_nats, sent)) + b"PING\r\n"
    for piece in pieces(data, places):
        parser.feed(piece)
    assert messages == sent
    assert lines == [b'INFO {"a":1}', b"PONG", b"PING"]


def test_nats_messages_with_a_reply_subject() -> None:
    messages: list[bytes] = []
    NatsParser(messages.append, lambda _: None).feed(of_nats(b"\r\nx", b"_INBOX.1"))
    assert messages == [b"\r\nx"]


@given(payloads, cuts)
def test_redis_messages(sent: list[bytes], places: list[int]) -> None:
    told: list[bytes | str] = []
    parser = RedisParser(CHANNEL, told.append, lambda: told.append("subscribed"))
    for piece in pieces(SUBSCRIBED + b"".join(map(of_redis, sent)), places):
        parser.feed(piece)
    assert told == ["subscribed", *sent]


@pytest.mark.parametrize(
    "data", [b"-ERR unknown command\r\n", b"+OK\r\n", b"*3\r\n$7\r\nmessage\r\n$2\r\nab\r\n$1\r\n"]
)
def test_what_redis_should_not_say_ends_the_connection(data: bytes) -> None:
    parser = RedisParser(CHANNEL, lambda _: None, lambda: None)
    with pytest.raises(ProtocolError, match="Redis said"):
        parser.feed(data)


@pytest.mark.parametrize("length", [b"-20", b"999999999999", b"9" * 5000, b"1_0", b"+1"])
def test_a_length_that_no_message_has_ends_the_connection(length: bytes) -> None:
    """A negative one had the same bytes read again, for ever."""
    with pytest.raises(ProtocolError, match="no length"):
        NatsParser(lambda _: None, lambda _: None).feed(b"MSG a 1 %s\r\n" % length)
    for end in (b"\r\n", b""):
        with pytest.raises(ProtocolError, match="no length"):
            RedisParser(CHANNEL, lambda _: None, lambda: None).feed(
                of_redis(b"").removesuffix(b"0\r\n\r\n") + length + end
            )


def test_what_is_no_length_ends_the_connection() -> None:
    with pytest.raises(ProtocolError, match="no length"):
        NatsParser(lambda _: None, lambda _: None).feed(b"MSG a 1 x\r\n")
    with pytest.raises(ProtocolError, match="no length"):
        RedisParser(CHANNEL, lambda _: None, lambda: None).feed(of_redis(b"")[:-5] + b"x\r\n")
    with pytest.raises(ProtocolError, match="without an end"):
        NatsParser(lambda _: None, lambda _: None).feed(b"x" * 70_000)
