"""Events in messages of somebody else's server: places, numbers, placeholders."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model.ownserver import EventReader, Found, fill
from bench.model.ownserver.description import EventPlaces
from bench.model.ownserver.events import place_of
from bench.model.ownserver.filling import placeholders


def read(message: str, sse_id: bytes = b"", sse_name: bytes = b"", **places: str) -> list[Found]:
    return EventReader(EventPlaces(**places)).read(message.encode(), sse_id, sse_name)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("places", "message", "found"),
    [
        ({}, "1 2 3 .", [Found(b"1 2 3 .")]),
        ({"payload": "lines"}, "a\nb\n", [Found(b"a"), Found(b"b")]),
        ({"payload": "$"}, '"a"', [Found(b"a")]),
        ({"payload": "$.data"}, '{"data": "a", "more": 1}', [Found(b"a")]),
        ({"payload": "$.data"}, '{"type": "hello"}', []),
        ({"payload": "$.data"}, "ping", []),
        ({"payload": "$.data"}, '{"data": null}', []),
        ({"payload": "$.data"}, '{"data": {"x": 1}}', [Found(b'{"x": 1}')]),
        ({"payload": "$[1]"}, '["a", "b"]', [Found(b"b")]),
        ({"payload": "$[2]"}, '["a", "b"]', []),
        (
            {"payload": "$.all[*].d"},
            '{"all": [{"d": "a"}, {"d": "b"}]}',
            [Found(b"a"), Found(b"b")],
        ),
        (
            {"payload": "$.all[*].d", "after": "$.last"},
            '{"all": [{"d": "a"}, {"d": "b"}], "last": 9}',
            [Found(b"a", "9"), Found(b"b", "9")],
        ),
        (
            {"payload": "$[*].d", "sequence": "$[*].n", "timestamp": "$[*].t"},
            '[{"d": "a", "n": 4, "t": 1.5}, {"d": "b", "n": "5", "t": "2"}]',
            [Found(b"a", "", 4, 1_500_000), Found(b"b", "", 5, 2_000_000)],
        ),
    ],
)
def test_events_are_found(places: dict[str, str], message: str, found: list[Found]) -> None:
    assert read(message, **places) == found


def test_fields_of_an_sse_event_are_places() -> None:
    found = read("x", b"17", b"news", sequence="id", timestamp="id", after="event")
    assert found == [Found(b"x", "news", 17, 17_000_000)]


def test_a_time_in_ns_is_exact() -> None:
    ns = 1_764_147_600_123_456_789
    found = read(f'{{"t": {ns}}}', payload="$", timestamp="$.t", timestamp_unit="ns")
    assert found[0].timestamp_ns == ns


@pytest.mark.parametrize(
    ("places", "message"),
    [
        (
            {"payload": "$[*].d", "sequence": "$[*].n"},
            '[{"d": 1, "n": 1}, {"d": 2, "n": 2}, {"n": 3}]',
        ),
        ({"sequence": "$.n"}, '{"n": "many"}'),
        ({"sequence": "$.n"}, "{}"),
    ],
)
def test_what_does_not_go_together_is_an_error(places: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=r"values|convert|many"):
        read(message, **places)


@given(
    st.recursive(
        st.integers() | st.text(), lambda one: st.dictionaries(st.sampled_from("abc"), one)
    )
)
def test_a_path_finds_what_python_finds(document: object) -> None:
    def at(one: object, name: str) -> object:
        return one.get(name) if isinstance(one, dict) else None

    expected = at(at(document, "a"), "b")
    found = read(json.dumps(document), payload="$.a.b")
    if expected is None:
        assert found == []
    else:
        text = expected if isinstance(expected, str) else json.dumps(expected)
        assert found == [Found(text.encode())]


@pytest.mark.parametrize("text", ["data", "", "$a", "$.", "$.a[x]", "$.a.[0]"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        place_of(text)


def test_an_odd_expression_is_taken_as_it_stands_without_a_warning() -> None:
    """Python warns of signs whose meaning may change; a warning here fails the test."""
    assert read("a[b", payload="/([[]b)/") == [Found(b"[b")]


# --- placeholders --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("http://{host}:{port}/{client}", ["host", "port", "client"]),
        ("{reply:If-None-Match}", ["reply:If-None-Match"]),
        ('{"data": "{payload}"}', ["payload"]),
        ("http { server { listen 80; } }", []),
        ("echo ${name}", []),
        ("{}", []),
        ("{Host}", []),
    ],
)
def test_placeholders_are_told_from_other_braces(text: str, names: list[str]) -> None:
    assert placeholders(text) == names


def test_what_has_a_value_is_filled_and_the_rest_left() -> None:
    assert fill("{a} {b} {a}", {"a": "{b}"}) == "{b} {b} {b}"
    assert fill("{a}{b}", {"b": "x"}) == "{a}x"
