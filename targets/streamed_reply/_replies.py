"""The replies that a server knows by their handles: made, collected, forgotten.

A reply is made whether or not anybody asks, until nobody has asked for so long that it is given
up.  Knows nothing of HTTP.
"""

from __future__ import annotations

import asyncio
from enum import Enum

from bench.clock import now_ns
from bench.plan.arrivals import SECOND_NS
from scenarios.streamed_reply._plan import Plan

MOST_KEPT_BYTES = 256_000_000
"""Of all replies together, as they will be when they are made."""

MOST_REPLIES = 10_000
MOST_COLLECTED = 100_000
"""Handles of collected replies that are still known."""


class State(Enum):
    """What a handle stands for."""

    UNKNOWN = "unknown"
    THERE = "there"
    COLLECTED = "collected"


class Full(Exception):
    """As much as can be kept."""


class Other(Exception):
    """The handle is that of another reply."""


class Reply:
    """What has been made of one reply, and when it was last asked for."""

    __slots__ = ("asked_ns", "begun_ns", "plan", "task", "text")

    def __init__(self, plan: Plan, begun_ns: int) -> None:
        self.plan, self.begun_ns = plan, begun_ns
        self.asked_ns = begun_ns
        self.text = bytearray()
        self.task: asyncio.Task[None] | None = None

    @property
    def is_complete(self) -> bool:
        return len(self.text) == self.plan.size_bytes


class Replies:
    """Replies by handle."""

    def __init__(self) -> None:
        self._there: dict[str, Reply] = {}
        self._collected: dict[str, None] = {}
        self._kept_bytes = 0

    def state(self, handle: str) -> State:
        if handle in self._there:
            return State.THERE
        return State.COLLECTED if handle in self._collected else State.UNKNOWN

    def get(self, handle: str) -> Reply:
        """A reply that is there; KeyError where there is none."""
        return self._there[handle]

    def begin(self, handle: str, plan: Plan) -> tuple[Reply, bool]:
        """The reply of a handle, and whether it is new: to ask again begins no other.

        Other where it was asked for with another length, Full where there is no room.
        """
        known = self._there.get(handle)
        if known is not None:
            if len(known.plan) != len(plan):
                raise Other(f"pieces={len(plan)}: reply {handle} has {len(known.plan)}")
            return known, False
        if len(self._there) >= MOST_REPLIES or (
            self._kept_bytes + plan.size_bytes > MOST_KEPT_BYTES
        ):
            raise Full(f"{len(self._there):,} replies are kept already; ask later")
        reply = self._there[handle] = Reply(plan, now_ns())
        self._kept_bytes += plan.size_bytes
        return reply, True

    def collect(self, handle: str) -> None:
        """Its reader has all of it: forget it, and know that it was there."""
        self._forget(handle)
        self._collected[handle] = None
        if len(self._collected) > MOST_COLLECTED:
            del self._collected[next(iter(self._collected))]

    def forget_abandoned(self, abandon_s: float) -> list[Reply]:
        """Forget those for which nobody has asked for so long; returns them."""
        before_ns = now_ns() - round(abandon_s * SECOND_NS)
        found = {name: one for name, one in self._there.items() if one.asked_ns < before_ns}
        for name in found:
            self._forget(name)
        return list(found.values())

    def _forget(self, handle: str) -> None:
        self._kept_bytes -= self._there.pop(handle).plan.size_bytes

    def __len__(self) -> int:
        return len(self._there)
