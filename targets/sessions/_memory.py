"""Sessions in the memory of one backend: they end with its process, and no other knows them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.clock import now_ns
from targets.sessions._sessions import Answer, OfAnother, Unknown, with_item

ID_BYTES = 24
"""Of a session's id: 32 characters that nobody guesses."""


@dataclass
class _Session:
    user: str
    ends_ns: int
    basket: list[str] = field(default_factory=list)


class MemorySessions:
    """By id; those that are older than `life_s` are forgotten.  `clock` gives nanoseconds."""

    operations = 0

    def __init__(self, life_s: float, clock: Callable[[], int] = now_ns) -> None:
        self._life_ns, self._clock = round(life_s * 1e9), clock
        self._sessions: dict[str, _Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    async def start(self) -> None:
        """Nothing to do."""

    async def open(self, user: str) -> Answer:
        self._forget_old()
        name = secrets.token_urlsafe(ID_BYTES)
        self._sessions[name] = _Session(user, self._clock() + self._life_ns)
        return Answer([], name)

    async def put(self, credential: str, user: str, place: int, item: str) -> Answer:
        found = self._of(credential, user)
        found.basket = with_item(found.basket, place, item)
        return Answer(found.basket)

    async def close(self, credential: str, user: str) -> Answer:
        found = self._of(credential, user)
        del self._sessions[credential]
        return Answer(found.basket)

    async def stop(self) -> None:
        """Nothing to do."""

    def _of(self, name: str, user: str) -> _Session:
        found = self._sessions.get(name)
        if found is None or found.ends_ns <= self._clock():
            raise Unknown("there is no such session")
        if found.user != user:
            raise OfAnother("this session belongs to another user")
        return found

    def _forget_old(self) -> None:
        """The oldest stand first: all live equally long."""
        now = self._clock()
        while self._sessions:
            name = next(iter(self._sessions))
            if self._sessions[name].ends_ns > now:
                return
            del self._sessions[name]
