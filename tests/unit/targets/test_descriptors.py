"""Methods of somebody else's gRPC services by their descriptors, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import descriptor_pb2
from grpc_builders import descriptors

from bench.model.ownserver.events import place_of
from targets.calls._descriptors import Descriptors, values_in

GET = "shop.Orders/Get"


def test_a_request_is_made_and_an_answer_is_read() -> None:
    method = Descriptors(descriptors()).method(GET)
    assert method.path == f"/{GET}"
    request = method.asking('{"orderNumber": 7}')
    assert request.SerializeToString() == b"\x08\x07"
    assert method.asking('{"order_number": "7"}') == request
    answer = method.answer(number=7, lines=[{"sku": "a"}, {"sku": "b"}], notes={"k": "v"})
    again = method.answer.FromString(answer.SerializeToString())
    for text, values in {
        "$.number": [7],
        "$.lines[*].sku": ["a", "b"],
        "$.lines[1].sku": ["b"],
        "$.lines[9].sku": [],
        "$.notes": [{"k": "v"}],
        "$": [answer],
    }.items():
        method.check_place(place_of(text))
        assert values_in(again, place_of(text).steps) == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$.nomber", "no field 'nomber'; shop.Order has number, lines, notes"),
        ("$.lines.sku", "no field 'sku'; it is a list: write"),
        ("$.lines[*][0]", r"\[0\] belongs to a list; shop.Line has sku"),
        ("$.number[*]", r"\[\*\] belongs to a list; it has no fields"),
        ("$.notes.k", "no field 'k'; it has no fields"),
    ],
)
def test_a_place_that_an_answer_has_not_is_told(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Descriptors(descriptors()).method(GET).check_place(place_of(text))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("shop.Order/Get", "no such service; the descriptors have shop.Orders"),
        ("shop.Orders/Git", "shop.Orders has no such method; it has Get, Watch"),
        ("shop.Orders/Watch", "it streams; name a method with one request"),
    ],
)
def test_a_method_that_cannot_be_called_is_told(name: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Descriptors(descriptors()).method(name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"number": 7}', 'no field named "number"'),
        ('{"order_number": "x"}', "Failed to parse order_number"),
        ("[", "Failed to load JSON"),
        ("7", "Failed to parse JSON"),
    ],
)
def test_a_request_of_another_form_is_one_line(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"{words}.*; correct it$") as caught:
        Descriptors(descriptors()).method(GET).asking(text)
    assert "\n" not in str(caught.value)


def lonely() -> bytes:
    """A file that needs one which is not there: without --include_imports."""
    file: Any = descriptor_pb2.FileDescriptorProto(name="a.proto", dependency=["b.proto"])
    return descriptor_pb2.FileDescriptorSet(file=[file]).SerializeToString()


@pytest.mark.parametrize(
    ("data", "words"),
    [(b'syntax = "proto3";', "is no file of descriptors; have"), (lonely(), "'b.proto'.*--incl")],
    ids=["source", "imports"],
)
def test_what_holds_no_descriptors_is_told(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Descriptors(data)
