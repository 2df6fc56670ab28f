"""Client side of the queue: requests to the first service's queue, answers from its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from bench.clock import now_ns
from bench.load.clients.amqp_by_library import Requester
from bench.load.clients.http1 import ConnectionClosed
from bench.load.working import WorkItem
from scenarios.chain._requester import ChainClient, Refused, Unanswered

REFUSED = "refused"
"""The type of an answer that is none."""


class Client(ChainClient):
    """The broker's confirm must come in time, or the request is given up; its answer may be late.

    It does not ask again: each service does that itself.
    """

    requester: Requester | None = None

    async def connect(self) -> None:
        session = self.session
        self.tries = 1
        self._waiting: dict[str, asyncio.Future[int]] = {}
        name = f"patternbench.{session.seed}.chain.replies.{self.number}"
        requester = self.requester = Requester(session.wire, name, self._take)
        await requester.open(session.address.more["url"])
        requester.ended.add_done_callback(lambda _: self._lost())

    async def attempt(self, item: WorkItem, way: list[int]) -> None:
        assert self.requester is not None
        name = str(item.sequence)
        answer = self._waiting[name] = asyncio.get_running_loop().create_future()
        body = ",".join(map(str, way[1:])).encode()
        item.bytes_up += len(body)
        queue = f"{self.session.address.more['prefix']}{way[0]}"
        try:
            async with asyncio.timeout(self.patience_s):
                await self.requester.send(queue, name, body)
            item.first_byte_ns = now_ns()
            item.done_ns = await answer
        except TimeoutError:
            raise Refused("the broker did not confirm in time") from None
        except ConnectionClosed as error:
            raise Refused(str(error)) from None
        finally:
            self._waiting.pop(name, None)
            if answer.done() and not answer.cancelled():
                answer.exception()  # an answer that nobody waits for any more

    def _take(self, request: str, body: bytes, kind: str, read_ns: int) -> None:
        answer = self._waiting.get(request)
        if answer is None or answer.done():
            return
        if kind == REFUSED:
            answer.set_exception(Unanswered(body.decode(errors="replace")))
        else:
            answer.set_result(read_ns)

    def _lost(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionClosed("the broker closed the connection"))

    def transports(self) -> Sequence[asyncio.Transport]:
        transport = self.requester.transport if self.requester is not None else None
        return [transport] if transport is not None else []

    async def close(self) -> None:
        if self.requester is not None:
            with contextlib.suppress(ConnectionError):
                await self.requester.close()
