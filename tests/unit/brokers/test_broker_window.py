"""The window of a publisher: never more under way than it holds, and everybody hears the end."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.brokers.ends import Window


@given(st.integers(1, 20), st.lists(st.integers(1, 5), min_size=1, max_size=60))
def test_no_more_than_the_window_is_under_way(size: int, batches: list[int]) -> None:
    """A broker that confirms so many at once, each batch when the window is full."""

    async def run() -> None:
        answers: list[int] = []
        window = Window(size, lambda cookie, _: answers.append(cookie))
        sent, confirmed, most = 0, 0, 0
        for batch in batches:
            while len(window) < size:
                await window.room()
                sent += 1
                window.put(sent, sent * 10)
                most = max(most, len(window))
            confirmed = min(sent, confirmed + batch)
            window.answered_up_to(confirmed, True)
        window.answered_up_to(sent, True)
        await window.empty()
        assert most == size
        assert answers == [number * 10 for number in range(1, sent + 1)]

    asyncio.run(run())


def test_a_full_window_waits_for_an_answer() -> None:
    async def run() -> None:
        answers: list[tuple[int, bool]] = []
        window = Window(2, lambda *answer: answers.append(answer))
        window.put(1, 10)
        window.put(2, 20)
        waiting = asyncio.create_task(window.room())
        await asyncio.sleep(0)
        assert not waiting.done()
        window.answered(2, False)
        await waiting
        assert answers == [(20, False)]
        window.answered(2, True)
        assert len(answers) == 1, "an answer to none is passed over"

    asyncio.run(run())


def test_where_the_broker_is_gone_nobody_waits_for_ever() -> None:
    async def run() -> None:
        window = Window(1)
        window.put(1, 10)
        waiting = [asyncio.create_task(window.room()), asyncio.create_task(window.empty())]
        await asyncio.sleep(0)
        assert window.broken(ConnectionError("gone")) == [10]
        for one in waiting:
            with pytest.raises(ConnectionError, match="gone"):
                await one
        with pytest.raises(ConnectionError):
            await window.room()

    asyncio.run(run())


def test_a_window_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        Window(0)
