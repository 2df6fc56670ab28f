"""Spans of a call: read from OTLP, put together by their parents' ids, right or not."""

from __future__ import annotations

import hashlib
import inspect
import itertools
from pathlib import Path

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from targets.sidecar_features import direct, envoy_pair, layer4_pair, node_direct, node_pair
from targets.sidecar_features._around import PASSED
from targets.sidecar_features._collector import LENGTH, requests_in
from targets.sidecar_features._effects import joined
from targets.sidecar_features._spans import Span, by_call, call_of, inner_of, is_chain, spans_of


def chain(trace: bytes = b"t", call: tuple[int, int] | None = (3, 17)) -> list[Span]:
    """One call's spans, each within the one before."""
    return [
        Span(service, trace, bytes([n + 1]), bytes([n]) if n else b"", n, 100 - n, call)
        for n, service in enumerate(PASSED)
    ]


def test_a_chain_is_right_in_any_order() -> None:
    for order in itertools.permutations(chain()):
        assert is_chain(order, PASSED)


@pytest.mark.parametrize(
    "spans",
    [
        [],
        chain()[1:],
        chain()[:-1],
        [*chain(), chain()[-1]],
        [*chain()[:2], *chain(b"u")[2:]],
        list(reversed([Span(one.service, b"t", one.parent, one.id, 0, 1) for one in chain()])),
        [Span(one.service, b"t", one.id, b"", 0, 1) for one in chain()],
    ],
    ids=["none", "no root", "no end", "one twice", "two traces", "backwards", "no parents"],
)
def test_what_is_no_chain_is_wrong(spans: list[Span]) -> None:
    assert not is_chain(spans, PASSED)


@given(st.integers(0, 3), st.binary(min_size=2, max_size=8))
def test_another_parent_makes_it_wrong(place: int, parent: bytes) -> None:
    spans = chain()
    one = spans[place]
    spans[place] = Span(one.service, one.trace, one.id, parent, one.start_ns, one.end_ns, one.call)
    assert is_chain(spans, PASSED) == (place == 0)  # a client may have begun the trace


def test_spans_that_name_no_call_belong_to_that_of_their_trace() -> None:
    spans = [*chain(), *chain(b"u", call=(0, 0))]
    spans[1] = Span(PASSED[1], b"t", b"\2", b"\1", 1, 99)
    spans.append(Span("other", b"v", b"1", b"", 0, 1))
    found = by_call(spans)
    assert set(found) == {(3, 17), (0, 0)}
    assert is_chain(found[3, 17], PASSED)


def test_a_span_waits_while_its_children_last() -> None:
    spans = chain()
    assert inner_of(spans[0], spans) == (1, 99)
    assert inner_of(spans[3], spans) == (3, 97), "it waits for the server"
    own = Span("server", b"t", b"\5", b"\4", 4, 96)
    assert inner_of(own, [*spans, own]) == (96, 96)
    late = [spans[0], Span("a", b"t", b"x", b"\1", 50, 300)]
    assert inner_of(spans[0], late) == (50, 100), "a child that ends later is cut off"


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("http://servers/call/3/17", (3, 17)),
        ("/call/0/0", (0, 0)),
        ("http://servers/item/3", None),
        ("/call/3/x", None),
        ("", None),
    ],
)
def test_a_call_is_known_by_its_path(text: str, call: tuple[int, int] | None) -> None:
    assert call_of(["ingress", text]) == call


def message(*names: str) -> bytes:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    named = resource.resource.attributes.add()
    named.key, named.value.string_value = "service.name", "client_sidecar"
    for name in names:
        span = resource.scope_spans.add().spans.add()
        span.name, span.trace_id, span.span_id = "ingress", b"t" * 16, b"s" * 8
        span.start_time_unix_nano, span.end_time_unix_nano = 1_000, 1_500
        url = span.attributes.add()
        url.key, url.value.string_value = "http.url", name
    return request.SerializeToString()


def test_spans_are_read_with_their_service_call_and_times() -> None:
    (one, two) = spans_of([message("http://a/call/1/2"), message("http://a/")], since_ns=600)
    assert (one.service, one.call, two.call) == ("client_sidecar", (1, 2), None)
    assert (one.start_ns, one.end_ns) == (400, 900)


def test_what_is_no_request_is_refused() -> None:
    with pytest.raises(DecodeError):
        spans_of([b"\xff\xff"], 0)


def test_a_collectors_file_is_read_as_far_as_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "spans"
    whole = b"".join(LENGTH.pack(len(one)) + one for one in (b"ab", b"", b"c"))
    for end in range(len(whole) + 1):
        path.write_bytes(whole[:end])
        assert requests_in(path) == [b"ab", b"", b"c"][: sum(end >= one for one in (6, 10, 15))]


def test_effects_are_joined_by_call() -> None:
    assert joined({b"0/1": b"2", b"0/2": b"1"}, {b"0/1": b"1"}) == {"0/1": (2, 1), "0/2": (1, 0)}


# --- nothing of an application changes ---------------------------------------------------------


def code(kind: type) -> str:
    """What a part of a pattern consists of, without its name and what the harness asks of it."""
    own = {name for name in vars(kind) if not name.startswith("__")}
    assert own <= {"proxies", "services_passed"}, own
    (base,) = kind.__bases__
    source = Path(inspect.getfile(base)).read_bytes()
    return hashlib.sha256(source).hexdigest() + base.__name__


@pytest.mark.parametrize("part", ["Server", "Program"])
def test_sidecars_change_no_line_of_either_program(part: str) -> None:
    python = {code(getattr(one, part)) for one in (direct, envoy_pair, layer4_pair)}
    node = {code(getattr(one, part)) for one in (node_direct, node_pair)}
    assert len(python) == len(node) == 1
    assert python != node
