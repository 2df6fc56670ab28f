"""Client side of long polling: GET is held until the result is there; after a timeout again."""

from __future__ import annotations

from scenarios.long_job._caller import Pursued
from scenarios.long_job._http import ACCEPTED, DONE, HandleCaller, expect


class Client(HandleCaller):
    """One request for each timeout."""

    async def learn(self, job: Pursued, path: str) -> None:
        while True:
            reply = await self.ask(job, "GET", path)
            if reply.status == DONE:
                self.know(job, reply.body, reply.done_ns)
                return
            expect(reply, ACCEPTED)
