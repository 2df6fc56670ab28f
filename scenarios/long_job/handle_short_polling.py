"""Client side of short polling: GET every T from a random phase, and at once on coming back."""

from __future__ import annotations

from bench.clock import now_ns
from bench.plan.arrivals import SECOND_NS
from scenarios.long_job import _planned as planned
from scenarios.long_job._caller import Pursued
from scenarios.long_job._http import ACCEPTED, DONE, HandleCaller, expect


class Client(HandleCaller):
    """Each job has a clock of its own, and a late reply delays no later question."""

    async def learn(self, job: Pursued, path: str) -> None:
        session = self.session
        interval_ns = round(session.load.own.poll_interval_s * SECOND_NS)
        due_ns = now_ns()
        if job.tries == 1:
            sequence = job.item.sequence
            due_ns += planned.phase_ns(session.load, session.seed, self.number, sequence)
        while True:
            await session.engine.alarm.until(due_ns)
            reply = await self.ask(job, "GET", path, due_ns)
            if reply.status == DONE:
                self.know(job, reply.body, reply.done_ns)
                return
            expect(reply, ACCEPTED)
            due_ns += interval_ns
