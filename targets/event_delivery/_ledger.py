"""The account: what was published, confirmed and dealt with, from what both ends wrote down.

It starts the publisher, waits until nothing more comes, and is never killed itself.
Knows no broker.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path

from bench.clock import now_ns
from bench.model.messages import Begin
from bench.model.samples import FAILED, OK, PENDING
from bench.plan.arrivals import SECOND_NS, constant
from targets._target import BaseTarget
from targets.event_delivery._consumer import SUBSCRIBED
from targets.event_delivery._journal import CONFIRMED, PUBLISHED, RECEIVED, REFUSED, read, say, size
from targets.event_delivery._publisher import ASKED, DONE, GO, PROBE

LOOK_EVERY_S = 0.05
ASK_SECONDS = 2.0


class LedgerTarget(BaseTarget):
    """Records a row for each event, and one for each further time that it was dealt with."""

    is_caller = True
    has_confirms = True
    """Whether the broker confirms messages."""

    _is_settled = False

    async def start(self, _: int) -> int:
        (publisher,), (consumer,) = self.parts["publisher"], self.parts["consumer"]
        self._outbox, self._inbox = (Path(one.more["folder"]) for one in (publisher, consumer))
        self._place = consumer.host, consumer.port
        self._is_confirmed = bool(self.load.own.is_confirmed) and self.has_confirms
        return 0

    def counts(self) -> dict[str, float]:
        """Events by what both ends wrote down, whatever the rows say."""
        found = read(self._outbox / PUBLISHED), read(self._inbox / RECEIVED)
        published, received = ({one[0] for one in records} - {PROBE} for records in found)
        return {
            "published": float(len(published)),
            "strays": float(len(received - published)),
            "poison": float(len(read(self._inbox / REFUSED))),
            "cut_off": float(not self._is_settled),
        }

    async def try_call(self) -> None:
        say(self._outbox / ASKED, "")
        while not any(number == PROBE for number, _, _ in read(self._inbox / RECEIVED)):
            await asyncio.sleep(LOOK_EVERY_S)

    async def call(self, begin: Begin) -> None:
        say(self._outbox / GO, json.dumps({"start_ns": begin.start_ns, "t1_ns": begin.t1_ns}))
        try:
            await self._until_settled()
            self._is_settled = True
        finally:
            self._record(begin)

    async def _until_settled(self) -> None:
        """Until all is published, the consumer is there, and nothing has come for a while.

        The trial may end before.  What has not arrived by then may still be on its way: it is
        open, and nobody can say that it is lost.
        """
        quiet_ns = round(self.load.own.quiet_s * SECOND_NS)
        seen, since_ns = -1, now_ns()
        while now_ns() - since_ns < quiet_ns:
            await asyncio.sleep(LOOK_EVERY_S)
            files = self._outbox / CONFIRMED, self._inbox / RECEIVED
            total = sum(size(path) for path in files)
            is_over = (self._outbox / DONE).exists() and await self._is_subscribed()
            if total != seen or not is_over:
                seen, since_ns = total, now_ns()

    async def _is_subscribed(self) -> bool:
        """Whether the consumer is alive, subscribed, and has nothing left to do."""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(ASK_SECONDS):
                reader, writer = await asyncio.open_connection(*self._place)
                answer = await reader.read(1)
                writer.close()
                return answer == SUBSCRIBED
        return False

    def _record(self, begin: Begin) -> None:
        add, event, again = self.recorder.add, *map(self.recorder.code, ("event", "again"))
        payload, now = self.load.own.payload_bytes, now_ns()
        offsets = constant(self.load.own.event_rate_per_s)
        received: dict[int, list[int]] = {}
        for number, time_ns, _ in read(self._inbox / RECEIVED):
            received.setdefault(number, []).append(time_ns)
        confirmed = {number: time_ns for number, time_ns, _ in read(self._outbox / CONFIRMED)}
        for number, sent_ns, _ in read(self._outbox / PUBLISHED):
            if number == PROBE:
                continue
            due_ns = begin.start_ns + next(offsets)
            times = received.get(number, [])
            confirmed_ns = confirmed.get(number, 0)
            is_open = not self._is_settled or (self._is_confirmed and not confirmed_ns)
            outcome = OK if times else PENDING if is_open else FAILED
            done_ns, down = (times[0], payload) if times else (now, 0)
            add(event, outcome, 0, number, due_ns, sent_ns, confirmed_ns, done_ns, payload, down)
            for copy, time_ns in enumerate(times[1:], start=1):
                add(again, OK, copy, number, due_ns, sent_ns, 0, time_ns, 0, payload)
