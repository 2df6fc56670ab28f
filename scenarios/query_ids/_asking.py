"""What both clients do: ask at their times, match answers to queries, refuse what is no answer.

A pattern writes how a query is sent, and hands on what comes.  Knows nothing of sockets.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from typing import Any

from bench.clock import now_ns
from bench.load.working import WorkingClient, WorkItem
from bench.model.samples import EMPTY, OK
from scenarios.query_ids import _dns as dns
from scenarios.query_ids import _planned as planned


class Asked:
    """A query under way: what was asked, by which id, and how often it was sent."""

    __slots__ = ("done", "id", "item", "message", "name", "timer", "tries")

    def __init__(self, name: str, id_: int, item: WorkItem, done: asyncio.Future[None]) -> None:
        self.name, self.id, self.item, self.done = name, id_, item, done
        self.message = dns.write_query(id_, name)
        self.tries = 0
        self.timer: asyncio.TimerHandle | None = None


class AskingClient(WorkingClient):
    """One client with its queries, any number of them under way."""

    abstract = True
    experiment = "query_ids"

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        session = self.session
        code = session.recorder.code
        self._request, self._wrong = code("request"), code("wrong")
        self._late, self._forged, self._stranger = code("late"), code("forged"), code("stranger")
        self._own = session.load.own
        self._zone = planned.Zone(session.load, session.seed)
        self._chance = random.Random(f"{session.seed}/{self.number}/ids")
        self._waiting: dict[int, Asked] = {}
        """Queries under way by their id: all that is known of them."""

        self._refusals = 0

    # --- what a pattern writes ----------------------------------------------------------------

    def send(self, asked: Asked) -> None:
        """Put a query on its way; OSError where it cannot be."""
        raise NotImplementedError

    # --- asking -------------------------------------------------------------------------------

    def schedule(self) -> Iterator[int]:
        return planned.times(self.session.load, self.session.seed, self.number)

    async def work(self, item: WorkItem) -> None:
        name = planned.name_of(self.number, item.sequence)
        asked = Asked(name, self._free_id(), item, asyncio.get_running_loop().create_future())
        self._waiting[asked.id] = asked
        try:
            self.ask(asked)
            await asked.done
        finally:
            if asked.timer is not None:
                asked.timer.cancel()
            if self._waiting.get(asked.id) is asked:
                del self._waiting[asked.id]

    def ask(self, asked: Asked) -> None:
        """Send a query, once more where it was sent before."""
        now, item = now_ns(), asked.item
        item.sent_ns = item.sent_ns or now
        asked.tries += 1
        up = len(asked.message)
        self.record(self._request, OK, self.number, item.sequence, now, now, 0, now, up, 0)
        item.bytes_up += up
        self.send(asked)

    def _free_id(self) -> int:
        """One at random of those that no query of this client has just now."""
        if len(self._waiting) >= self._own.ids:
            raise OSError(f"all {self._own.ids} ids are in use")
        while (found := self._chance.randrange(self._own.ids)) in self._waiting:
            pass
        return found

    # --- what comes -----------------------------------------------------------------------------

    def heard(self, data: bytes, read_ns: int, *, is_from_server: bool = True) -> None:
        """A message: the answer to a query under way, or one to be refused."""
        try:
            answer = dns.read_answer(data)
        except ValueError:
            self._refuse(self._forged, read_ns, len(data))
            return
        asked = self._waiting.get(answer.id)
        is_checked = self._own.checks == "all"
        if is_checked and not is_from_server:
            self._refuse(self._stranger, read_ns, len(data))
        elif asked is None or (is_checked and answer.name != asked.name):
            is_genuine = answer.text == self._zone.truth(answer.name).text
            self._refuse(self._late if is_genuine else self._forged, read_ns, len(data))
        else:
            self._accept(asked, answer, read_ns, len(data))

    def _accept(self, asked: Asked, answer: dns.Answer, read_ns: int, size: int) -> None:
        del self._waiting[asked.id]
        truth, item = self._zone.truth(asked.name), asked.item
        item.first_byte_ns = item.sent_ns + truth.delay_ns
        item.done_ns, item.bytes_down = read_ns, size
        if answer.text != truth.text:
            sequence = item.sequence
            self.record(
                self._wrong, OK, self.number, sequence, read_ns, read_ns, 0, read_ns, 0, size
            )
        if not asked.done.done():
            asked.done.set_result(None)

    def _refuse(self, operation: int, read_ns: int, size: int) -> None:
        number = self._refusals
        self._refusals += 1
        self.record(operation, EMPTY, self.number, number, read_ns, read_ns, 0, read_ns, 0, size)
