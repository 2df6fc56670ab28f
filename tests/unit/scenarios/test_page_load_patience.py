"""A page of somebody else's server comes, fails, or is given up with a reason; it never hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from bench.model.load import Window
from scenarios.page_load._patience import TRYING_S, all_come, patience_s

PATHS = ("/", "/a", "/b")


def coming(states: Sequence[Any], port: int = 0) -> list[Any]:
    """Resources that have come (a number), failed (an error) or hang (None); no time passes."""

    async def work() -> list[Any]:
        fetches: list[asyncio.Future[Any]] = []
        for state in states:
            one: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            if isinstance(state, Exception):
                one.set_exception(state)
            elif state is not None:
                one.set_result(state)
            fetches.append(one)
        return await all_come(fetches, PATHS, 0.0, port)

    return asyncio.run(work())


def test_what_came_is_given_in_the_order_in_which_it_was_asked_for() -> None:
    assert coming([3, 1, 2]) == [3, 1, 2]


@pytest.mark.parametrize(
    ("states", "port", "words"),
    [
        ([1, None, None], 0, "2 of 3 resources had not come after 0 s, the first of them /a; look"),
        ([1, None, 3], 443, "1 of 3 resources had not come .* of them /a; look at the server, or"),
        ([None] * 3, 443, "3 of 3 resources .* of them /; HTTP/3 needs a server .* UDP, port 443$"),
    ],
)
def test_what_hangs_is_given_up_and_told(states: Sequence[Any], port: int, words: str) -> None:
    with pytest.raises(TimeoutError, match=f"^{words}") as caught:
        coming(states, port)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "port", "words"),
    [
        (ConnectionError("refused"), 0, "refused$"),
        (ConnectionError("refused"), 8443, "refused; HTTP/3 needs .* UDP, port 8443$"),
        (ValueError("ours"), 8443, "ours$"),
    ],
)
def test_an_error_is_raised_though_others_hang(error: Exception, port: int, words: str) -> None:
    with pytest.raises(type(error), match=f"^{words}"):
        coming([1, error, None], port)


def test_a_page_may_take_as_long_as_what_comes_after_the_window() -> None:
    assert patience_s(True, 60.0) == TRYING_S
    assert patience_s(False, 60.0) == 60.0
    assert patience_s(False, 0.0) >= Window().drain_s > TRYING_S
