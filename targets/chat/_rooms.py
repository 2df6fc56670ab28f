"""Rooms in memory: what is said in each, in order, and who follows it.

A room keeps the last messages only, so that members who do not read cost no more than that.
Knows nothing of how a message comes or goes.
"""

from __future__ import annotations

from bench.clock import now_ns
from scenarios.chat._text import notice, numbered
from targets._events import Event, Feed

NOBODY = -1
"""Who speaks where a room is told that a member came or went."""


class Message(Event):
    """One message of a room."""

    __slots__ = ("speaker",)

    def __init__(self, sequence: int, payload: bytes, speaker: int) -> None:
        super().__init__(sequence, payload)
        self.speaker = speaker


class Room:
    """What is said in one room; numbers from 1 without gaps."""

    def __init__(self, kept: int) -> None:
        self.feed = Feed(kept)

    def say(self, speaker: int, text: bytes) -> None:
        """Give a text the next number, and wake whoever waits for it."""
        position = self.feed.last + 1
        self.feed.append(Message(position, numbered(text, position), speaker))

    def tell(self, sign: bytes, member: int, visit: int) -> None:
        """That a member came or went."""
        self.say(NOBODY, notice(sign, member, visit))


class View:
    """A room as one member follows it: without its own messages."""

    def __init__(self, room: Room, member: int) -> None:
        self._feed, self._member = room.feed, member

    @property
    def last(self) -> int:
        return self._feed.last

    def since(self, sequence: int) -> list[Event]:
        """What the others said after `sequence`, as far as it is kept."""
        return self._others(self._feed.since(sequence))

    async def wait(self, sequence: int, timeout_s: float | None = None) -> list[Event]:
        """The same, as soon as there is something; [] at the timeout."""
        ends_ns = None if timeout_s is None else now_ns() + round(timeout_s * 1e9)
        while True:
            left_s = None if ends_ns is None else max(0.0, (ends_ns - now_ns()) / 1e9)
            found = await self._feed.wait(sequence, left_s)
            others = self._others(found)
            if others or not found:
                return others
            sequence = found[-1].sequence

    def _others(self, events: list[Event]) -> list[Event]:
        return [one for one in events if one.speaker != self._member]  # type: ignore[attr-defined]
