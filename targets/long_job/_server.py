"""An HTTP server that hands out handles; a pattern says how their callers learn of the result.

    PUT /jobs/HANDLE?seconds=S   202 and the job is in line; again, and it is the same job
    GET /jobs/HANDLE             200 with the result, 202 while there is none
    DELETE /jobs/HANDLE          204: the caller has the result, and the server may forget it

404: no such job, or its result has expired.  409: not finished, or another job.  410: collected
already.  503: too many jobs.
"""

from __future__ import annotations

import re

from aiohttp import web

from targets._web import WebTarget
from targets.long_job._jobs import Full, Jobs, Other, State
from targets.long_job._workers import Job, Workers, read_seconds

HANDLE = re.compile(r"[A-Za-z0-9_-]{1,64}")
RETRY_AFTER_S = 1


class WorkServer(WebTarget):
    """An application with workers behind it."""

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.workers = Workers(self.load, self.finished)

    def finished(self, job: Job) -> None:
        """A worker has done a job."""

    async def start(self, port: int) -> int:
        self.workers.start()
        return await super().start(port)

    def counts(self) -> dict[str, float]:
        return self.workers.counts()

    async def stop(self) -> None:
        await self.workers.stop()


def seconds_of(request: web.Request) -> float:
    """How long the job is to take; HTTP 400 where the query does not say."""
    try:
        return read_seconds(request.query.get("seconds", ""))
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"{error}\n") from None


class HandleServer(WorkServer):
    """Answers at once with a handle that its caller has chosen, and keeps results."""

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)
        self.jobs = Jobs(self.workers, self.load.own.keep_s)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.put("/jobs/{handle}", self.ask),
            web.get("/jobs/{handle}", self.status),
            web.delete("/jobs/{handle}", self.collect),
        ]

    def finished(self, job: Job) -> None:
        self.jobs.finished(job)

    async def ask(self, request: web.Request) -> web.Response:
        handle, seconds = request.match_info["handle"], seconds_of(request)
        if not HANDLE.fullmatch(handle):
            raise web.HTTPBadRequest(
                text=f"handle={handle[:70]}: must be 1 to 64 letters, digits, - or _\n"
            )
        if self.jobs.state(handle) is State.COLLECTED:
            raise _gone(handle)
        try:
            self.jobs.ask(handle, seconds)
        except Other as error:
            raise web.HTTPConflict(text=f"{error}\n") from None
        except Full as error:
            raise web.HTTPServiceUnavailable(
                text=f"{error}\n", headers={"Retry-After": str(RETRY_AFTER_S)}
            ) from None
        return web.Response(status=202, headers={"Location": f"/jobs/{handle}"})

    async def status(self, request: web.Request) -> web.Response:
        """The result, or that there is none yet."""
        return reply(self.known(request))

    async def collect(self, request: web.Request) -> web.Response:
        job = self.known(request)
        if not job.finished_ns:
            raise web.HTTPConflict(text=f"job {job.name} is not finished\n")
        self.jobs.collect(job.name)
        return web.Response(status=204)

    def known(self, request: web.Request) -> Job:
        """The job that a request names; HTTP 404 or 410 where there is none."""
        handle = request.match_info["handle"]
        match self.jobs.state(handle):
            case State.UNKNOWN:
                raise web.HTTPNotFound(
                    text=f"job {handle[:70]}: no such job, or its result has expired\n"
                )
            case State.COLLECTED:
                raise _gone(handle)
        return self.jobs.get(handle)


def reply(job: Job) -> web.Response:
    """What a job's caller is told of it now."""
    return web.Response(body=job.result) if job.finished_ns else web.Response(status=202)


def _gone(handle: str) -> web.HTTPGone:
    return web.HTTPGone(text=f"job {handle}: its result was collected\n")
