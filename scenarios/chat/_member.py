"""What every member does: write at its times, hear the others, come and go, know who is there.

A pattern says how a message goes up (`say`); how one comes down stands in
bench/load/listening.py.  A row of `heard` is written for each message that a member hears, and at
the end for each that it should have heard.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import Any

from bench.clock import now_ns
from bench.load import listening
from bench.load.silence import silenced
from bench.model.payload import decode, encode
from bench.model.samples import FAILED, OK, PENDING
from scenarios.chat import _planned as planned
from scenarios.chat._text import (
    CAME,
    id_of,
    member_of,
    position_of,
    read_notice,
)
from scenarios.chat.load import SILENT


@dataclass
class Said:
    """What is known of a message once it has gone up."""

    done_ns: int = 0
    """When the server had it; 0 where it says nothing: when it was sent."""

    bytes_up: int = 0
    bytes_down: int = 0


class Member(listening.Listener):
    """One member of a room."""

    abstract = True
    experiment = "chat"

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        session, code = self.session, self.session.recorder.code
        self._heard_op, self._again_op, self._spoken_op = (
            code("heard"),
            code("again"),
            code("spoken"),
        )
        self._login_op, self._drop_op = code("login"), code("drop")
        self._knows = {True: code("knows_login"), False: code("knows_drop")}
        self.room = planned.room_of(session.load, self.number)
        self.is_mover = planned.is_mover(session.load, self.number)
        self.visit = 0 if session.only_one else planned.FIRST_VISIT
        self._heard: set[int] = set()
        self._known: set[tuple[bool, int]] = set()
        self._held: list[socket.socket] = []
        session.unfinished.add(self._record_missing)

    # --- what a pattern writes ----------------------------------------------------------------

    async def say(self, text: bytes) -> Said:
        """Send a message to the room; OSError where it cannot be."""
        raise NotImplementedError

    async def vanish(self) -> None:
        """Be gone without a goodbye, as if the process were killed: the kernel closes all."""
        await self.close()

    @property
    def who(self) -> str:
        told = f"&visit={self.visit}" if self.session.load.own.movers else ""
        return f"room={self.room}&member={self.number}{told}"

    # --- speaking -------------------------------------------------------------------------------

    async def lifetime(self) -> None:
        """As every client's; and speaks, or comes and goes."""
        other = self._come_and_go() if self.is_mover else self._live_and_speak()
        await other

    async def _live_and_speak(self) -> None:
        speaking = asyncio.create_task(self._speak())
        try:
            await super().lifetime()
        finally:
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)

    async def _speak(self) -> None:
        session = self.session
        await session.window_known.wait()
        if session.only_one:
            await self._be_spoken_to()
        start_ns = session.start_ns or now_ns()
        for number, offset_ns in enumerate(planned.spoken(session.load, session.seed, self.number)):
            due_ns = start_ns + offset_ns
            if session.t1_ns and due_ns >= session.t1_ns:
                return
            await session.engine.alarm.until(due_ns)
            await self._say(number, due_ns)

    async def _say(self, number: int, due_ns: int) -> None:
        """One message; the next waits until it has gone up, so that a speaker's order is kept."""
        session, identity = self.session, id_of(self.number, number)
        hearers = len(planned.staying(session.load, self.room)) - 1
        sent_ns, outcome, said = now_ns(), PENDING, Said()
        text = encode(identity, due_ns, sent_ns, session.load.own.payload_bytes)
        session.busy += hearers
        try:
            said = await self.say(text)
            outcome = OK
        except (OSError, TimeoutError) as error:
            outcome = FAILED
            session.busy -= hearers
            session.failed(error, "spoken")
        finally:
            done_ns = said.done_ns or now_ns()
            sizes = said.bytes_up, said.bytes_down
            self.record(
                self._spoken_op,
                outcome,
                self.number,
                identity,
                due_ns,
                sent_ns,
                done_ns,
                done_ns,
                *sizes,
            )

    async def _be_spoken_to(self) -> None:
        """To verify a single member: somebody else comes into its room and speaks once."""
        while not self.session.connected:
            await asyncio.sleep(0.01)
        other = type(self)(self.environment)
        try:
            await other.connect()
            await other._say(0, now_ns())
            await asyncio.Event().wait()
        finally:
            await other.close()

    # --- hearing --------------------------------------------------------------------------------

    def deliver(self, data: bytes, read_ns: int) -> None:
        """A message or a notice, whose bytes the loop got at `read_ns`."""
        position = position_of(data)
        if position is not None:
            self.seen = position
        found = read_notice(data)
        if self.is_mover:
            return
        if found is not None:
            sign, member, visit = found
            self._know(sign == CAME, id_of(member, visit), read_ns)
            return
        identity, intended_ns, sent_ns = decode(data)
        if member_of(identity) == self.number:  # a broker sends a speaker its own messages too
            return
        is_new = identity not in self._heard
        if is_new:
            self._heard.add(identity)
            self.session.busy -= 1
        self.record(
            self._heard_op if is_new else self._again_op,
            OK,
            self.number,
            identity,
            intended_ns,
            sent_ns,
            read_ns,
            read_ns,
            0,
            len(data),
        )

    def _know(self, came: bool, identity: int, read_ns: int) -> None:
        """Somebody logged in, or is gone; the first time that this member knows it counts."""
        plan = self._plan()
        due_ns = (plan.logins if came else plan.drops).get(identity)
        if due_ns is None or (came, identity) in self._known:
            return
        self._known.add((came, identity))
        self.session.busy -= 1
        due_ns += self.session.start_ns
        self.record(
            self._knows[came], OK, self.number, identity, due_ns, due_ns, read_ns, read_ns, 0, 0
        )

    def _plan(self) -> planned.RoomPlan:
        """What is to happen in this room; reckoned once for all its members."""
        session, key = self.session, f"chat/{id(self.session)}/{self.room}"
        if not session.t1_ns:
            return planned.RoomPlan({}, {}, {})
        plan: planned.RoomPlan | None = session.engine.helpers.get(key)
        if plan is None:
            span_ns = session.t1_ns - session.start_ns
            plan = planned.room_plan(session.load, session.seed, self.room, span_ns)
            session.engine.helpers[key] = plan
        return plan

    def _record_missing(self, ended_ns: int) -> None:
        """What the others were to say, and the comings and goings, that never came here."""
        if self.is_mover or not self.session.t1_ns:
            return
        plan, start_ns = self._plan(), self.session.start_ns
        for identity, offset_ns in plan.messages.items():
            if identity not in self._heard and member_of(identity) != self.number:
                self._record_pending(self._heard_op, identity, start_ns + offset_ns, ended_ns)
        for came, events in ((True, plan.logins), (False, plan.drops)):
            for identity, offset_ns in events.items():
                if (came, identity) not in self._known:
                    due_ns = start_ns + offset_ns
                    self._record_pending(self._knows[came], identity, due_ns, ended_ns)

    def _record_pending(self, operation: int, identity: int, due_ns: int, ended_ns: int) -> None:
        self.record(operation, PENDING, self.number, identity, due_ns, due_ns, 0, ended_ns, 0, 0)

    # --- coming and going -----------------------------------------------------------------------

    async def _come_and_go(self) -> None:
        session = self.session
        living = asyncio.create_task(super().lifetime())
        try:
            await session.window_known.wait()
            until, start_ns = session.engine.alarm.until, session.start_ns
            away = planned.absences(session.load, session.seed, self.number)
            for absence in away if start_ns else ():
                leaves_ns, returns_ns = start_ns + absence.leaves_ns, start_ns + absence.returns_ns
                if leaves_ns >= session.t1_ns:
                    break
                await until(leaves_ns)
                await self._go(living, leaves_ns)
                if returns_ns >= session.t1_ns:
                    await asyncio.Event().wait()
                await until(returns_ns)
                self.visit += 1
                self.forget()
                self._record_move(self._login_op, returns_ns)
                session.busy += len(planned.staying(session.load, self.room))
                living = asyncio.create_task(super().lifetime())
            await living
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
            for held in self._held:
                held.close()

    async def _go(self, living: asyncio.Task[None], due_ns: int) -> None:
        """Killed: the kernel closes what was open.  Silent: nobody hears of it."""
        if self.session.load.own.leave_by == SILENT:
            self._held += [silenced(one) for one in self.transports() if not one.is_closing()]
        self._record_move(self._drop_op, due_ns)
        self.session.busy += len(planned.staying(self.session.load, self.room))
        await self.vanish()
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)

    def _record_move(self, operation: int, due_ns: int) -> None:
        now, identity = now_ns(), id_of(self.number, self.visit)
        self.record(operation, OK, self.number, identity, due_ns, now, now, now, 0, 0)
