"""What all servers of `cpu_handlers` do with bytes that come in, and how they compute."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targets.cpu_handlers import _handlers
from targets.cpu_handlers._handlers import BAD, DONE, NOT_FOUND, Requests, compute

LIGHT = b"GET /light HTTP/1.1\r\nHost: a\r\n\r\n"
HEAVY = b"GET /heavy HTTP/1.1\r\nHost: a\r\n\r\n"


def asked(*pieces: bytes) -> tuple[bytes, int]:
    """The answers to what comes in pieces, and how often was computed."""
    computed: list[int] = []
    requests = Requests(lambda: computed.append(1))
    return b"".join(map(requests.answers, pieces)), len(computed)


@pytest.mark.parametrize(
    ("data", "answers", "computed"),
    [
        (LIGHT, DONE, 0),
        (HEAVY, DONE, 1),
        (LIGHT + HEAVY + HEAVY, DONE * 3, 2),
        (b"GET / HTTP/1.1\r\n\r\n", NOT_FOUND, 0),
        (b"GET /heavy/er HTTP/1.1\r\n\r\n", NOT_FOUND, 0),
        (b"POST /heavy HTTP/1.1\r\n\r\n", BAD, 0),
        (b"rubbish\r\n\r\n", BAD, 0),
        (LIGHT[:-1], b"", 0),
    ],
)
def test_each_request_has_its_answer(data: bytes, answers: bytes, computed: int) -> None:
    assert asked(data) == (answers, computed)


@given(st.lists(st.integers(0, len(LIGHT + HEAVY)), max_size=5))
def test_where_bytes_are_cut_makes_no_difference(cuts: list[int]) -> None:
    whole = LIGHT + HEAVY
    edges = [0, *sorted(cuts), len(whole)]
    pieces = [whole[a:b] for a, b in itertools.pairwise(edges)]
    assert asked(*pieces) == asked(whole)


def test_it_computes_until_its_threads_own_clock_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1_000, 100_000, 1_000))
    monkeypatch.setattr(_handlers, "thread_time_ns", lambda: next(clock))
    compute(5_000)
    # It began at 1,000, looked until 6,000, and not once more.
    assert next(clock) == 7_000
