"""A NATS connection whose library fails is over, whatever it says itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from bench.brokers.nats_core import watch


async def fails() -> None:
    raise RuntimeError("the handler is closed")


async def ends() -> None:
    pass


@pytest.mark.parametrize("reading", [fails, ends])
def test_a_reader_that_ends_or_fails_is_noticed_once(
    reading: Callable[[], Coroutine[None, None, None]],
) -> None:
    told: list[str] = []

    async def work() -> None:
        task = asyncio.create_task(reading())
        watch(task, lambda: told.append("over"))
        await asyncio.wait((task,))
        await asyncio.sleep(0)

    asyncio.run(work())
    assert told == ["over"]


def test_where_the_library_hides_its_reader_nothing_is_watched() -> None:
    watch(None, lambda: pytest.fail("there is nothing to tell"))
