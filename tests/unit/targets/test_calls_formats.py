"""The formats of `calls`: each brings the same order, and answers nonsense as its protocol says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from operator import attrgetter, itemgetter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_builders import FakeTransport, pieces

from scenarios.calls.load import FIELDS, LINE_BYTES, LOAD
from targets.calls import _order, graphql, grpc, raw, rest_json, soap_xml
from targets.calls._json import LIBRARIES

counts = pytest.mark.parametrize("count", [1, 2, FIELDS])
libraries = pytest.mark.parametrize("library", LIBRARIES)


def load(**own: Any) -> Any:
    return LOAD(payload_bytes=3 * LINE_BYTES, **own)


def wanted(count: int) -> list[_order.Values]:
    return _order.values_of(_order.lines(3), _order.needed(count))


# --- the same order -----------------------------------------------------------------------


def test_a_line_has_its_fields_and_its_length_whatever_its_number() -> None:
    assert len(_order.FIELDS) == FIELDS
    assert raw.LINE.size == LINE_BYTES
    lines = _order.lines(1_000)
    for line in (lines[number] for number in (0, 7, 999)):
        assert {name: type(value) for name, value in line.items()} == _order.KINDS
        packed = raw.packed([line])
        texts = [value for value in line.values() if isinstance(value, str)]
        assert all(text.encode() in packed for text in texts), "a text is cut off"


@libraries
@counts
def test_json_brings_what_is_needed(count: int, library: str) -> None:
    status, body = rest_json.Server(load(json=library), 1, {}).reply("1")
    pick = _order.picking(itemgetter, _order.needed(count))
    assert status == 200
    assert [*map(pick, LIBRARIES[library].read(body)["lines"])] == wanted(count)


@counts
def test_soap_brings_what_is_needed(count: int) -> None:
    status, body = soap_xml.Server(load(), 1, {}).reply(soap_xml.question(1))
    assert status == 200
    assert soap_xml.values(soap_xml.parsed(body), _order.needed(count)) == wanted(count)


@libraries
@counts
def test_graphql_brings_what_is_needed_and_no_more(count: int, library: str) -> None:
    fields = _order.needed(count)
    status, body = asked(graphql.query(fields), library=library)
    lines = json.loads(body)["data"]["order"]["lines"]
    assert status == 200
    assert [tuple(line.values()) for line in lines] == wanted(count)
    assert all(tuple(line) == fields for line in lines)


@counts
def test_protobuf_brings_what_is_needed(count: int) -> None:
    message = grpc.written(_order.lines(3)).SerializeToString()
    pick = _order.picking(attrgetter, _order.needed(count))
    assert [*map(pick, grpc.Order.FromString(message).lines)] == wanted(count)


# --- nonsense -----------------------------------------------------------------------------


def asked(query: object, number: object = 1, library: str = "standard") -> tuple[int, bytes]:
    server = graphql.Server(load(json=library), 1, {})
    body = json.dumps({"query": query, "variables": {"number": number}}).encode()
    return asyncio.run(server.reply(body))


@pytest.mark.parametrize("number", ["2", "x", "", "1" * 1000])
def test_rest_knows_no_other_order(number: str) -> None:
    status, body = rest_json.Server(load(), 1, {}).reply(number)
    assert status == 404
    assert json.loads(body)["error"].startswith("there is no order")
    assert len(body) < 100


LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    b'<GetOrder xmlns="urn:calls"><number>&b;</number></GetOrder></s:Body></s:Envelope>'
)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "it is no XML"),
        (b"{}", "it is no XML"),
        (b"<a/>", "it is no SOAP envelope"),
        (soap_xml.question(1).replace(b"GetOrder", b"DropOrder"), "the only operation is GetOrder"),
        (soap_xml.question(2), "there is no order 2"),
        (LAUGHS, "there is no order"),
        (LAUGHS.replace(b'"ha"', b'SYSTEM "/etc/passwd"'), "there is no order"),
    ],
)
def test_soap_answers_nonsense_with_a_fault(body: bytes, words: str) -> None:
    status, reply = soap_xml.Server(load(), 1, {}).reply(body)
    assert status == 500, "SOAP 1.1, 6.2"
    fault = soap_xml.parsed(reply)
    assert fault.tag == f"{soap_xml.SOAP}Fault"
    assert fault.findtext("faultcode") == "soap:Client"
    reason = fault.findtext("faultstring")
    assert reason.startswith(words)
    assert "haha" not in reason
    assert "root" not in reason


@pytest.mark.parametrize(
    ("query", "number", "words"),
    [
        ("{", 1, "Syntax Error"),
        ("{ order(number: 1) { lines { colour } } }", 1, "Cannot query field 'colour'"),
        (graphql.query(["sku"]), "x", "Int cannot represent non-integer value"),
        (graphql.query(["sku"]), 2, "there is no order 2"),
    ],
)
def test_graphql_answers_nonsense_with_errors(query: str, number: object, words: str) -> None:
    status, body = asked(query, number)
    found = json.loads(body)
    assert status == (200 if "data" in found else 400), "executed, and partly null"
    assert words in found["errors"][0]["message"]
    assert (found.get("data") or {}).get("order") is None


@libraries
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'"query"', b"1"])
def test_graphql_without_a_query_is_refused(body: bytes, library: str) -> None:
    server = graphql.Server(load(json=library), 1, {})
    status, reply = asyncio.run(server.reply(body))
    assert status == 400
    assert json.loads(reply)["errors"][0]["message"] == "it is no JSON with a query"


def test_grpc_knows_no_other_order() -> None:
    class Aborted(Exception):
        pass

    class Context:
        async def abort(self, code: Any, details: str) -> None:
            raise Aborted(f"{code.name}: {details}")

    server = grpc.Server(load(), 1, {})
    with pytest.raises(Aborted, match="NOT_FOUND: there is no order 7"):
        asyncio.run(server.get(grpc.OrderRequest(number=7), Context()))


# --- raw bytes ----------------------------------------------------------------------------


class Transport(FakeTransport):
    def writelines(self, data: Sequence[bytes]) -> None:
        self.written += b"".join(data)


def answers(order: bytes) -> tuple[raw.Answers, Transport]:
    found, transport = raw.Answers(order), Transport()
    found.connection_made(transport)
    return found, transport


def message(body: bytes) -> bytes:
    return raw.LENGTH.pack(len(body)) + body


@given(st.lists(st.integers(0, 3), min_size=1, max_size=5), st.lists(st.integers(0, 40)))
def test_raw_messages_may_be_cut_anywhere(numbers: list[int], cuts: list[int]) -> None:
    server, transport = answers(b"order")
    stream = b"".join(message(raw.NUMBER.pack(number)) for number in numbers)
    for piece in pieces(stream, cuts):
        server.data_received(piece)
    replies = (b"order" if number == _order.ORDER else b"" for number in numbers)
    assert transport.written == b"".join(map(message, replies))


def test_a_raw_message_that_is_too_long_ends_the_connection() -> None:
    server, transport = answers(b"order")
    server.data_received(raw.LENGTH.pack(raw.LARGEST_REQUEST_BYTES + 1))
    assert transport.aborted == 1
    assert transport.written == b""
