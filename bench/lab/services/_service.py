"""What every service has in common: its folder, its processes, and the life of both.

A subclass prepares its data and its ports once, and launches its processes as often as
needed.  Knows no service and no pattern.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import psutil

from bench.lab.deaths import wait_for_deaths
from bench.lab.processes import Child, environment
from bench.lab.scratch import COMMON_PREFIX, make_folder
from bench.lab.side import LOOPBACK, Side
from bench.model.errors import TrialFailed
from bench.model.messages import Values

GONE_SECONDS = 5.0
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Setup:
    """The cores and the side that a service runs on, and a value for each of its settings.

    `standby` is the side of a replica, for services that can have one.  `description` is the
    text of a user's `file` that describes the service.
    """

    pins: Sequence[int] = ()
    side: Side = LOOPBACK
    standby: Side = LOOPBACK
    settings: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    file: str = ""


class Service(ABC):
    """One instance.  `start` it on empty data; `kill` and `restart` keep data and ports."""

    ready_seconds: ClassVar[float] = 10.0
    shows_log: ClassVar[bool] = False
    """Whether the end of its log belongs to every failed trial, and not only to its own death."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.side = setup.side
        self.children: list[Child] = []
        self.helpers: list[Child] = []
        """Programs that do something for it and end by themselves."""

        self._folder: Path | None = None

    # --- what a subclass says ---------------------------------------------------------

    @abstractmethod
    def prepare(self) -> None:
        """Choose ports and write what the processes need into the empty folder."""

    @abstractmethod
    def launch(self) -> None:
        """Start the processes on what is in the folder, and wait until they answer."""

    @property
    @abstractmethod
    def address(self) -> Values:
        """What targets and clients must know."""

    @property
    def is_metered(self) -> bool:
        """Whether its processes are known, so that what they use can be read."""
        return True

    @property
    def persists(self) -> bool:
        """Whether what it acknowledged survives the death of its processes."""
        return True

    @abstractmethod
    def probe(self, text: str) -> None:
        """Exchange the text with it, and have it kept where it can; TrialFailed where it cannot.

        From this process, so on loopback only.
        """

    @abstractmethod
    def kept(self) -> str:
        """The text of the latest probe as the service has it now; "" where it has none."""

    @classmethod  # noqa: B027 - a hook
    def release(cls, folder: Path) -> None:
        """Free what a dead instance with this folder holds elsewhere; most hold nothing."""

    @classmethod
    def foreign_fault(cls, url: str) -> str:  # noqa: ARG003
        """Why `url` names no running service on this host, "" where it does."""
        return f"{cls.__name__} runs only as a private one"

    @classmethod
    def foreign_address(cls, url: str) -> Values:
        """The address of a service that runs already."""
        return {"url": url}

    # --- its life ---------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        assert self._folder is not None, "it was not started"
        return self._folder

    def start(self) -> None:
        """Start on empty data, at ports of its own."""
        self.remove()
        self._folder = make_folder(f"{COMMON_PREFIX}{type(self).__name__.lower()}-")
        try:
            self.prepare()
            self.launch()
        except BaseException:
            self.remove()
            raise

    def restart(self) -> None:
        """Start again on its data and at its ports; what still runs is killed before."""
        self.kill()
        try:
            self.launch()
        except BaseException:
            self.kill()
            raise

    def fail_over(self) -> None:
        """Its first instance dies, and its replica takes over; TrialFailed where it has none."""
        raise TrialFailed(f"{type(self).__name__} has no replica here that could take over")

    def kill(self) -> None:
        """End all its processes at once."""
        kill_trees([*self.children, *self.helpers])
        self.children, self.helpers = [], []

    def remove(self) -> None:
        """End it and remove its folder."""
        self.end()
        self.kill()
        if self._folder is not None:
            self.release(self._folder)
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def end(self) -> None:  # noqa: B027 - a hook
        """Before it is killed for good: what must be told to its processes; most need nothing."""

    @property
    def started(self) -> bool:
        """Whether it has data to restart on."""
        return self._folder is not None

    @property
    def pids(self) -> list[int]:
        """The processes that were started; what these start counts with them."""
        return [child.pid for child in self.children]

    @property
    def alive(self) -> bool:
        return bool(self.children) and all(child.alive for child in self.children)

    @property
    def in_place(self) -> bool:
        """Whether a trial finds it as it was started; else it is started again on its data."""
        return self.alive

    def log_tail(self) -> list[str]:
        return [line for child in self.children for line in child.log_tail()]

    # --- help for subclasses -------------------------------------------------------------

    def spawn(
        self,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        side: Side | None = None,
        helps: bool = False,
    ) -> Child:
        """Start a process of it, on its cores and side; its log is <name>.log.

        One that only `helps` ends by itself, and is no sign that the service is dead.
        """
        child = Child(
            name,
            command,
            self.folder / f"{name}.log",
            self.setup.pins,
            env=env if env is not None else environment(),
            cwd=self.folder,
            join=(side or self.side).join,
            speaks=False,
        )
        (self.helpers if helps else self.children).append(child)
        return child

    def wait(self, child: Child, ready: Callable[[], bool]) -> None:
        """Until `ready`; TrialFailed where the child ends before, or it takes too long."""
        deadline = time.monotonic() + self.ready_seconds
        while not ready():
            if not child.alive:
                raise TrialFailed(f"{child.name} ended while starting: {last_words(child)}")
            if time.monotonic() > deadline:
                raise TrialFailed(f"{child.name} was not ready within {self.ready_seconds:g} s")
            time.sleep(POLL_SECONDS)


def last_words(child: Child) -> str:
    """The end of its log in one line."""
    return " / ".join(child.log_tail()[-3:]) or "its log is empty"


def kill_trees(children: Iterable[Child]) -> None:
    """SIGKILL children and all that they started, and wait until none is left.

    All are stopped first: otherwise one could still start others, or outlive its parent
    unseen.
    """
    roots = list(children)
    stopped: set[psutil.Process] = set()
    while new := _trees(roots) - stopped:
        for process in new:
            _send(process, signal.SIGSTOP)
        stopped |= new
    for process in stopped:
        _send(process, signal.SIGKILL)
    for child in roots:
        child.stop(signal.SIGKILL)
    wait_for_deaths(stopped, GONE_SECONDS)


def _trees(roots: Iterable[Child]) -> set[psutil.Process]:
    found: set[psutil.Process] = set()
    for child in roots:
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.alive:
                process = psutil.Process(child.pid)
                found |= {process, *process.children(recursive=True)}
    return found


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)
