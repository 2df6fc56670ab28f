"""What both clients do: ask, notice that an answer does not come, and ask again or give up.

A pattern writes how a connection is opened, asked and given up.  Knows nothing of protocols.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any

from bench.clock import now_ns
from bench.load.working import GivenUp, WorkingClient, WorkItem
from bench.model.samples import FAILED, OK
from scenarios.address_change._addresses import AddressWatch
from scenarios.address_change._reply import Reply

PAUSE_S = 0.01
"""Before the next try where a connection cannot even be opened."""


class AskingClient(WorkingClient):
    """One request after the other, each with an action that is to be done once."""

    abstract = True
    experiment = "address_change"

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        code = self.session.recorder.code
        self._attempt, self._broken = code("attempt"), code("broken")
        self._setup, self._moved = code("setup"), code("moved")
        self._own = self.session.load.own
        self._watch: AddressWatch | None = None
        self._setups = self._moves = 0

    # --- what a pattern writes ----------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether there is a connection to ask on."""
        raise NotImplementedError

    async def open(self) -> None:
        """Open a connection, ready to be asked; OSError where it cannot be."""
        raise NotImplementedError

    async def ask(self, path: str) -> Reply:
        """One request; ConnectionError where its connection breaks."""
        raise NotImplementedError

    def give_up(self) -> None:
        """Let go of the connection; requests on it break."""
        raise NotImplementedError

    def move(self) -> None:
        """The client's address has changed: do what the protocol can do about it."""
        raise NotImplementedError

    # --- a client's life ----------------------------------------------------------------------

    async def connect(self) -> None:
        if self._own.notice == "told" and self._watch is None:
            self._watch = AddressWatch(self._has_moved)
        await self._set_up()

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self.give_up()

    def transports(self) -> Sequence[asyncio.Transport]:
        raise NotImplementedError

    def _has_moved(self) -> None:
        now = now_ns()
        self.record(self._moved, OK, self.number, self._moves, now, now, now, now, 0, 0)
        self._moves += 1
        self.move()

    async def _set_up(self) -> None:
        """A new connection, recorded."""
        sent_ns, outcome = now_ns(), FAILED
        try:
            await asyncio.wait_for(self.open(), self._own.answer_timeout_s)
            outcome = OK
        finally:
            done_ns, number = now_ns(), self._setups
            self._setups += 1
            self.record(
                self._setup, outcome, self.number, number, sent_ns, sent_ns, done_ns, done_ns, 0, 0
            )

    # --- requests -----------------------------------------------------------------------------

    async def work(self, item: WorkItem) -> None:
        path = f"/do/{self.number}-{item.sequence}-{secrets.token_hex(4)}"
        if self._own.retry == "idempotency_key":
            path += "?once"
        item.sent_ns = now_ns()
        for number in range(self._own.tries):
            if number and self._own.retry == "none":
                raise GivenUp
            try:
                reply = await self._try(item, path)
            except (ConnectionError, TimeoutError):
                self.give_up()
                continue
            except OSError:  # no route while the address changes
                self.give_up()
                await asyncio.sleep(PAUSE_S)
                continue
            if reply.status != 200:
                raise OSError(f"HTTP {reply.status}: {reply.body[:80]!r}")
            item.first_byte_ns, item.bytes_down = reply.first_byte_ns, len(reply.body)
            return
        raise GivenUp

    async def _try(self, item: WorkItem, path: str) -> Reply:
        """One attempt, on a new connection where there is none; recorded, however it ends."""
        if not self.is_open:
            await self._set_up()
        sent_ns, size = now_ns(), self._own.reply_bytes
        operation, outcome, lasted = self._broken, FAILED, 0
        try:
            reply = await asyncio.wait_for(self.ask(path), self._own.answer_timeout_s)
            operation, outcome, lasted = self._attempt, OK, size
        finally:
            done_ns, sequence = now_ns(), item.sequence
            self.record(
                operation,
                outcome,
                self.number,
                sequence,
                sent_ns,
                sent_ns,
                0,
                done_ns,
                size,
                lasted,
            )
        return reply
