"""A handle at once; a request for the result is held until it is there, or a timeout."""

from __future__ import annotations

import asyncio
import contextlib

from aiohttp import web

from targets.long_job._server import HandleServer, reply

TITLE = "handle, long polling"
EXAMPLE = "curl -i -X PUT 'http://{host}:{port}/jobs/abc?seconds=0.5'"


class Target(HandleServer):
    """As short polling, but GET /jobs/HANDLE waits."""

    async def status(self, request: web.Request) -> web.Response:
        job = self.known(request)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.load.own.long_poll_timeout_s):
                await job.done.wait()
        return reply(job)
