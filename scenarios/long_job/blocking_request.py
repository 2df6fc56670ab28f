"""Client side of the blocking request: it waits for the reply, and has nothing where it leaves."""

from __future__ import annotations

from scenarios.long_job._caller import Pursued
from scenarios.long_job._http import DONE, HttpCaller, expect


class Client(HttpCaller):
    """The reply is acknowledgement and result in one."""

    comes_back = False

    async def pursue(self, job: Pursued) -> None:
        reply = await self.ask(job, "POST", f"/jobs?seconds={job.seconds:.6f}")
        expect(reply, DONE)
        job.acknowledge(reply.first_byte_ns)
        self.know(job, reply.body, reply.done_ns)
