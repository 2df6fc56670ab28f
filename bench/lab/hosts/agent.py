"""A worker's host in a run: joins, keeps the master's clock, starts load processes when told.

Each trial has fresh load processes, as on one host.  Knows nothing of what they do.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from bench.catalog import ROOT
from bench.clock import SHIFT_FILE
from bench.lab.hosts.clock import KeptClock
from bench.lab.hosts.hub import LOOPBACK, SILENCE_SECONDS
from bench.lab.hosts.wire import Wire, WireBroken, join, relay
from bench.lab.meters import Meter, Meters
from bench.lab.parts import START_SECONDS
from bench.lab.processes import Child, environment
from bench.lab.scratch import COMMON_PREFIX, folder_for
from bench.model.errors import TrialFailed, UsageError
from bench.model.hosts import (
    HOST,
    LOAD,
    Answer,
    AwayConfig,
    BeginLoad,
    Bye,
    EndLoad,
    HostCommand,
    LoadBegun,
    LoadEnded,
    LoadFailed,
    MeterRecord,
    Question,
    Refused,
    SetWindow,
    Software,
    localized,
)
from bench.model.messages import LoadReady
from bench.model.part import GENERATOR
from bench.stats.clock_offset import RoundTrip

CONNECT_SECONDS = 5.0
QUESTION_SECONDS = 0.1
FIRST_QUESTIONS = 100
FIRST_QUESTION_SECONDS = 0.01
CORRECTION_SECONDS = 1.0
WATCH_SECONDS = 0.1

Says = Callable[[str], None]


def connected(host: str, port: int) -> Wire:
    """A connection to the master; OSError where there is none."""
    return Wire(socket.create_connection((host, port), timeout=CONNECT_SECONDS))


def work(
    host: str, port: int, token: str, name: str, workers: int, software: Software, says: Says
) -> None:
    """Carry load for the master there until its run is over; UsageError where it refuses."""
    place = f"--master {host}:{port}"
    try:
        wire = connected(host, port)
    except OSError as error:
        raise UsageError(
            f"{place}: {error.strerror or error}; start `bench run ... --hosts N --listen "
            "ADDRESS` there first, and copy the line that it prints"
        ) from None
    with contextlib.closing(wire), folder_for(f"{COMMON_PREFIX}host-") as folder:
        try:
            reply = join(wire, token, HOST, name, workers, software)
        except WireBroken as error:
            raise UsageError(f"{place}: {error}; is that the address of a run's master?") from None
        if isinstance(reply, Refused):
            raise UsageError(f"{place} refused this host: {reply.reason}")
        says(f"joined as {reply.name}; the master says when there is load")
        agent = Agent(wire, (host, port), token, reply.name, workers, folder, says)
        try:
            agent.follow()
        except WireBroken as error:
            raise UsageError(f"{place}: {error}; its run ended without a word") from None
        finally:
            agent.close()


class Agent:
    """What goes on at a host that has joined."""

    def __init__(
        self,
        wire: Wire,
        master: tuple[str, int],
        token: str,
        name: str,
        workers: int,
        folder: Path,
        says: Says,
    ) -> None:
        self._wire, self._master, self._token, self._name = wire, master, token, name
        self._workers, self._folder, self._says = workers, folder, says
        self._clock = KeptClock(folder / "clock")
        self._asked: dict[int, int] = {}
        self._over = threading.Event()
        self._commands: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._load: Load | None = None
        self._relay = socket.create_server((LOOPBACK, 0))

    def follow(self) -> None:
        """Do what the master says until it says goodbye."""
        for task in (self._ask, self._act, self._accept):
            threading.Thread(target=task, daemon=True).start()
        while True:
            message = self._wire.receive(HostCommand, SILENCE_SECONDS)
            received_ns = time.monotonic_ns()
            match message:
                case Answer():
                    self._heard(message, received_ns)
                case Bye():
                    return
                case _:
                    self._commands.put(message)

    def close(self) -> None:
        self._over.set()
        self._relay.close()
        self._wire.close()
        if self._load is not None:
            self._load.stop()

    # --- the master's clock ----------------------------------------------------------------

    def _ask(self) -> None:
        """Ask for the time, often at first; correct the clock once a second."""
        corrected, number = time.monotonic(), 0
        with contextlib.suppress(WireBroken):  # the main thread sees it too
            while not self._over.wait(
                FIRST_QUESTION_SECONDS if number < FIRST_QUESTIONS else QUESTION_SECONDS
            ):
                number += 1
                self._asked[number] = time.monotonic_ns()
                self._wire.send(Question(number))
                if self._clock.count and time.monotonic() - corrected >= CORRECTION_SECONDS:
                    corrected = time.monotonic()
                    self._clock.correct(time.monotonic_ns())

    def _heard(self, answer: Answer, received_ns: int) -> None:
        sent_ns = self._asked.pop(answer.number, None)
        if sent_ns is not None:
            self._clock.take(RoundTrip(sent_ns, answer.heard_ns, answer.answered_ns, received_ns))

    # --- trials ------------------------------------------------------------------------------

    def _act(self) -> None:
        """Commands one after the other, while the main thread goes on hearing the time."""
        while True:
            message = self._commands.get()
            try:
                match message:
                    case BeginLoad():
                        self._begin(message)
                    case SetWindow():
                        self._window(message)
                    case EndLoad():
                        self._end()
            except (TrialFailed, OSError, ValueError) as error:
                turn = self._load.turn if self._load is not None else 0
                with contextlib.suppress(WireBroken):  # the main thread sees it too
                    self._wire.send(LoadFailed(turn, str(error)))

    def _begin(self, command: BeginLoad) -> None:
        if self._load is not None:
            self._load.stop()
        while self._clock.count < FIRST_QUESTIONS:
            time.sleep(FIRST_QUESTION_SECONDS)
        self._clock.correct(time.monotonic_ns())
        load = self._load = Load(command, self._folder, self._clock, self._workers)
        load.start(self._relay.getsockname()[1])
        self._wire.send(LoadBegun(load.turn))
        threading.Thread(target=self._watch, args=(load,), daemon=True).start()
        pattern = command.config.pattern
        total = command.config.workers
        self._says(f"trial {load.turn}: {pattern}, {self._workers} of {total} workers")

    def _watch(self, load: Load) -> None:
        """Say so where load processes end by themselves."""
        while not load.is_over.wait(WATCH_SECONDS):
            if load.death:
                with contextlib.suppress(WireBroken):
                    self._wire.send(LoadFailed(load.turn, load.death))
                return

    def _window(self, command: SetWindow) -> None:
        if self._load is not None:
            self._load.meter(command)

    def _end(self) -> None:
        load, self._load = self._load, None
        if load is not None:
            self._wire.send(load.ended())
            load.stop()

    # --- the channels of workers ----------------------------------------------------------------

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                worker, _ = self._relay.accept()
                threading.Thread(target=self._carry, args=(worker,), daemon=True).start()

    def _carry(self, worker: socket.socket) -> None:
        """Lead one worker's channel to the master; a worker whose channel closes tries again."""
        try:
            wire = connected(*self._master)
            if isinstance(join(wire, self._token, LOAD, self._name), Refused):
                wire.close()
                worker.close()
                return
        except OSError:
            worker.close()
            return
        relay(worker, wire.socket)


