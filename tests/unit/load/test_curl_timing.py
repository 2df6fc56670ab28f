"""From stamps and curl's own times to the times of a fetch: late callbacks move little."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.load.clients.curl_timing import CurlTimes, Stamps, connected_ns, done_ns, start_ns

US = 1000
START = 1_000_000_000
LATE = st.integers(0, 300 * US)


def seen(
    *, handshake: int = 0, first: int, total: int, late: tuple[int, int] = (0, 0)
) -> tuple[Stamps, CurlTimes]:
    """A transfer that curl began at START; callback and end are stamped so much later."""
    stamps = Stamps(
        intended_ns=START - 5 * US,
        sent_ns=START + (first - 20) * US,
        first_byte_ns=START + first * US + late[0],
        last_byte_ns=START + first * US + late[0],
        ended_ns=START + total * US + late[1],
    )
    return stamps, CurlTimes(handshake // 2, handshake, first, total)


def test_without_delay_the_start_is_exact() -> None:
    stamps, times = seen(first=900, total=1000)
    assert start_ns(stamps, times) == START


@given(LATE, LATE)
def test_the_start_is_as_late_as_the_less_delayed_stamp(callback: int, end: int) -> None:
    stamps, times = seen(first=900, total=1000, late=(callback, end))
    assert start_ns(stamps, times) == START + min(callback, end)


def test_a_reply_without_headers_is_placed_by_its_end() -> None:
    stamps, times = seen(first=900, total=1000)
    stamps.first_byte_ns = 0
    assert start_ns(stamps, times) == START


def test_who_opens_no_connection_has_no_time_of_connecting() -> None:
    stamps, times = seen(handshake=0, first=900, total=1000)
    assert connected_ns(stamps, times, opened=0) == 0


def test_a_connection_is_ready_after_its_handshake_or_where_there_is_none_when_connected() -> None:
    stamps, times = seen(handshake=400, first=900, total=1000)
    assert connected_ns(stamps, times, opened=1) == START + 400 * US
    plain = CurlTimes(connect=150, handshake=0, first_byte=900, total=1000)
    assert connected_ns(stamps, plain, opened=1) == START + 150 * US


@given(st.integers(0, 2000), LATE, LATE)
def test_a_connection_is_ready_between_asking_and_sending(
    handshake: int, callback: int, end: int
) -> None:
    stamps, times = seen(handshake=handshake, first=900, total=1000, late=(callback, end))
    assert stamps.intended_ns <= connected_ns(stamps, times, opened=1) <= stamps.sent_ns


def test_the_last_byte_of_an_announced_body_completes_it() -> None:
    """Though curl comes to its end two milliseconds later."""
    stamps, times = seen(first=900, total=3000)
    assert done_ns(stamps, times, body_bytes=10, announced_bytes=10) == stamps.last_byte_ns


def test_an_end_mark_completes_what_was_not_announced() -> None:
    stamps, times = seen(first=900, total=3000, late=(0, 700 * US))
    assert done_ns(stamps, times, body_bytes=10, announced_bytes=-1) == START + 3000 * US


def test_an_empty_body_is_complete_with_its_headers_end() -> None:
    stamps, times = seen(first=900, total=901)
    stamps.last_byte_ns = 0
    assert done_ns(stamps, times, body_bytes=0, announced_bytes=0) == START + 901 * US


@given(LATE, LATE, st.integers(-1, 10))
def test_nothing_is_done_before_it_began_or_after_it_was_told(
    callback: int, end: int, announced: int
) -> None:
    stamps, times = seen(first=900, total=1300, late=(callback, end))
    found = done_ns(stamps, times, body_bytes=10, announced_bytes=announced)
    assert stamps.first_byte_ns <= found <= stamps.ended_ns
