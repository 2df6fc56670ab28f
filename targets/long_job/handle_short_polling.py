"""A handle at once; the client asks every T whether the job is done."""

from __future__ import annotations

from targets.long_job._server import HandleServer

TITLE = "handle, short polling"
EXAMPLE = "curl -i -X PUT 'http://{host}:{port}/jobs/abc?seconds=0.5'"


class Target(HandleServer):
    """GET /jobs/HANDLE answers at once: 202 while the job is not done, then 200 and the result."""
