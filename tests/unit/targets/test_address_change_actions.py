"""Actions of `address_change`: done at the end of their work, once by key, whoever goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from scenarios.address_change.load import LOAD
from targets.address_change._actions import Actions, NoRequest


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def actions(**load: Any) -> Actions:
    return Actions(LOAD(**{"work_time_s": 0.0, "reply_bytes": 32, **load}))


def test_each_request_is_done_and_counted() -> None:
    async def work() -> None:
        found = actions()
        assert await found.reply_to("/do/a") == b"1\n".ljust(32, b".")
        assert await found.reply_to("/do/b") == b"1\n".ljust(32, b".")
        assert (await found.reply_to("/do/a"))[:2] == b"2\n"
        assert found.counts() == {"done": 2, "doubled": 1, "handshakes": 0, "moves": 0}

    run(work())


def test_a_key_is_done_once_even_while_it_is_under_way() -> None:
    async def work() -> None:
        found = actions()
        bodies = await asyncio.gather(*(found.reply_to("/do/a?once") for _ in range(3)))
        assert len(set(bodies)) == 1
        assert await found.reply_to("/do/a?once") == bodies[0]
        assert found.counts()["doubled"] == 0

    run(work())


def test_what_was_begun_is_done_though_nobody_waits() -> None:
    async def work() -> None:
        found = actions()
        asking = asyncio.create_task(found.reply_to("/do/a"))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await asyncio.gather(*found._under_way)
        assert found.counts()["done"] == 1

    run(work())


@pytest.mark.parametrize("path", ["/", "/do/", "/do/a/b", "/do/a?twice", "/do/" + "a" * 81, "do/a"])
def test_other_paths_ask_for_nothing(path: str) -> None:
    async def work() -> None:
        found = actions()
        with pytest.raises(NoRequest):
            await found.reply_to(path)
        assert found.counts()["done"] == 0

    run(work())
