"""What servers have done, in Redis: how often, and what it left.

PUT sets a value to 1, which may be done again; POST adds 1.  Both count how often they were done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import redis.asyncio as redis

Done = dict[str, tuple[int, int]]
"""By call: how often it was done, and the value that it left."""


class Effects:
    """Those of one trial, which `name` tells apart from others."""

    def __init__(self, url: str, name: str) -> None:
        self._redis = redis.Redis.from_url(url)
        self._times, self._values = keys_of(name)

    async def have(self, method: str, call: str) -> None:
        """Do it; redis.RedisError where that fails."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hincrby(self._times, call, 1)
        if method == "POST":
            pipeline.hincrby(self._values, call, 1)
        else:
            pipeline.hset(self._values, call, "1")
        await pipeline.execute()

    async def read(self) -> Done:
        """All that was done."""
        times = await self._redis.hgetall(self._times)
        values = await self._redis.hgetall(self._values)
        return joined(times, values)

    async def forget(self) -> None:
        """Leave nothing in Redis."""
        await self._redis.delete(self._times, self._values)

    async def close(self) -> None:
        await self._redis.aclose()


def keys_of(name: str) -> tuple[str, str]:
    """The hashes of a trial: how often each call was done, and what it left."""
    return f"{name}:times", f"{name}:values"


def joined(times: Mapping[Any, Any], values: Mapping[Any, Any]) -> Done:
    """Both hashes by call."""
    return {
        bytes(call).decode(): (int(count), int(values.get(call, 0)))
        for call, count in times.items()
    }
