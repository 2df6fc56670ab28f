"""Sessions in Redis: a hash for each, one round trip for each request.

A script reads and changes a session at once: two commands would be two round trips, and would let
another request in between.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import redis.asyncio as redis

from targets._redis import RedisAway, answered, client_of
from targets.sessions._memory import ID_BYTES
from targets.sessions._sessions import (
    Answer,
    OfAnother,
    StoreAway,
    Unknown,
    check_place,
)

PREFIX, ENDED = "session:", "ended:"
ENDED_MS = 60_000
"""So long a logout can be repeated: its answer may have been lost."""

UNKNOWN, FOREIGN, OUT_OF_ORDER = -1, -2, -3

_LIVING = "local key = KEYS[1]"
_LIVING_OR_ENDED = """
local key = KEYS[1]
if redis.call('EXISTS', key) == 0 then key = KEYS[2] end
"""
_FIND = """
local user = redis.call('HGET', key, 'user')
if not user then return {-1} end
if user ~= ARGV[1] then return {-2} end
local count = redis.call('HLEN', key) - 1
"""
_ALL = """
local found = {count}
for place = 0, count - 1 do found[place + 2] = redis.call('HGET', key, tostring(place)) end
"""
OPEN = """
redis.call('HSET', KEYS[1], 'user', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {0}
"""
PUT = (
    _LIVING
    + _FIND
    + """
local place = tonumber(ARGV[2])
if place > count then return {-3, count} end
redis.call('HSET', key, ARGV[2], ARGV[3])
if place == count then count = count + 1 end
"""
    + _ALL
    + "return found"
)
CLOSE = (
    _LIVING_OR_ENDED
    + _FIND
    + _ALL
    + """
if key == KEYS[1] then
    redis.call('RENAME', KEYS[1], KEYS[2])
    redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return found
"""
)


async def told(client: redis.Redis, work: Awaitable[Any], timeout_s: float) -> Any:
    """What Redis answers; StoreAway where it does not."""
    try:
        return await answered(client, work, timeout_s)
    except RedisAway as error:
        raise StoreAway(str(error)) from None


class RedisSessions:
    """By id; Redis forgets those that are older than `life_s`."""

    def __init__(self, url: str, life_s: float, timeout_s: float) -> None:
        self._client = client_of(url)
        self._life_ms, self._timeout_s = round(life_s * 1e3), timeout_s
        self.operations = 0
        self._open, self._put, self._close = map(self._client.register_script, (OPEN, PUT, CLOSE))

    async def start(self) -> None:
        """Nothing to do: connections are opened when requests need them."""

    async def open(self, user: str) -> Answer:
        name = secrets.token_urlsafe(ID_BYTES)
        await self._ask(self._open, name, user, self._life_ms)
        return Answer([], name)

    async def put(self, credential: str, user: str, place: int, item: str) -> Answer:
        check_place(place, place)
        return Answer(await self._ask(self._put, credential, user, place, item))

    async def close(self, credential: str, user: str) -> Answer:
        return Answer(await self._ask(self._close, credential, user, ENDED_MS))

    async def _ask(self, script: Callable[..., Any], name: str, *words: str | int) -> list[str]:
        self.operations += 1
        work = script(keys=[PREFIX + name, ENDED + name], args=list(words))
        code, *found = await told(self._client, work, self._timeout_s)
        if code == UNKNOWN:
            raise Unknown("there is no such session")
        if code == FOREIGN:
            raise OfAnother("this session belongs to another user")
        if code == OUT_OF_ORDER:
            check_place(int(words[1]), int(found[0]))
        return [str(item) for item in found]

    async def stop(self) -> None:
        await self._client.aclose()
