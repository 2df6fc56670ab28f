"""Blocks of rows: what is sent arrives, and what does not is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model.row_blocks import HEADER, Intake, pack
from bench.model.samples import PACK


def rows(*clients: int) -> bytes:
    return b"".join(PACK(1, 0, 0, one, 1, 2, 3, 4, 5, 6, 7) for one in clients)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=20))
def test_blocks_of_all_workers_arrive_and_are_counted(sent: list[tuple[int, int]]) -> None:
    intake, numbers, arrived = Intake(), dict.fromkeys(range(4), 0), b""
    whole = b""
    for worker, count in sent:
        block = rows(*range(count))
        whole += block
        arrived += intake.take(pack(worker, numbers[worker], block))
        numbers[worker] += 1
    assert arrived == whole
    for worker in range(4):
        intake.agree(worker, sum(count for one, count in sent if one == worker))
    assert intake.problems == []


def test_a_block_that_lacks_is_named() -> None:
    intake = Intake()
    intake.take(pack(2, 0, rows(1)))
    assert intake.take(pack(2, 3, rows(4))) == rows(4)
    assert intake.problems == ["worker 2: blocks 1 to 2 of its rows lack"]


def test_a_block_that_comes_twice_counts_once() -> None:
    intake = Intake()
    assert intake.take(pack(0, 0, rows(1, 2))) == rows(1, 2)
    assert intake.take(pack(0, 0, rows(1, 2))) == b""
    assert intake.rows[0] == 2
    assert intake.problems == ["worker 0: block 0 of its rows came twice"]


@pytest.mark.parametrize("at", [0, HEADER.size - 1, HEADER.size + 3, -1])
def test_a_damaged_block_does_not_count(at: int) -> None:
    block = bytearray(pack(0, 0, rows(*range(50))))
    block[at] ^= 0xFF
    intake = Intake()
    taken = intake.take(bytes(block))
    if at:  # the first byte says whose it is, and then it is another's
        assert taken == b""
        assert not intake.rows
        assert "damaged" in intake.problems[0]
    else:
        assert intake.rows[0] == 0


def test_half_a_header_is_damaged() -> None:
    intake = Intake()
    assert intake.take(b"abc") == b""
    assert "damaged" in intake.problems[0]


def test_a_row_that_was_counted_and_did_not_come_is_said() -> None:
    intake = Intake()
    intake.take(pack(1, 0, rows(1, 2)))
    intake.agree(1, 3)
    assert intake.problems == ["worker 1: 3 rows counted, 2 arrived"]
