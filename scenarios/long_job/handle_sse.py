"""Client side of SSE: an event stream of the job's own, closed when its event is here."""

from __future__ import annotations

import asyncio

from bench.clock import now_ns
from bench.load.clients.http1 import ConnectionClosed, Http1Stream, get
from bench.load.clients.sse import EventStreamParser
from bench.model.samples import FAILED, OK, PENDING
from scenarios.long_job._caller import Pursued, Refused
from scenarios.long_job._http import DONE, HandleCaller


class Client(HandleCaller):
    """A new connection for each stream, as a browser's EventSource has."""

    async def learn(self, job: Pursued, path: str) -> None:
        session = self.session
        parser, sent_ns, got = EventStreamParser(), now_ns(), 0
        there: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_part(part: bytes, read_ns: int) -> None:
            nonlocal got
            got += len(part)
            for event in parser.feed(part):
                if event.type == b"finished":
                    self.know(job, event.data, read_ns)
                    if not there.done():
                        there.set_result(None)

        headers = "Accept: text/event-stream\r\n"
        request = get(f"{path}/events", session.host, session.port, headers)
        stream = await Http1Stream.open(session.engine, session.host, session.port, session.wire)
        self.kept.hold(stream)
        outcome, first_byte_ns = PENDING, 0
        try:
            status = await stream.stream(request, on_part)
            first_byte_ns = now_ns()
            if status != DONE:
                raise Refused(f"HTTP {status} for {path}/events")
            await asyncio.wait((there, stream.ended), return_when=asyncio.FIRST_COMPLETED)
            if not job.is_known:
                raise ConnectionClosed("the stream ended before its event")
            outcome = OK
        except OSError:
            outcome = FAILED
            raise
        finally:
            self.kept.drop(stream)
            size = len(request)
            self.record_request(job, outcome, 0, sent_ns, first_byte_ns, now_ns(), size, got)
