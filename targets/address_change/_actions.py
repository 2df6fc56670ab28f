"""The actions of requests: done at the end of their work, counted, once by key where asked.

Knows nothing of protocols.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any

PATH = re.compile(r"/do/(?P<request>[0-9A-Za-z-]{1,80})(?P<once>\?once)?")
LEAST_BODY = 16


class NoRequest(Exception):
    """A path that asks for no action."""


class Actions:
    """Does actions of `work_time`, and knows how often each was done."""

    def __init__(self, load: Any) -> None:
        self._own = load.own
        self._done: Counter[str] = Counter()
        self._by_key: dict[str, asyncio.Task[None]] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self.handshakes = self.moves = 0

    async def reply_to(self, path: str) -> bytes:
        """Do what a request asks for; how often it has been done by then, padded.

        What was begun is done, whatever becomes of who asked.  NoRequest for another path.
        """
        found = PATH.fullmatch(path)
        if found is None:
            raise NoRequest(f"{path[:80]}: ask for /do/ID or /do/ID?once")
        request = found["request"]
        doing = self._by_key.get(request) if found["once"] else None
        if doing is None:
            doing = asyncio.create_task(self._do(request))
            self._under_way.add(doing)
            doing.add_done_callback(self._under_way.discard)
            if found["once"]:
                self._by_key[request] = doing
        await asyncio.shield(doing)
        head = b"%d\n" % self._done[request]
        return head.ljust(self._own.reply_bytes, b".")

    async def _do(self, request: str) -> None:
        await asyncio.sleep(self._own.work_time_s)
        self._done[request] += 1

    def counts(self) -> dict[str, float]:
        """Requests whose action was done, and done more than once; and what connections cost."""
        return {
            "done": len(self._done),
            "doubled": sum(times > 1 for times in self._done.values()),
            "handshakes": self.handshakes,
            "moves": self.moves,
        }
