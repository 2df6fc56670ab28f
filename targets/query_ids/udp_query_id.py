"""One socket for all clients: what the server must know of a query is in the query."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from targets._target import BaseTarget
from targets.query_ids._answers import Answers

TITLE = "UDP"
EXAMPLE = "dig @{host} -p {port} +short TXT q0.c0.patternbench.test"


class Ears(asyncio.DatagramProtocol):
    """Hands each datagram on with its sender."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def datagram_received(self, data: bytes, address: tuple[str | Any, int]) -> None:
        self._target.asked(data, address)


class Target(BaseTarget):
    """Each query is answered when its time has come.  Forged answers come at once.

    The forger is part of the server's process: it knows a client's address and port, which others
    would have to guess, and has the server's own address, as a forged source would.
    """

    async def start(self, port: int) -> int:
        self.answers = Answers(self.load, self.seed)
        self._loop = asyncio.get_running_loop()
        self._own = await self._socket(port)
        self._stranger = await self._socket(0)
        return int(self._own.get_extra_info("sockname")[1])

    async def _socket(self, port: int) -> asyncio.DatagramTransport:
        transport, _ = await self._loop.create_datagram_endpoint(
            lambda: Ears(self), local_addr=(self.host, port)
        )
        return transport

    def asked(self, data: bytes, address: tuple[str | Any, int]) -> None:
        """A query of whoever is at this address."""
        answers = self.answers
        query = answers.read(data)
        if query is None:
            return
        message, delay_s = answers.right(query)
        send = answers.counted(partial(self._own.sendto, message, address))
        self._loop.call_later(delay_s, send)
        if answers.is_attacked():
            self._stranger.sendto(answers.with_right_id(query), address)
            self._own.sendto(answers.with_other_id(query), address)

    def counts(self) -> dict[str, float]:
        return self.answers.counts()

    async def stop(self) -> None:
        self._own.close()
        self._stranger.close()
