"""What `bench trace` prints of a crossing: when, which way, how much, and every byte."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.lab.tap import Crossing
from bench.model.errors import UsageError
from bench.model.part import Part
from bench.model.pattern import Pattern
from bench.tools.stage import shown, staged

TAP: Any = SimpleNamespace(began_ns=1_000_000)


def test_a_crossing_as_lines() -> None:
    lines = shown(TAP, Crossing(2_234_567, 1, True, b"GET / HTTP/1.1\r\n\r\n"))
    assert lines == [
        "     1.235 ms  client -> backend  18 bytes",
        "        0  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..",
        "       16  0d 0a" + " " * 44 + "..",
        "",
    ]


def test_further_connections_are_numbered() -> None:
    head = shown(TAP, Crossing(1_000_000, 3, False, b"x"))[0]
    assert head == "     0.000 ms  client <- backend  1 bytes  (connection 3)"


@given(st.binary(max_size=100))
def test_every_byte_can_be_read_back(data: bytes) -> None:
    lines = shown(TAP, Crossing(0, 1, True, data))[1:-1]
    assert bytes.fromhex("".join(line[11:58] for line in lines)) == data
    assert "".join(line[60:] for line in lines) == "".join(
        chr(byte) if 32 <= byte < 127 else "." for byte in data
    )
    assert [int(line[:9]) for line in lines] == list(range(0, len(data), 16))


def test_a_pattern_without_a_server_cannot_be_looked_at() -> None:
    lone = Pattern("e", "alone", "Alone", "", parts=(Part("program", "caller"),))
    with (
        pytest.raises(UsageError, match=r"e/alone: .*bench run e/alone"),
        staged(lone, {"clients": 1}, 0, {}, lambda _: None),
    ):
        raise AssertionError("it was started")
