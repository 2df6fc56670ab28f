"""One load process's work for a trial: clients by Locust, rows, counts, verification.

Used alike by the local runner and by each worker of a distributed one; where
commands come from and rows go is told to it.  See fleet.py for both kinds.
"""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable
from typing import Any

import gevent

from bench import catalog
from bench.clock import now_ns
from bench.load.engine import Engine
from bench.load.flushing import Flushing
from bench.load.receipts import Receipts, have_stamps
from bench.load.session import Session, WorkerIndex
from bench.load.stats import feed_statistics
from bench.load.user import ClientUser, environment_for
from bench.model.messages import (
    AskClientCounters,
    ClientCounters,
    DisturbClients,
    Disturbed,
    Done,
    Failed,
    FinishLoad,
    LoadCommand,
    LoadConfig,
    LoadReply,
    LoadResults,
    Settle,
    Tried,
    TryClient,
    Values,
    Verify,
    Window,
)
from bench.model.samples import OK, rows

FLUSH_SECONDS = 0.5
VERIFY_SECONDS = 10.0
POLL_SECONDS = 0.002

RowsSink = Callable[[bytes], None]


def client_class(pattern: str) -> type[ClientUser]:
    """The scenario's `Client`."""
    experiment, _, name = pattern.partition("/")
    module = importlib.import_module(f"scenarios.{experiment}.{name}")
    return module.Client  # type: ignore[no-any-return]


class Worker:
    """Holds a session and does what it is told; runs in gevent's thread."""

    def __init__(self, config: LoadConfig, place: WorkerIndex, give_rows: RowsSink) -> None:
        self.config = config
        self.place = place
        self._give_rows = give_rows
        self.user_class = client_class(config.pattern)
        self.engine = Engine()
        self.session = self._session(config.load)
        have_stamps()
        self.session.receipts = Receipts(
            self.session.recorder, self.session.users, config.seed + place.number
        )
        self.environment = environment_for(self.user_class, self.session)
        self._flushing: Flushing | None = None
        self._trying: tuple[Session, gevent.Greenlet] | None = None

    def _session(self, load: Values) -> Session:
        config = self.config
        experiment = catalog.declared_one(config.pattern.partition("/")[0])
        return Session(
            experiment, load, config.address, config.seed, self.engine, self.place, config.parts
        )

    def answer(self, command: LoadCommand) -> LoadReply:
        """Do one command and return its reply."""
        reply: LoadReply
        match command:
            case TryClient():
                reply = self._try()
            case Verify():
                reply = self._verify(command)
            case Settle():
                reply = self._settle()
            case Window():
                reply = self._window(command)
            case DisturbClients():
                reply = self._disturb(command)
            case AskClientCounters():
                reply = self._counters()
            case FinishLoad():
                reply = self._finish()
            case _:
                reply = Failed(f"{type(command).__name__} is not a command for clients")
        return reply

    # --- verify first ----------------------------------------------------------------

    def _try(self) -> Tried | Failed:
        """One client connects, apart from the measured ones."""
        if self.place.number:
            return Tried(None)
        changed = dict(self.session.experiment.verify_with)
        session = self._session({**self.config.load, **changed})
        session.window_known.set()  # it has none to wait for
        session.only_one = True
        user = self.user_class(environment_for(self.user_class, session))
        self._trying = session, gevent.spawn(self.engine.run, user.lifetime())
        if not _wait(lambda: session.connected or session.failures, VERIFY_SECONDS):
            return Failed("the client did not connect in time")
        if session.failures:
            return Failed(session.errors[0])
        return Tried(user.number)

    def _verify(self, command: Verify) -> Done | Failed:
        """The tried client must get the event `sequence`, and nothing before it.

        Where clients make the work themselves (None) its first piece must be done well.
        """
        if self._trying is None:
            return Done()
        session, greenlet = self._trying
        self._trying = None
        sequence = command.sequence
        if command.by_part:
            greenlet.kill()
            return Done()
        _wait(lambda: session.outcomes or session.failures, command.within_s)
        greenlet.kill()
        # On the loop's thread: it counts an outcome before the row of it is written.
        block = rows(bytes(self.engine.call(session.recorder.take)))
        code = session.recorder.code(session.experiment.outcome_operation)
        got = block[block["operation"] == code]
        noun = session.experiment.noun
        if not len(got):
            return Failed(
                session.errors[0] if session.errors else f"no {noun.event} arrived in time"
            )
        if sequence is None:
            words = session.errors[0] if session.errors else f"the first {noun.event} failed"
            return Done() if got["outcome"][0] == OK else Failed(words)
        if got["sequence"][0] != sequence:
            return Failed(f"got {noun.event} {got['sequence'][0]}, not {sequence}")
        return Done()

    # --- the measured clients ----------------------------------------------------------

    def begin_flushing(self) -> None:
        self._flushing = Flushing(self.flush, FLUSH_SECONDS)

    def flush(self) -> None:
        """Give away the rows so far; Locust's statistics are for people watching."""
        block = self.engine.call(self.session.recorder.take)
        if not block:
            return
        self._give_rows(bytes(block))
        feed_statistics(self.environment, block, self.session.recorder.operations)

    def _settle(self) -> Done:
        """What start-up left is not to be searched again in the window."""
        gc.collect()
        gc.freeze()
        return Done()

    def _window(self, window: Window) -> Done:
        self.engine.call(self.session.begin_window, window.t0_ns, window.t1_ns)
        return Done()

    def _disturb(self, fault: DisturbClients) -> Disturbed:
        asked = fault.what, fault.first, fault.last
        return Disturbed(self.engine.call(self.session.disturb, *asked))

    def _counters(self) -> ClientCounters:
        session = self.session
        return ClientCounters(
            connected=session.connected,
            busy=session.busy,
            outcomes=session.outcomes,
            failures=session.failures,
            errors=session.errors[:1],
        )

    def _finish(self) -> LoadResults:
        """Everything that was measured; nothing is recorded after the last block."""
        if self._flushing is not None:
            self._flushing.end()
        session = self.session

        self.engine.run(session.window_over())
        session.snapshots["end"] = self.engine.run(session.wire.snapshot())

        def last() -> tuple[bytearray, int]:
            session.record_unfinished()
            counted = session.recorder.counted
            return session.recorder.take(), counted

        block, counted = self.engine.call(last)
        if block:
            self._give_rows(bytes(block))
        self.engine.run(self.engine.end())
        return LoadResults(
            counted=counted,
            wire=session.snapshots,
            failures=session.failures,
            errors=session.errors,
            facts=session.facts,
        )


def _wait(condition: Callable[[], Any], seconds: float) -> bool:
    deadline = now_ns() + int(seconds * 1e9)
    while not condition():
        if now_ns() > deadline:
            return False
        gevent.sleep(POLL_SECONDS)
    return True
