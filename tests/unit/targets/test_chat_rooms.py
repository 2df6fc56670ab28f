"""Rooms: what each member follows, and what is kept for those who are behind."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from scenarios.chat._text import CAME, position_of, read_notice
from targets.chat._rooms import Room, View

LINE = b"a message of a member ................"


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(0, 3), st.integers(-1, 31))
def test_a_member_follows_what_the_others_say(said: list[int], member: int, after: int) -> None:
    room = Room(1000)
    for speaker in said:
        room.say(speaker, LINE)
    numbers = [one.sequence for one in View(room, member).since(after)]
    assert numbers == [n for n, speaker in enumerate(said, 1) if speaker != member and n > after]
    assert View(room, member).last == len(said)


def test_a_message_has_its_number_in_the_room() -> None:
    room = Room(1000)
    for _ in range(3):
        room.say(0, LINE)
    assert [position_of(one.payload) for one in room.feed.since(0)] == [1, 2, 3]


@given(st.integers(1, 20), st.integers(0, 60))
def test_a_room_keeps_no_more_than_it_is_asked_to(kept: int, said: int) -> None:
    """So who does not read costs no more than that, however much is said."""
    room = Room(kept)
    for _ in range(said):
        room.say(0, LINE)
    held = View(room, 1).since(0)
    assert len(held) == min(kept, said)
    assert [one.sequence for one in held] == list(range(said - len(held) + 1, said + 1))


def test_everybody_is_told_who_came() -> None:
    room = Room(10)
    room.tell(CAME, 2, 1)
    (event,) = View(room, 2).since(0)
    assert read_notice(event.payload) == (CAME, 2, 1)


def test_who_waits_is_not_woken_by_its_own_message() -> None:
    async def run() -> None:
        room = Room(10)
        waiting = asyncio.ensure_future(View(room, 1).wait(0))
        await asyncio.sleep(0)
        room.say(1, LINE)
        for _ in range(5):
            await asyncio.sleep(0)
        assert not waiting.done()
        room.say(2, LINE)
        assert [one.sequence for one in await waiting] == [2]
        assert await View(room, 2).wait(1, 0.0) == []

    asyncio.run(run())
