"""How replies are made: when each batch is sent, what is accounted for, which handles are known.

By a clock of the test's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model.proxy import BufferBodies
from scenarios.streamed_reply._plan import Plan, text
from scenarios.streamed_reply.load import BUFFERS, LOAD, PASSES
from targets.streamed_reply import _replies
from targets.streamed_reply._front import front
from targets.streamed_reply._making import Account, made
from targets.streamed_reply._replies import Full, Other, Replies, State
from targets.streamed_reply._server import read_pieces, stamp

MS = 1_000_000
BEGUN = 77 * MS


class Clock:
    """Jumps to each moment that somebody waits for."""

    def __init__(self) -> None:
        self.now_ns = BEGUN

    async def until(self, due_ns: int) -> None:
        self.now_ns = max(self.now_ns, due_ns)


def plan_of(made_ms: list[int], size: int = 3) -> Plan:
    plan = Plan(LOAD(piece_size_bytes=size).own, len(made_ms))
    plan.offsets_ns = [time * MS for time in made_ms]
    return plan


def sendings(made_ms: list[int], batch_ms: int) -> list[tuple[int, bytes, bool]]:
    async def work() -> list[tuple[int, bytes, bool]]:
        clock, found = Clock(), []
        async for batch in made(plan_of(made_ms), BEGUN, batch_ms * MS, clock.until, Account()):
            found.append(((clock.now_ns - BEGUN) // MS, batch.text, batch.is_last))
        return found

    return asyncio.run(work())


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@pytest.mark.parametrize(
    ("made_ms", "batch_ms", "expected"),
    [
        ([10, 20, 30], 0, [(10, 1), (20, 1), (30, 1)]),
        ([10, 20, 30], 10, [(10, 1), (20, 1), (30, 1)]),
        # Two at the moment at which a batch is due go with it.
        ([10, 20, 30, 40, 50], 20, [(10, 1), (30, 2), (50, 2)]),
        ([10, 20, 30, 40, 50], 25, [(10, 1), (35, 2), (50, 2)]),
        ([10, 20, 30, 40, 50], 1000, [(10, 1), (50, 4)]),
        ([10, 11, 100, 101], 20, [(10, 1), (30, 1), (100, 1), (101, 1)]),
        ([0, 0, 0], 0, [(0, 1), (0, 1), (0, 1)]),
        ([0, 0, 0], 5, [(0, 1), (0, 2)]),
        ([40], 100, [(40, 1)]),
    ],
)
def test_batches_are_sent_at_their_times(
    made_ms: list[int], batch_ms: int, expected: list[tuple[int, int]]
) -> None:
    found = sendings(made_ms, batch_ms)
    assert [(when, len(part) // 3) for when, part, _ in found] == expected
    assert b"".join(part for _, part, _ in found) == text(0, 3 * len(made_ms))
    assert [is_last for *_, is_last in found] == [False] * (len(found) - 1) + [True]


@given(st.lists(st.integers(0, 300), min_size=1, max_size=30), st.integers(0, 200))
def test_no_batch_is_early_nor_too_soon_after_another(times: list[int], batch_ms: int) -> None:
    made_ms = sorted(times)
    found = sendings(made_ms, batch_ms)
    sent = 0
    for number, (when, part, is_last) in enumerate(found):
        sent += len(part) // 3
        assert made_ms[sent - 1] <= when
        if number and not is_last:
            assert when - found[number - 1][0] >= batch_ms
    assert found[0][0] == made_ms[0]
    assert found[-1][0] == made_ms[-1]


def test_nothing_is_made_ahead_of_who_takes_it() -> None:
    async def work() -> None:
        account = Account()
        batches = made(plan_of([1, 2, 3, 4]), BEGUN, 0, Clock().until, account)
        assert account.made == 0
        for number in range(1, 4):
            await anext(batches)
            assert account.made == number
        await batches.aclose()
        assert (account.made, account.begun) == (3, 1)

    run(work())


def test_an_account_adds_up_departures() -> None:
    account = Account()
    account.notice()
    account.notice()
    counts = account.counts()
    assert counts["noticed"] == 2
    assert counts["noticed_s"] > 0


@pytest.mark.parametrize(
    "asked", ["", "0", "-1", "1.5", "many", "100001", "1" * 5000, "²", " 5", "5 "]
)
def test_what_is_no_number_of_pieces_is_refused_in_words(asked: str) -> None:
    with pytest.raises(ValueError, match=r"must be a whole number from 1 to 100000") as refused:
        read_pieces(asked)
    assert len(str(refused.value)) < 100


def test_the_largest_number_of_pieces_is_allowed() -> None:
    assert (read_pieces("1"), read_pieces("100000")) == (1, 100_000)


def test_a_stamp_has_one_length() -> None:
    assert len({len(stamp(now)) for now in (0, 5, 10**15, 2**62)}) == 1
    assert int(stamp(123)) == 123


@pytest.mark.parametrize(
    ("kind", "filters"), [(PASSES, ()), (BUFFERS, (BufferBodies("responses"),))]
)
def test_a_proxy_passes_on_or_buffers(kind: str, filters: tuple[BufferBodies, ...]) -> None:
    proxy = front(kind)
    assert (proxy.listeners[0].upgrades, proxy.filters) == (("websocket",), filters)


# --- handles --------------------------------------------------------------------------------


def test_a_handle_goes_from_unknown_to_collected() -> None:
    replies, plan = Replies(), plan_of([1, 2])
    assert replies.state("a") is State.UNKNOWN
    reply, is_new = replies.begin("a", plan)
    assert is_new
    assert replies.begin("a", plan) == (reply, False)
    with pytest.raises(Other, match="pieces=3: reply a has 2"):
        replies.begin("a", plan_of([1, 2, 3]))
    assert not reply.is_complete
    reply.text += text(0, 6)
    assert reply.is_complete
    replies.collect("a")
    assert replies.state("a") is State.COLLECTED
    assert len(replies) == 0


def test_as_many_replies_as_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    replies, plan = Replies(), plan_of([1, 2])
    monkeypatch.setattr(_replies, "MOST_KEPT_BYTES", 12)
    replies.begin("a", plan)
    replies.begin("b", plan)
    with pytest.raises(Full, match="2 replies are kept already"):
        replies.begin("c", plan)
    replies.collect("a")
    replies.begin("c", plan)
    monkeypatch.setattr(_replies, "MOST_KEPT_BYTES", 1000)
    monkeypatch.setattr(_replies, "MOST_REPLIES", 2)
    with pytest.raises(Full):
        replies.begin("d", plan)


def test_collected_handles_are_forgotten_when_they_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_replies, "MOST_COLLECTED", 1)
    replies = Replies()
    for name in "ab":
        replies.begin(name, plan_of([1]))
        replies.collect(name)
    assert (replies.state("a"), replies.state("b")) == (State.UNKNOWN, State.COLLECTED)


def test_a_reply_for_which_nobody_asks_is_forgotten() -> None:
    replies = Replies()
    old, _ = replies.begin("old", plan_of([1]))
    replies.begin("new", plan_of([1]))
    old.asked_ns -= 10_000 * MS
    assert replies.forget_abandoned(5.0) == [old]
    assert replies.state("old") is State.UNKNOWN
    assert replies.state("new") is State.THERE
    assert replies.forget_abandoned(5.0) == []
