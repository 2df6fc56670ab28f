"""Messages between processes: every one survives its line, and several combine field by field."""

from __future__ import annotations

import types
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from bench.load import worker_messages
from bench.model import messages
from bench.model.combining import combine, rules_of, total
from bench.model.messages import (
    ClientCounters,
    Counts,
    Done,
    LoadResults,
    PartCounters,
    PartResults,
    Probed,
    Tried,
)
from bench.model.readings import Wire
from bench.pipes import hear, line_of

UNIONS = {
    name: union for name, union in vars(messages).items() if isinstance(union, types.UnionType)
}
MESSAGES = [
    value
    for value in {**vars(messages), **vars(worker_messages)}.values()
    if isinstance(value, type)
    and issubclass(value, Struct)
    and value.__module__ in (messages.__name__, worker_messages.__name__)
]
COMBINED = (ClientCounters, LoadResults, Tried, Done, PartCounters, PartResults, Counts, Probed)


def sample_of(kind: type[Struct]) -> Struct:
    """A message with a telling value in each field."""
    values: dict[Any, Any] = {int: 7, float: 0.5, str: "x", bool: True}
    found = {}
    for entry in msgspec.inspect.type_info(kind).fields:  # type: ignore[attr-defined]
        if not entry.required:
            continue
        plain = {"IntType": int, "FloatType": float, "StrType": str, "BoolType": bool}
        name = type(entry.type).__name__
        if name in plain:
            found[entry.name] = values[plain[name]]
        elif name == "LiteralType":
            found[entry.name] = entry.type.values[0]
        elif name == "ListType":
            found[entry.name] = []
        elif name == "DictType":
            found[entry.name] = {}
        elif name == "UnionType":
            found[entry.name] = None if entry.type.includes_none else Done()
            if not entry.type.includes_none:
                found[entry.name] = sample_of(entry.type.types[0].cls)
        else:
            found[entry.name] = sample_of(entry.type.cls)
    return kind(**found)


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_a_message_is_one_line_and_survives_it(kind: type[Struct]) -> None:
    message = sample_of(kind)
    line = line_of(message)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert hear(line, kind) == message


@pytest.mark.parametrize("name", [name for name in UNIONS if name.endswith(("Command", "Reply"))])
def test_of_a_union_each_kind_is_told_from_the_others(name: str) -> None:
    for kind in UNIONS[name].__args__:
        message = sample_of(kind)
        assert hear(line_of(message), UNIONS[name]) == message


DEEP = b'{"type":"spawn","x":' + b"[" * 5000


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[]", b'{"type":"unknown"}', b'{"type":"window","t0_ns":"x"}', b"\xff", DEEP],
)
def test_what_is_no_message_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        hear(line, messages.LoadCommand)


# --- several become one -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", COMBINED, ids=lambda kind: kind.__name__)
def test_each_field_says_how_it_combines(kind: type[Struct]) -> None:
    assert set(rules_of(kind)) == set(kind.__struct_fields__)


@pytest.mark.parametrize("kind", COMBINED, ids=lambda kind: kind.__name__)
def test_one_message_combines_to_itself(kind: type[Struct]) -> None:
    assert combine([sample_of(kind)]) == sample_of(kind)


def test_a_field_without_a_rule_is_refused() -> None:
    class Loose(Struct):
        counted: Annotated[int, total]
        greatest: int

    with pytest.raises(TypeError, match=r"Loose\.greatest does not say how it combines"):
        combine([Loose(1, 2)])


def counters(**values: Any) -> ClientCounters:
    nothing = {"connected": 0, "busy": 0, "outcomes": 0, "failures": 0}
    return ClientCounters(**{**nothing, "errors": [], **values})


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([counters(connected=2), counters(connected=3)], counters(connected=5)),
        ([counters(errors=["a"]), counters(errors=["b"])], counters(errors=["a", "b"])),
        ([Tried(None), Tried(0), Tried(None)], Tried(0)),
        (
            [LoadResults(facts={"subflows": 1}), LoadResults(facts={"subflows": 2, "a": "x"})],
            LoadResults(facts={"subflows": 2, "a": "x"}),
        ),
        (
            [LoadResults(facts={"browser": "b 1"}), LoadResults(facts={"browser": "b 2"})],
            LoadResults(facts={"browser": "b 1"}),
        ),
        (
            [
                LoadResults(counted=3, wire={"t0": Wire(open=1, rtt_us=4.0)}),
                LoadResults(counted=4, wire={"t0": Wire(open=2, rtt_us=8.0)}),
            ],
            LoadResults(counted=7, wire={"t0": Wire(open=3, rtt_us=6.0)}),
        ),
        ([Done(), Done()], Done()),
        ([PartCounters(published=2), PartCounters()], PartCounters(published=2)),
        ([PartCounters(published=2), PartCounters(published=3)], PartCounters(published=5)),
        (
            [PartCounters(publishing=True, failure="x"), PartCounters(failure="y")],
            PartCounters(publishing=True, failure="x"),
        ),
        ([Counts({"a": 1.0}), Counts({"a": 2.0, "b": 1.0})], Counts({"a": 3.0, "b": 1.0})),
        ([Probed(), Probed(7), Probed(is_checked=True)], Probed(7, is_checked=True)),
    ],
)
def test_several_load_processes_speak_as_one(parts: list[Struct], whole: Struct) -> None:
    assert combine(parts) == whole


@given(st.lists(st.tuples(*[st.integers(0, 10**6)] * 4), min_size=1, max_size=5))
def test_counts_are_added(rows: list[tuple[int, ...]]) -> None:
    names = ("connected", "busy", "outcomes", "failures")
    whole = combine([counters(**dict(zip(names, row, strict=True))) for row in rows])
    assert [getattr(whole, name) for name in names] == [
        sum(column) for column in zip(*rows, strict=True)
    ]
