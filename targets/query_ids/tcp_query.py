"""A connection for each client: queries come one after the other, answers as they are ready."""

from __future__ import annotations

import asyncio
from functools import partial

from scenarios.query_ids import _dns as dns
from targets._target import BACKLOG, BaseTarget
from targets.query_ids._answers import Answers

TITLE = "TCP"
EXAMPLE = "dig @{host} -p {port} +tcp +short TXT q0.c0.patternbench.test"


class Connection(asyncio.Protocol):
    """One client's: cuts the stream into queries, and answers each when its time has come.

    What is no query ends it: where the next one would begin is not known.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._rest = b""
        self._call_later = asyncio.get_running_loop().call_later

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._answers.connections += 1

    def data_received(self, data: bytes) -> None:
        messages, self._rest = dns.split(self._rest + data)
        if not all(map(self._asked, messages)):
            self._transport.abort()

    def _asked(self, message: bytes) -> bool:
        query = self._answers.read(message)
        if query is None:
            return False
        answer, delay_s = self._answers.right(query)
        self._call_later(delay_s, self._answers.counted(partial(self._send, dns.framed(answer))))
        return True

    def _send(self, framed: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(framed)


class Target(BaseTarget):
    """Queries on a connection do not wait for each other (RFC 7766, 6.2.1.1)."""

    async def start(self, port: int) -> int:
        self.answers = Answers(self.load, self.seed)
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(
            lambda: Connection(self.answers), self.host, port, backlog=BACKLOG
        )
        return int(self.server.sockets[0].getsockname()[1])

    def counts(self) -> dict[str, float]:
        return self.answers.counts()

    async def stop(self) -> None:
        self.server.close()
