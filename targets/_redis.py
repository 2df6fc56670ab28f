"""Redis as parts ask it: no attempt of its own after one that failed, and one error for all.

Knows nothing of what is kept there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError


class RedisAway(Exception):
    """It does not answer in time, or cannot be reached."""


def client_of(url: str) -> redis.Redis:
    """A client that does not try again by itself: who asks decides that."""
    return redis.Redis.from_url(url, decode_responses=True, retry=Retry(NoBackoff(), 0))


async def answered(client: redis.Redis, work: Awaitable[Any], timeout_s: float) -> Any:
    """What Redis answers to a command of `client`; RedisAway where it does not."""
    try:
        async with asyncio.timeout(timeout_s):
            return await work
    except (RedisError, OSError, TimeoutError) as error:
        raise RedisAway(f"the store does not answer: {type(error).__name__}") from None
    except RuntimeError as error:
        # So uvloop calls a connection that is closed.  The pool would hand it out again.
        await client.connection_pool.disconnect(inuse_connections=False)
        raise RedisAway(f"the store closed a connection: {error}") from None
