"""What all receivers of `fan_out` do with an event: work on it, record it, say that it is done.

A receiver is a client of the load process: so many hundreds of them cost little, and all their
times are of one clock.  Knows nothing of how an event came.
"""

from __future__ import annotations

from typing import Any

from bench.load.user import ClientUser
from bench.model.payload import decode
from bench.model.samples import OK
from scenarios.fan_out._work import Done, Work


class Receiver(ClientUser):
    """Takes one event after the other."""

    abstract = True
    experiment = "fan_out"

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        session, own = self.session, self.session.load.own
        self.record = session.recorder.add
        self.delivery = session.recorder.code("delivery")
        self.is_dead = own.is_dead(self.number)
        work_ns = round(own.work_of(self.number) * 1e9)
        self._work = Work(work_ns, session.engine.alarm.until, self._note, self._hold)

    def take(self, data: bytes, read_ns: int, done: Done) -> None:
        """An event, whose bytes the loop got at `read_ns`."""
        self._work.take(data, read_ns, done)

    def _note(self, data: bytes, read_ns: int, done_ns: int) -> None:
        sequence, intended_ns, published_ns = decode(data)
        self.record(
            self.delivery,
            OK,
            self.number,
            sequence,
            intended_ns,
            published_ns,
            read_ns,
            done_ns,
            0,
            len(data),
        )

    def _hold(self, is_full: bool) -> None:
        """Read no more, or again: what comes meanwhile is the sender's to keep."""
        for transport in self.transports():
            if is_full:
                transport.pause_reading()
            elif not transport.is_closing():
                transport.resume_reading()

    def stop_working(self) -> None:
        """What was received and not dealt with is forgotten, as by a process that ends."""
        self._work.stop()
