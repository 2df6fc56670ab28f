"""Client side of the queue: one connection, jobs to the worker's queue, answers from its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bench.clock import now_ns
from bench.load.clients.amqp_by_library import Requester
from bench.load.clients.http1 import ConnectionClosed
from bench.model.samples import FAILED, OK, PENDING
from scenarios.long_job._caller import Caller, Pursued, Refused

REFUSED = "refused"
"""The type of an answer that is no result."""


class Client(Caller):
    """A broker's confirm acknowledges a job; its answer waits in the queue while the client is
    away."""

    requester: Requester | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._listening = self.session.recorder.code("listening")
        self._waiting: dict[str, tuple[Pursued, asyncio.Future[None]]] = {}
        self._ready = asyncio.Event()
        self._since_ns = self._opened = 0
        self.session.unfinished.add(self._record_listening)

    async def connect(self) -> None:
        session = self.session
        name = f"patternbench.{session.seed}.replies.{self.number}"
        requester = self.requester = Requester(session.wire, name, self._take)
        self._since_ns = now_ns()
        await requester.open(session.address.more["url"])
        requester.ended.add_done_callback(lambda _: self._lost(requester))
        self._ready.set()

    def _lost(self, requester: Requester) -> None:
        """A connection is gone; where its client did not leave, it comes back at once."""
        if requester is self.requester and self._ready.is_set():
            self._ready.clear()
            self._record_listening(now_ns())
            self._coming = asyncio.create_task(self.come_back())

    async def reconnect(self) -> None:
        await self.connect()

    async def pursue(self, job: Pursued) -> None:
        if job.is_known:
            return
        there = asyncio.get_running_loop().create_future()
        self._waiting[job.handle] = job, there
        await self._ready.wait()
        if not job.is_acknowledged:
            await self._send(job)
        await there

    async def _send(self, job: Pursued) -> None:
        assert self.requester is not None
        body = f"{job.seconds:.6f}".encode()
        sent_ns, outcome = now_ns(), PENDING
        try:
            await self.requester.send(self.session.address.more["queue"], job.handle, body)
            outcome = OK
            job.acknowledge(now_ns())
        except ConnectionClosed:
            outcome = FAILED
            raise
        finally:
            now = now_ns()
            job.item.bytes_up += len(body)
            sequence = job.item.sequence
            self.record(
                self.asked,
                outcome,
                self.number,
                sequence,
                sent_ns,
                sent_ns,
                now,
                now,
                len(body),
                0,
            )

    def _take(self, request: str, body: bytes, kind: str, read_ns: int) -> None:
        """An answer; one that comes again is nothing new."""
        if request not in self._waiting:
            return
        job, there = self._waiting.pop(request)
        # It may be here before the broker has confirmed the question.
        job.acknowledge(read_ns)
        try:
            if kind == REFUSED:
                raise Refused(f"job {job.handle}: {body.decode(errors='replace')}")
            self.know(job, body, read_ns)
        except Refused as error:
            if not there.done():
                there.set_exception(error)
            return
        if not there.done():
            there.set_result(None)

    def disconnect(self) -> None:
        self._ready.clear()
        self._record_listening(now_ns())
        if self.requester is not None:
            self.requester.abort()

    def _record_listening(self, until_ns: int) -> None:
        """For how long a connection was open for answers."""
        if self._since_ns:
            since_ns, self._since_ns = self._since_ns, 0
            self.record(
                self._listening,
                OK,
                self.number,
                self._opened,
                since_ns,
                since_ns,
                since_ns,
                until_ns,
                0,
                0,
            )
            self._opened += 1

    def transports(self) -> Sequence[asyncio.Transport]:
        transport = self.requester.transport if self.requester is not None else None
        return [transport] if transport is not None else []

    async def close(self) -> None:
        self._ready.clear()
        if self.requester is not None:
            await self.requester.close()
