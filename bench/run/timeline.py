"""Carries a trial's faults out at their times, and undoes at its end what still lasts.

Each fault has a thread of its own, so that a slow one (a broker that starts again)
does not delay the others.  Knows neither verbs nor actors by name.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

from bench.lab.actors import Actor
from bench.lab.faults import Action
from bench.model.errors import TrialFailed
from bench.model.fault import Fault, FaultDone, Planned

ActorsOf = Callable[[Fault], Sequence[Actor]]


class Occurrence:
    """One planned fault with its actors and what became of it."""

    def __init__(self, planned: Planned, action: Action, actors: Sequence[Actor]) -> None:
        self.planned, self._action, self._actors = planned, action, actors
        self._begun: list[Actor] = []
        self._began_ns: int | None = None
        self._ended_ns: int | None = None
        self.failure = ""

    def begin(self) -> None:
        """Do it to all actors; what cannot be done is noted."""
        self._began_ns = time.monotonic_ns()
        if not self._actors:
            self.failure = "there is no actor with that name and number"
        try:
            for actor in self._actors:
                self._begun.append(actor)
                self._action.begin(actor)
        except (TrialFailed, OSError) as failure:
            self.failure = str(failure)
        if self._action.verb.lasts == "never":
            self._ended_ns = time.monotonic_ns()

    def end(self) -> None:
        """Undo it for those to whom it was done, once."""
        if self._began_ns is None or self._ended_ns is not None:
            return
        self._ended_ns = time.monotonic_ns()
        for actor in self._begun:
            try:
                self._action.end(actor)
            except (TrialFailed, OSError) as failure:
                self.failure = self.failure or str(failure)

    def done(self, t0_ns: int) -> FaultDone:
        """Plan and fact, in ns from t0."""
        fault = self.planned.fault
        began, ended = (
            None if at is None else at - t0_ns for at in (self._began_ns, self._ended_ns)
        )
        return FaultDone(
            actor=fault.actor.name,
            first=fault.actor.first,
            last=fault.actor.last,
            verb=self._action.verb.name,
            planned_begin_ns=self.planned.begin_ns,
            planned_end_ns=self.planned.end_ns,
            began_ns=began,
            ended_ns=ended,
            failure=self.failure,
        )


class Timeline:
    """Use as a context around the window and what follows it, before the actors go.

    `actions` gives the verb of each fault; `planned` is in ns from `t0_ns`.
    """

    def __init__(
        self,
        planned: Sequence[Planned],
        t0_ns: int,
        actions: Mapping[Fault, Action],
        actors_of: ActorsOf,
    ) -> None:
        self._t0_ns = t0_ns
        self._over = threading.Event()
        self._by_fault: dict[Fault, list[Occurrence]] = {}
        self._all: list[Occurrence] = []
        for one in planned:
            occurrence = Occurrence(one, actions[one.fault], actors_of(one.fault))
            self._by_fault.setdefault(one.fault, []).append(occurrence)
            self._all.append(occurrence)
        self._threads = [
            threading.Thread(target=self._follow, args=(mine,), daemon=True)
            for mine in self._by_fault.values()
        ]

    @property
    def done(self) -> list[FaultDone]:
        """Every planned fault with what became of it, in order of the plan."""
        return [occurrence.done(self._t0_ns) for occurrence in self._all]

    def settle(self, seconds: float) -> None:
        """After the window: wait for what takes its time, as a restart; TrialFailed where not."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                raise TrialFailed(f"a fault was not carried out {seconds:g} s after the window")
        self._check()

    def __enter__(self) -> Timeline:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        for occurrence in reversed(self._all):
            occurrence.end()
        if error is None:
            self._check()

    def _check(self) -> None:
        for occurrence in self._all:
            if occurrence.failure:
                raise TrialFailed(f"--fault {occurrence.planned.fault}: {occurrence.failure}")

    def _follow(self, occurrences: Sequence[Occurrence]) -> None:
        for occurrence in occurrences:
            if not self._reached(occurrence.planned.begin_ns):
                return
            occurrence.begin()
            if occurrence.planned.end_ns is not None:
                self._reached(occurrence.planned.end_ns)
                occurrence.end()

    def _reached(self, offset_ns: int) -> bool:
        """Wait until then; False where the trial is over before."""
        wait_s = (self._t0_ns + offset_ns - time.monotonic_ns()) / 1e9
        return not self._over.wait(max(0.0, wait_s))
