"""The request is answered when the job is done; whoever leaves before has no way to the result."""

from __future__ import annotations

from aiohttp import web

from targets.long_job._server import WorkServer, seconds_of
from targets.long_job._workers import Job

TITLE = "blocking request"
EXAMPLE = "curl -i -X POST 'http://{host}:{port}/jobs?seconds=0.5'"


class Target(WorkServer):
    """POST /jobs waits for its job.  Work that has been asked for is done, whoever has left."""

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/jobs", self.jobs)]

    async def jobs(self, request: web.Request) -> web.Response:
        job = self.workers.put(Job("", seconds_of(request)))
        await job.done.wait()
        return web.Response(body=job.result)
