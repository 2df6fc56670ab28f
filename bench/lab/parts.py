"""The processes of a pattern's parts: started in order, spoken to, killed and started again.

A part that is started again has the same configuration and port.  Whose process ended on
purpose stands in `killed`: that is no failure.  Knows no pattern and no fault.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
from msgspec.structs import replace

from bench.lab.deaths import wait_for_deaths
from bench.lab.processes import Child, ChildDied
from bench.model.errors import TrialFailed
from bench.model.messages import Address, Begin, Done, PartCommand, PartConfig, PartReady
from bench.model.part import SERVER, Part

START_SECONDS = 30.0
KILL_SECONDS = 5.0

T = TypeVar("T")

Launch = Callable[[str, Path], Child]
"""Starts a process that waits for its configuration: its name, and where it logs."""


class PartInstance:
    """One process of a part.

    `label` is what reports call it (`server`, `backend.1`), `name` always has the number.
    """

    def __init__(
        self, part: Part, number: int, folder: Path, launch: Launch, killed: set[int]
    ) -> None:
        self.part, self.number, self.label = part, number, part.label(number)
        self._folder, self._launch, self._killed = folder, launch, killed
        self._config: PartConfig | None = None
        self._begun: Begin | None = None
        self._lives = 0
        self._leaving: list[Child] = []
        self.ready = PartReady(Address("", 0))
        self.is_started = False
        self._child = self._new_process()

    @property
    def name(self) -> str:
        return f"{self.part.name}.{self.number}"

    @property
    def log(self) -> Path:
        """`target.log` where the pattern declares no parts, else by part and number."""
        return self._folder / ("target.log" if self.part == SERVER else f"{self.name}.log")

    def _new_process(self) -> Child:
        return self._launch("target" if self.part == SERVER else self.label, self.log)

    # --- its life ---------------------------------------------------------------------------

    def start(self, config: PartConfig) -> PartReady:
        """Configure the process and return when it listens; TrialFailed where it does not."""
        self._config = config
        self.ready = self._configure(self._child)
        self.is_started = True
        return self.ready

    def _configure(self, child: Child) -> PartReady:
        assert self._config is not None
        rows = str(self.rows_files[-1])
        child.tell(replace(self._config, log=str(self.events), rows=rows))
        return child.listen(PartReady, START_SECONDS)

    def begin(self, begin: Begin) -> None:
        """Tell it the window."""
        self._begun = begin
        self.ask(begin, Done)

    def restart(self) -> None:
        """Kill it and start it again on the same port; return when it is ready."""
        self.kill()
        self.start_again()

    def start_again(self) -> None:
        """Start it after its end, where it was reached before; it goes on where it was.

        Until it is ready the dead one is asked, which does not answer.
        """
        (child, ready), dead = self._another(self.ready.address.port), self._child
        if ready.address != self.ready.address:
            child.stop()
            raise TrialFailed(f"{self.label} did not come back to where it was")
        self._child = child
        dead.stop()

    def start_elsewhere(self) -> None:
        """Start another process in its place, at another port; the old one goes on, if it lives.

        It is the part from now on: it is asked, and its death would be noticed.  What the old one
        has counted is not read any more.
        """
        child, self.ready = self._another(0)
        self._leaving.append(self._child)
        self._child = child

    def retire(self) -> None:
        """End those that were replaced, at once and on purpose."""
        for child in self._leaving:
            if child.alive:
                self._end_on_purpose([child.pid])
            child.stop()
        self._leaving = []

    def _another(self, port: int) -> tuple[Child, PartReady]:
        """A further process of this part that listens at `port` (0: a free one)."""
        if self._config is None:
            raise TrialFailed(f"{self.label} was never started")
        self._lives += 1
        self._config = replace(self._config, port=port)
        child = self._new_process()
        try:
            ready = self._configure(child)
            if self._begun is not None:
                child.ask(self._begun, Done)
        except BaseException:
            child.stop()
            raise
        return child, ready

    def kill(self) -> None:
        """End it at once with all that it started; on purpose."""
        self._end_on_purpose(self.pids)

    def _end_on_purpose(self, pids: list[int]) -> None:
        processes = _tree(pids)
        for process in processes:  # a parent must not replace a child that is killed before it
            _send(process.pid, signal.SIGSTOP)
        self._killed.update(process.pid for process in processes)
        for process in processes:
            _send(process.pid, signal.SIGKILL)
        wait_for_deaths(processes, KILL_SECONDS)

    def stop(self) -> None:
        """End it at the trial's end, and those that it has replaced."""
        for child in (*self._leaving, self._child):
            child.stop()

    # --- what it is now ---------------------------------------------------------------------

    @property
    def pids(self) -> list[int]:
        """Its process where it lives, and one that was replaced and has not ended yet."""
        return [child.pid for child in (self._child, *self._leaving) if child.alive]

    @property
    def alive(self) -> bool:
        return self._child.alive

    @property
    def is_killed(self) -> bool:
        """Whether it is dead on purpose."""
        return not self.alive and self._child.pid in self._killed

    def check_alive(self) -> None:
        """ChildDied where it has ended, but not on purpose."""
        child = self._child  # a fault may put another in its place
        if child.pid not in self._killed:
            child.check_alive()

    def send_signal(self, number: int) -> None:
        self._child.send_signal(number)

    def log_tail(self) -> list[str]:
        return self._child.log_tail()

    # --- talking to it ----------------------------------------------------------------------

    def ask(self, message: PartCommand, kind: type[T], seconds: float = 30.0) -> T | None:
        """Its reply; None where it is dead on purpose."""
        child = self._child
        try:
            return child.ask(message, kind, seconds)
        except ChildDied:
            if child.pid in self._killed:
                return None
            raise

    # --- its records ------------------------------------------------------------------------

    @property
    def events(self) -> Path:
        """Where it records events; one that is started again goes on there."""
        return self._folder / f"{self.name}.events.bin"

    @property
    def rows_files(self) -> list[Path]:
        """Where a caller records rows, for each of its lives: a killed one may leave half a row."""
        return [self._folder / f"{self.name}.{life}.rows.bin" for life in range(self._lives + 1)]


def _tree(pids: list[int]) -> list[psutil.Process]:
    """Those processes and all their descendants, parents before their children."""
    found: list[psutil.Process] = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(pid)
            found += [root, *root.children(recursive=True)]
    return found


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
