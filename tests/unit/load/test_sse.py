"""The event-stream parser against the standard's examples and a plain reference parser."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from load_builders import pieces

from bench.load.clients import sse
from bench.load.clients.sse import EventStreamParser, StreamEvent


def parsed(text: bytes, *cuts: int) -> list[tuple[bytes, bytes, bytes]]:
    parser = EventStreamParser()
    return [tuple(event) for read in pieces(text, cuts) for event in parser.feed(read)]


def reference(stream: bytes) -> tuple[list[StreamEvent], bytes, int | None]:
    """WHATWG HTML 9.2.6 read over the whole stream: events, last event ID string, retry."""
    lines = re.split(rb"\r\n|\n|\r", stream.removeprefix(b"\xef\xbb\xbf"))[:-1]
    events: list[StreamEvent] = []
    data, kind, id_buffer, last_id, retry = b"", b"", b"", b"", None
    for line in lines:
        if line == b"":
            last_id = id_buffer
            if data:
                events.append(StreamEvent(data.removesuffix(b"\n"), kind or b"message", last_id))
            data, kind = b"", b""
            continue
        match = re.fullmatch(rb"([^:]*)(?::( ?)(.*))?", line, re.DOTALL)
        assert match
        name, value = match.group(1), match.group(3) or b""
        if name == b"data":
            data += value + b"\n"
        elif name == b"event":
            kind = value
        elif name == b"id" and b"\0" not in value:
            id_buffer = value
        elif name == b"retry" and re.fullmatch(rb"[0-9]+", value):
            retry = int(value)
    return events, last_id, retry


M = b"message"


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        # The examples of WHATWG HTML 9.2.6.
        (
            b"data: YHOO\ndata: +2\ndata: 10\n\n",
            [(b"YHOO\n+2\n10", M, b"")],
        ),
        (
            (
                b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n"
                b"data:  third event\n\n"
            ),
            [(b"first event", M, b"1"), (b"second event", M, b""), (b" third event", M, b"")],
        ),
        (b"data\n\ndata\ndata\n\ndata:", [(b"", M, b""), (b"\n", M, b"")]),
        (b"data:test\n\ndata: test\n\n", [(b"test", M, b"")] * 2),
        # And what its text says besides.
        (b"event: add\ndata: 73\n\ndata: x\n\n", [(b"73", b"add", b""), (b"x", M, b"")]),
        (b"event: add\n\ndata: x\n\n", [(b"x", M, b"")]),
        (b"id: 1\n\ndata: x\n\n", [(b"x", M, b"1")]),
        (b"id: 1\ndata: x\n\nid: a\0b\ndata: y\n\n", [(b"x", M, b"1"), (b"y", M, b"1")]),
        (
            b"data: a\r\rdata: b\r\n\r\ndata: c\n\n",
            [(b"a", M, b""), (b"b", M, b""), (b"c", M, b"")],
        ),
        (b"\xef\xbb\xbfdata: x\n\n", [(b"x", M, b"")]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: x\n\n", []),
        (b"Data: x\nDATA: y\ndatum: z\nfoo\n\n", []),
        (b"data: a: b :c\n\n", [(b"a: b :c", M, b"")]),
        (b":\n\n:\n\n", []),
        (b"data: never ended\n", []),
        (b"data: \xe2\x82\xac\n\n", ["€".encode()]),
    ],
)
def test_the_standards_examples(stream: bytes, events: list[object]) -> None:
    wanted = [entry if isinstance(entry, tuple) else (entry, M, b"") for entry in events]
    assert parsed(stream) == wanted
    assert parsed(stream, *range(len(stream))) == wanted
    assert [tuple(event) for event in reference(stream)[0]] == wanted, "the reference itself"


fields = st.sampled_from([b"data", b"event", b"id", b"retry", b"", b"other", b"dat"])
values = st.one_of(
    st.sampled_from([b"", b" ", b"  x", b"7", b"7x", b"a\0b", "é€".encode(), b"\xef\xbb\xbf"]),
    st.binary(max_size=5),
)
lines = st.one_of(
    st.just(b""),
    st.just(b""),
    st.builds(lambda name, value: name + b":" + value, fields, values),
    fields,
)
ends = st.sampled_from([b"\n", b"\r", b"\r\n"])
streams = st.builds(
    lambda mark, parts, rest: mark + b"".join(line + end for line, end in parts) + rest,
    st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xef\xbb"]),
    st.lists(st.tuples(lines, ends), max_size=9),
    st.sampled_from([b"", b"data", b"data: x"]),
)


@given(streams)
@example(b"data: a\r\n\r\n\r\ndata: b\r\r\n")
@example(b"\xef\xbbdata: a\n\n")
def test_every_split_in_two_and_every_byte_alone(stream: bytes) -> None:
    wanted, _, retry = reference(stream)
    for cuts in ([], *([cut] for cut in range(1, len(stream))), range(len(stream))):
        parser = EventStreamParser()
        got = [event for read in pieces(stream, cuts) for event in parser.feed(read)]
        assert got == wanted, cuts
        assert parser.retry_ms == retry


@given(streams, st.lists(st.integers(0, 200), max_size=8))
def test_an_empty_read_changes_nothing(stream: bytes, cuts: list[int]) -> None:
    parser = EventStreamParser()
    got = []
    for read in pieces(stream, cuts):
        assert parser.feed(b"") == []
        got += parser.feed(read)
    assert got == reference(stream)[0]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=20))
def test_what_one_client_was_told_changes_nothing_for_others(told: list[tuple[int, int]]) -> None:
    """A read like the last one is recognized, whoever had that."""
    reads = [b"id: %d\ndata: %d\n\n" % (one, one // 2) for one in range(3)] + [b"data: x\n"]
    parsers = [EventStreamParser() for _ in range(3)]
    got: list[list[StreamEvent]] = [[], [], []]
    for client, read in told:
        got[client] += parsers[client].feed(reads[read])
    for client, parser in enumerate(parsers):
        events, last_id, _ = reference(b"".join(reads[read] for one, read in told if one == client))
        assert (got[client], parser.last_id) == (events, last_id)


@given(streams)
@example(b"id: 1\ndata: a\n\nid: 2\ndata: b\n")
def test_the_last_id_is_that_of_a_whole_event(stream: bytes) -> None:
    """A client that comes back with the id of an event that was cut off would lose it."""
    parser = EventStreamParser()
    parser.feed(stream)
    assert parser.last_id == reference(stream)[1]


def test_events_come_with_the_read_that_completes_them() -> None:
    parser = EventStreamParser()
    assert parser.feed(b"id: 1\ndata: a\n") == []
    assert parser.feed(b"\n") == [(b"a", M, b"1")]
    # A lone CR ends a line: the event need not wait for a LF that may never come.
    assert parser.feed(b"data: b\r\r") == [(b"b", M, b"1")]
    assert parser.feed(b"\ndata: c\n\n") == [(b"c", M, b"1")]


@pytest.mark.parametrize("read", [b"x" * 400, b"data: " + b"x" * 400 + b"\n", b": " * 200])
def test_an_event_without_an_end_is_an_error(monkeypatch: pytest.MonkeyPatch, read: bytes) -> None:
    monkeypatch.setattr(sse, "MOST_BYTES", 1000)
    parser = EventStreamParser()
    parser.feed(read)
    parser.feed(read)
    with pytest.raises(sse.StreamError, match="an event of more than 1000 bytes"):
        parser.feed(read)


def test_comments_and_short_events_may_come_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MOST_BYTES", 1000)
    parser = EventStreamParser()
    for _ in range(100):
        assert parser.feed(b": still here\n\n") == []
        assert len(parser.feed(b"data: " + b"x" * 300 + b"\n\ndata: y")) == 1
        assert len(parser.feed(b"\n\n")) == 1


def test_a_pause_of_thousands_of_digits_is_ignored() -> None:
    parser = EventStreamParser()
    assert parser.feed(b"retry: 5\nretry: " + b"9" * 5000 + b"\n\n") == []
    assert parser.retry_ms == 5


def test_a_parser_goes_on_from_the_id_that_a_client_came_back_with() -> None:
    parser = EventStreamParser(b"7")
    assert parser.last_id == b"7"
    assert parser.feed(b"data: a\n\nid: 8\ndata: b\n\n") == [(b"a", M, b"7"), (b"b", M, b"8")]
