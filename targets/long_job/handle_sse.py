"""A handle at once; the server tells of the result in an event stream of the job's own."""

from __future__ import annotations

import asyncio
import contextlib

from aiohttp import web

from targets.long_job._server import HandleServer
from targets.long_job._workers import Job

TITLE = "handle, SSE"
EXAMPLE = "curl -i -X PUT 'http://{host}:{port}/jobs/abc?seconds=0.5'"
KEEP_ALIVE_S = 15.0


class Target(HandleServer):
    """GET /jobs/HANDLE/events has one event, `finished`, and ends; a comment every 15 s before."""

    def routes(self) -> list[web.RouteDef]:
        return [*super().routes(), web.get("/jobs/{handle}/events", self.events)]

    async def events(self, request: web.Request) -> web.StreamResponse:
        job = self.known(request)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        response.enable_chunked_encoding()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):  # the client is gone
            await self.tell(response, job)
        return response

    async def tell(self, response: web.StreamResponse, job: Job) -> None:
        """Write the event once the job is done."""
        while not job.finished_ns:
            try:
                async with asyncio.timeout(KEEP_ALIVE_S):
                    await job.done.wait()
            except TimeoutError:
                await response.write(b":\n\n")
        await response.write(b"event: finished\ndata: %b\n\n" % job.result)
        await response.write_eof()