class Load:
    """The load processes of one trial on this host, and their meters."""

    def __init__(self, command: BeginLoad, folder: Path, clock: KeptClock, workers: int) -> None:
        self.turn = command.turn
        self.is_over = threading.Event()
        self._command, self._folder, self._clock = command, folder, clock
        self._workers = workers
        self._child: Child | None = None
        self._meters: Meters | None = None
        self._judged_from_ns = time.monotonic_ns()

    @property
    def death(self) -> str:
        """Why its processes have ended, "" while they run."""
        if self._child is None or self._child.alive:
            return ""
        tail = self._child.log_tail()
        return f"its load process ended{f': {tail[-1]}' if tail else ''}"

    def start(self, port: int) -> None:
        """Start the processes, which reach Locust's master through `port` of this host."""
        config = msgspec.structs.replace(
            localized(self._command.config, self._written()), port=port, rows=""
        )
        command = [sys.executable, "-X", "frozen_modules=on", "-m", "bench.load.away"]
        self._child = Child(
            "load process",
            [*command, config.pattern],
            self._folder / f"load-{self.turn}.log",
            env={**environment(), SHIFT_FILE: str(self._clock.file)},
            cwd=ROOT,
        )
        self._child.tell(AwayConfig(config, self._command.numbers))
        ready = self._child.listen(LoadReady, START_SECONDS)
        self._meters = Meters([Meter("clients", GENERATOR, lambda: ready.pids)])
        self._meters.read("idle")

    def _written(self) -> dict[str, str]:
        """Where the files that the command brought are on this host, by their path there."""
        places = {}
        for number, (path, content) in enumerate(self._command.files.items()):
            place = self._folder / f"{self.turn}-{number}-{Path(path).name}"
            place.touch(mode=0o600)
            place.write_bytes(content)
            places[path] = str(place)
        return places

    def meter(self, window: SetWindow) -> None:
        """Read at both ends of the window and between."""
        assert self._meters is not None
        begin_ns, end_ns = (self._clock.to_own(at) for at in (window.t0_ns, window.t1_ns))
        self._judged_from_ns = begin_ns
        self._meters.begin(begin_ns, end_ns)

    def ended(self) -> LoadEnded:
        """What was measured on this host."""
        rows = []
        if self._meters is not None:
            self._meters.read("end")
            rows = self._meters.end()
        to_master = self._clock.to_master
        records = [
            MeterRecord(row.mark, replace(row.reading, time_ns=to_master(row.reading.time_ns)))
            for row in rows
        ]
        clock = self._clock.judged(self._judged_from_ns, time.monotonic_ns())
        return LoadEnded(self.turn, clock, records)

    def stop(self) -> None:
        self.is_over.set()
        if self._meters is not None:
            self._meters.end()
        if self._child is not None:
            self._child.stop()
