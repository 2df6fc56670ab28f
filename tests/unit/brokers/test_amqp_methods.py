"""AMQP's methods, tables and properties as bytes: pamqp reads what we write, we what it writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import base, commands, encode, frame, header

from bench.brokers import amqp_methods
from bench.brokers.amqp_frames import HEAD, HEADER, PROPERTIES_AT
from bench.brokers.amqp_methods import METHODS
from bench.brokers.amqp_values import DEEPEST, ProtocolError

names = st.text("abc.-", max_size=20)
texts = st.text(max_size=40)
halves = st.integers(-100, 100).map(lambda number: number / 2)
"""pamqp writes fractions in four bytes."""

numbers = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), halves, st.none())
keys = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
tables = st.dictionaries(
    keys,
    st.recursive(
        st.one_of(numbers, texts),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "bit": st.booleans(),
    "octet": st.integers(0, 255),
    "short": st.integers(0, 2**16 - 1),
    "long": st.integers(0, 2**32 - 1),
    "longlong": st.integers(0, 2**63 - 1),
    "name": names,
    "text": texts,
    "table": tables,
}
FIXED = ("ticket", "out_of_band", "capabilities", "insist", "known_hosts", "channel_id")
"""Left over from older standards: pamqp wants them empty."""


def theirs(name: str) -> Any:
    """pamqp's class of a method."""
    kind, method = name.split(".")
    words = "".join(word.title() for word in method.split("-"))
    return getattr(getattr(commands, kind.title()), words)


@st.composite
def methods(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    name = draw(st.sampled_from(sorted(METHODS)))
    fields = [field for field in METHODS[name].fields if field.name not in FIXED]
    values = {field.name: draw(VALUES[field.kind]) for field in fields}
    if name == "connection.open":
        values["host"] = "/"
    if "type" in values:
        values["type"] = "fanout"
    return name, values


@given(methods())
def test_a_method_is_written_as_pamqp_reads_it(said: tuple[str, dict[str, Any]]) -> None:
    name, values = said
    payload = amqp_methods.encode(name, **values)
    read = frame.unmarshal(HEAD.pack(1, 1, len(payload)) + payload + b"\xce")[2]
    assert isinstance(read, theirs(name))
    found = [getattr(read, one) for one in read.__slots__]
    for field, value in zip(METHODS[name].fields, found, strict=True):
        if field.name in values:
            assert value == values[field.name], field


@given(methods())
def test_a_method_that_pamqp_writes_is_read(said: tuple[str, dict[str, Any]]) -> None:
    name, values = said
    method = theirs(name)()
    for slot, field in zip(method.__slots__, METHODS[name].fields, strict=True):
        if field.name in values:
            setattr(method, slot, values[field.name])
    read = amqp_methods.decode(frame.marshal(method, 1)[7:-1])
    assert read.name == name
    for field, value in values.items():
        assert read[field] == value, field


@given(tables)
def test_numbers_of_all_sizes_in_tables_are_read(values: dict[str, Any]) -> None:
    """pamqp writes each number in the fewest bytes: other letters than are written here."""
    payload = METHODS["connection.start-ok"].number + encode.field_table(values)
    payload += b"\x05PLAIN" + bytes(4) + b"\0"
    assert amqp_methods.decode(payload)["properties"] == values


@given(
    st.fixed_dictionaries(
        {},
        optional={
            field.name: VALUES[field.kind]
            for field in amqp_methods.PROPERTIES
            if field.name not in ("cluster_id", "timestamp", "delivery_mode")
        }
        | {"delivery_mode": st.sampled_from((1, 2))},
    )
)
def test_properties_both_ways(values: dict[str, Any]) -> None:
    data = amqp_methods.encode_properties(values)
    assert amqp_methods.decode_properties(data) == values
    head = b"\0\x3c\0\0" + bytes(8) + data
    read = frame.unmarshal(HEAD.pack(HEADER, 1, len(head)) + head + b"\xce")[2].properties
    other = {"type": "message_type"}
    for name, value in values.items():
        assert getattr(read, other.get(name, name)) == value, name
    theirs_ = commands.Basic.Properties(
        **{other.get(name, name): value for name, value in values.items()}
    )
    written = frame.marshal(header.ContentHeader(0, 0, theirs_), 1)[7 + PROPERTIES_AT : -1]
    # An empty string is no property to pamqp; RabbitMQ writes both.
    kept = {
        name: value
        for name, value in values.items()
        if getattr(theirs_, other.get(name, name)) is not None
    }
    assert amqp_methods.decode_properties(written).items() <= kept.items()


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "no AMQP method"),
        (b"\0\x3c\0\xff", "no AMQP method"),
        (b"\0\x0a\0\x1e\0\x01", "ends too early"),
        (b"\0\x3c\0\x3c\xff" + b"x" * 20, "ends too early"),
        (b"\0\x0a\0\x3c\x02\xff\xfe", "utf-8"),
        (METHODS["connection.start"].number + b"\0\x09\0\0\0\x03\x01a?", "no type"),
        (METHODS["connection.start"].number + b"\0\x09\xff\xff\xff\xff", "ends too early"),
    ],
)
def test_what_is_no_method_is_said(payload: bytes, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        amqp_methods.decode(payload)


@pytest.mark.parametrize("flags", [b"", b"\0\x01", b"\x80\0", b"\x20\0\0\0\0\x09"])
def test_what_is_no_property_is_said(flags: bytes) -> None:
    with pytest.raises(ProtocolError, match="no properties"):
        amqp_methods.decode_properties(flags)


def nested(depth: int) -> dict[str, Any]:
    return {"a": nested(depth - 1)} if depth else {}


def test_tables_may_not_stand_in_one_another_without_end() -> None:
    deep = amqp_methods.encode("connection.start", properties=nested(DEEPEST))
    assert amqp_methods.decode(deep)["properties"] == nested(DEEPEST)
    deeper = amqp_methods.encode("connection.start", properties=nested(DEEPEST + 1))
    with pytest.raises(ProtocolError, match="deep"):
        amqp_methods.decode(deeper)


def test_words_in_no_alphabet_stay_bytes() -> None:
    raw = b"\xff\xfe"
    text = METHODS["connection.secure"].number + len(raw).to_bytes(4, "big") + raw
    assert amqp_methods.decode(text)["challenge"] == raw


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="256 bytes in a name"):
        amqp_methods.encode("queue.declare", queue="q" * 256)
    with pytest.raises(TypeError, match=r"queue\.declare has no colour"):
        amqp_methods.encode("queue.declare", colour="red")
    with pytest.raises(TypeError, match="no property colour"):
        amqp_methods.encode_properties({"colour": "red"})
    with pytest.raises(TypeError, match="no value of an AMQP table"):
        amqp_methods.encode("queue.declare", arguments={"a": object()})


def test_each_method_is_one_of_the_standard() -> None:
    for name, row in METHODS.items():
        assert issubclass(theirs(name), base.Frame)
        assert theirs(name).index == int.from_bytes(row.number, "big"), name
