"""What every way of keeping sessions must do, and why it refuses.

Knows nothing of HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

MOST_PLACES = 64


class Refusal(Exception):
    """A request that is not granted; `status` is HTTP's."""

    status = 400


class Unknown(Refusal):
    """There is no such session (any more), or the token is none of ours."""

    status = 401


class OfAnother(Refusal):
    """The session belongs to another user."""

    status = 403


class OutOfOrder(Refusal):
    """The place lies beyond the next free one."""

    status = 409


class StoreAway(Refusal):
    """The store does not answer."""

    status = 503


@dataclass(frozen=True)
class Answer:
    """The basket, and the credential to come back with where it has changed."""

    basket: Sequence[str]
    credential: str = ""


class Sessions(Protocol):
    """Where sessions are kept.  Each call raises a Refusal where it is not granted."""

    operations: int
    """Requests to a store."""

    async def start(self) -> None:
        """Be ready for requests."""

    async def open(self, user: str) -> Answer:
        """A new session with an empty basket."""

    async def put(self, credential: str, user: str, place: int, item: str) -> Answer:
        """Lay an item at a place of the basket: the same again changes nothing."""

    async def close(self, credential: str, user: str) -> Answer:
        """End the session; its basket for the last time.

        Where a store keeps it, the same again changes nothing.
        """

    async def stop(self) -> None:
        """Let go of everything."""


def check_place(place: int, count: int) -> None:
    """OutOfOrder unless the place is one of `count` taken ones, or the next."""
    if not 0 <= place < MOST_PLACES:
        raise OutOfOrder(f"place {place}: those of a basket are 0 to {MOST_PLACES - 1}")
    if place > count:
        raise OutOfOrder(f"place {place}: the next free one is {count}")


def with_item(basket: Sequence[str], place: int, item: str) -> list[str]:
    """The basket with an item at a place; OutOfOrder where it has no such place."""
    check_place(place, len(basket))
    return [*basket[:place], item, *basket[place + 1 :]]
