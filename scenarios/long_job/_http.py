"""A client over HTTP: a connection for each request under way, and handles in three requests.

Connections are kept and used again.  Knows nothing of how its client learns that a job is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection, Reply
from bench.load.clients.kept import KeptConnections
from bench.model.samples import EMPTY, FAILED, OK, PENDING
from scenarios.long_job._caller import Caller, Pursued, Refused

DONE, ACCEPTED, COLLECTED, GONE = 200, 202, 204, 410


class HttpCaller(Caller):
    """Asks on an idle connection, or a new one."""

    abstract = True

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.kept = KeptConnections(self._opened)

    async def connect(self) -> None:
        await self.kept.prepare()

    async def _opened(self) -> Http1Connection:
        session = self.session
        return await Http1Connection.open(session.engine, session.host, session.port, session.wire)

    async def ask(self, job: Pursued, method: str, path: str, due_ns: int = 0) -> Reply:
        """One request and its reply; recorded, however it ends."""
        sent_ns = now_ns()
        async with self.kept.one() as connection:
            data = self.request(method, path)
            try:
                reply = await connection.request(data)
            except BaseException as error:
                outcome = FAILED if isinstance(error, OSError) else PENDING
                self.record_request(job, outcome, due_ns, sent_ns, 0, now_ns(), len(data), 0)
                raise
        outcome = FAILED if reply.status >= 400 else OK
        if method == "GET" and reply.status == ACCEPTED:
            outcome = EMPTY
        up, down = len(data), reply.bytes_down
        self.record_request(
            job, outcome, due_ns, sent_ns, reply.first_byte_ns, reply.done_ns, up, down
        )
        return reply

    def request(self, method: str, path: str) -> bytes:
        """The bytes of a request without a body."""
        host = f"{self.session.host}:{self.session.port}"
        length = "" if method == "GET" else "Content-Length: 0\r\n"
        return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{length}\r\n".encode()

    def record_request(
        self,
        job: Pursued,
        outcome: int,
        due_ns: int,
        sent_ns: int,
        first_byte_ns: int,
        done_ns: int,
        up: int,
        down: int,
    ) -> None:
        """A request of a job; due when it is sent, but where a client asks by its clock."""
        sequence = job.item.sequence
        intended_ns = due_ns or sent_ns
        self.record(
            self.asked,
            outcome,
            self.number,
            sequence,
            intended_ns,
            sent_ns,
            first_byte_ns,
            done_ns,
            up,
            down,
        )
        job.item.bytes_up += up

    def disconnect(self) -> None:
        self.kept.close()

    def transports(self) -> Sequence[asyncio.Transport]:
        return self.kept.transports()

    async def close(self) -> None:
        self.disconnect()


class HandleCaller(HttpCaller):
    """PUT for a handle, whatever the pattern does to learn of the result, DELETE once it is here.

    The client chooses the handle, so that it can ask again for a job whose acknowledgement it did
    not get.
    """

    abstract = True

    async def pursue(self, job: Pursued) -> None:
        path = f"/jobs/{job.handle}"
        if not job.is_acknowledged:
            reply = await self.ask(job, "PUT", f"{path}?seconds={job.seconds:.6f}")
            expect(reply, ACCEPTED)
            job.acknowledge(reply.done_ns)
        if not job.is_known:
            await self.learn(job, path)
        reply = await self.ask(job, "DELETE", path)
        # It may have been collected by a request whose answer was lost.
        expect(reply, COLLECTED, *([GONE] if job.tries > 1 else []))

    async def learn(self, job: Pursued, path: str) -> None:
        """Return when the result is known."""
        raise NotImplementedError


def expect(reply: Reply, *wanted: int) -> None:
    """Refused where a reply has another status."""
    if reply.status not in wanted:
        words = reply.body.decode(errors="replace").strip()
        raise Refused(f"HTTP {reply.status}: {words}")
