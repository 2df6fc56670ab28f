"""What a delivered event costs a load process: ours beside a bare one in C, on the same stream.

The receivers take turns on one core, with thousands of clients each; the server has another core.
Every event goes to all clients.  Must not know how an event is carried: an experiment says it.
"""

from __future__ import annotations

import resource
import shutil
import signal
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from msgspec import Struct
from rich.console import Console

from bench.catalog import ROOT
from bench.clock import now_ns
from bench.lab.processes import Child, cpu_sets, python_child
from bench.lab.procfs import cpu_clock_ns, memory_bytes
from bench.model.errors import TrialFailed
from bench.model.messages import (
    AskClientCounters,
    ClientCounters,
    Done,
    LoadConfig,
    LoadReady,
    Probe,
    Probed,
    Settle,
    Spawn,
    Window,
)
from bench.model.self_proof import DeliveryStream
from bench.model.units import significant
from bench.run import request
from bench.tools import selfproof
from bench.tools.stage import Staged, staged
from reports.fitted_table import FittedTable, fitted

OURS, BARE = "load process", "in C"
ALONE, AT_ONCE = "alone", "at_once"
AIM_RATIO = 2.0
EVENTS_PER_S = 2.0
OTHER_FILES = 500
"""Descriptors of a process that are no clients of it."""

START_SECONDS, CONNECT_SECONDS, LATE_SECONDS = 30.0, 120.0, 10.0
SETTLE_SECONDS, STEP_SECONDS = 0.5, 0.1
HEADSTART_NS, FOREVER_NS = 200_000_000, 10**15
SOURCE = Path(__file__).with_name("bare_reader.c")


class BareReady(Struct, frozen=True, tag="bare_ready"):
    """The receiver in C has opened all its connections."""


class BareCount(Struct, frozen=True, tag="bare_count"):
    """Events that it was told of so far, over all connections."""

    deliveries: int


@dataclass(frozen=True)
class Receiver:
    """A process with its clients connected; `count` asks for the deliveries that it has had."""

    child: Child
    count: Callable[[], int]
    memory_before: int = 0


@dataclass(frozen=True)
class Turn:
    """CPU time per delivered event in microseconds, and memory per client.

    `alone`: as the server sends it, so that the receiver wakes up for nearly every delivery.
    `at_once`: all of an event's are there when the receiver looks, so that none wakes it up.
    """

    alone: float
    at_once: float
    bytes_per_client: float


@dataclass
class Costs:
    """The turns of all receivers of one stream."""

    stream: DeliveryStream
    clients: int
    turns: dict[str, list[Turn]] = field(default_factory=dict)

    def values(self, name: str, what: str) -> list[float]:
        """`alone` or `at_once` of a receiver, one entry a turn."""
        return list(map(attrgetter(what), self.turns[name]))

    def us(self, name: str, what: str = ALONE) -> float:
        """The median."""
        return statistics.median(self.values(name, what))

    def ratio(self, what: str = ALONE) -> float | None:
        """Ours over C's; None where C was not measured."""
        return self.us(OURS, what) / self.us(BARE, what) if BARE in self.turns else None

    @property
    def bytes_per_client(self) -> float:
        return statistics.median(turn.bytes_per_client for turn in self.turns[OURS])


def compiled(folder: Path) -> Path | None:
    """The receiver in C; None where it cannot be compiled."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    program = folder / "bare_reader"
    words = [compiler, "-O2", "-o", str(program), str(SOURCE)]
    made = subprocess.run(words, capture_output=True, check=False)
    return program if made.returncode == 0 else None


def clients_possible(asked: int) -> int:
    """As many clients as asked, or as this process's children may have files."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return asked if hard == resource.RLIM_INFINITY else min(asked, hard - OTHER_FILES)


@contextmanager
def _ours(stage: Staged, clients: int) -> Iterator[Receiver]:
    """The load process as a trial has it, in a window that does not end."""
    cores = cpu_sets(1)["load"]
    pattern = stage.config.pattern
    log = stage.folder / "load.log"
    child = python_child("bench.load", OURS, log, cores, ROOT, arguments=[pattern])
    try:
        config = LoadConfig(
            pattern=pattern,
            load=stage.config.load,
            seed=1,
            address=stage.address,
            rows=str(stage.folder / "rows.bin"),
            parts=stage.parts.reached,
        )
        child.ask(config, LoadReady, START_SECONDS)
        before = memory_bytes(child.pid)
        child.ask(Spawn(), Done, CONNECT_SECONDS)
        deadline = time.monotonic() + CONNECT_SECONDS
        while (found := child.ask(AskClientCounters(), ClientCounters)).connected < clients:
            if time.monotonic() > deadline:
                words = f": {found.errors[0]}" if found.errors else ""
                raise TrialFailed(f"{found.connected} of {clients} clients connected{words}")
            time.sleep(STEP_SECONDS)
        child.ask(Settle(), Done)
        now = now_ns()
        child.ask(Window(now + HEADSTART_NS, now + FOREVER_NS), Done)
        yield Receiver(
            child, lambda: child.ask(AskClientCounters(), ClientCounters).outcomes, before
        )
    finally:
        child.stop()


@contextmanager
def _bare(program: Path, stage: Staged, stream: DeliveryStream, clients: int) -> Iterator[Receiver]:
    """The same in C."""
    words = [str(program), stream.kind, str(stage.address.port), str(clients), stream.path]
    child = Child(BARE, words, stage.folder / "bare.log", cpu_sets(1)["load"])
    try:
        child.listen(BareReady, CONNECT_SECONDS)
        yield Receiver(child, lambda: child.ask(BareCount(0), BareCount).deliveries)
    finally:
        child.stop()


def _spent_us(
    receiver: Receiver, stage: Staged, clients: int, events: int, *, at_once: bool
) -> float:
    """CPU time per delivery of so many events; TrialFailed where one did not arrive.

    `at_once`: the receiver stands still until all of an event's deliveries wait to be read.
    """
    child = receiver.child
    before = receiver.count()
    start_ns = cpu_clock_ns(child.pid)
    for number in range(1, events + 1):
        if at_once:
            child.send_signal(signal.SIGSTOP)
        stage.parts.ask(Probe(0), Probed)
        time.sleep(1 / EVENTS_PER_S)
        if at_once:
            child.send_signal(signal.SIGCONT)
            _await(receiver, before + number * clients)
    _await(receiver, before + events * clients)
    return (cpu_clock_ns(child.pid) - start_ns) / 1e3 / (events * clients)


def _await(receiver: Receiver, due: int) -> None:
    """Return when so many deliveries have come."""
    deadline = time.monotonic() + LATE_SECONDS
    while (count := receiver.count()) < due and time.monotonic() < deadline:
        time.sleep(STEP_SECONDS)
    if count != due:
        raise TrialFailed(f"{receiver.child.name}: {count} of {due} deliveries came")


def _measured(receiver: Receiver, stage: Staged, clients: int, seconds: float) -> Turn:
    """Publish for so long, twice."""
    time.sleep(SETTLE_SECONDS)
    events = max(1, round(seconds * EVENTS_PER_S))
    alone, at_once = (
        _spent_us(receiver, stage, clients, events, at_once=each) for each in (False, True)
    )
    memory = memory_bytes(receiver.child.pid) - receiver.memory_before
    return Turn(alone, at_once, memory / clients)


def measure_stream(
    name: str, stream: DeliveryStream, clients: int, repeats: int, seconds: float, console: Console
) -> Costs:
    """All receivers of a stream, `repeats` turns each, the order changing from turn to turn."""
    settings = [*selfproof.declared().stream_settings, f"clients={clients}"]
    pattern, load = request.one_pattern(name, settings, {})
    costs = Costs(stream, clients)
    with staged(pattern, load, 0, {}, console.print, cpu_sets(1)["backend"]) as stage:
        program = compiled(stage.folder)
        for turn in range(1, repeats + 1):
            names = [OURS, BARE] if program is not None else [OURS]
            for each in names if turn % 2 else reversed(names):
                if each == BARE:
                    assert program is not None
                    receiving = _bare(program, stage, stream, clients)
                else:
                    receiving = _ours(stage, clients)
                with receiving as receiver:
                    found = _measured(receiver, stage, clients, seconds)
                costs.turns.setdefault(each, []).append(found)
                console.print(
                    f"{clients:,} clients of {stream.pattern}, turn {turn} of {repeats}: "
                    f"{each} {found.alone:.2f} us per delivered event, "
                    f"{found.at_once:.2f} where all come at once"
                )
    return costs


def table_of(found: Sequence[Costs]) -> FittedTable:
    """Medians with their extremes below, each stream beside its aims."""
    headers = ["receiver"]
    columns: list[list[str]] = []
    for costs in found:
        aim = costs.stream
        headers += [f"{aim.pattern}, {costs.clients:,} clients", "aim"]
        columns += [
            [
                *(_us(costs, name, what) for what in (ALONE, AT_ONCE) for name in (OURS, BARE)),
                *(_ratio(costs.ratio(what)) for what in (ALONE, AT_ONCE)),
                f"{costs.bytes_per_client / 1e3:.1f} kB",
            ],
            [
                f"<= {aim.aim_us:g} us",
                *["", "", ""],
                *[f"<= {AIM_RATIO:g}", ""],
                f"<= {aim.aim_bytes / 1e3:g} kB",
            ],
        ]
    keys = [
        *(OURS, BARE),
        *(f"all at once: {name}" for name in (OURS, BARE)),
        *(f"{OURS} / {BARE}", f"all at once: {OURS} / {BARE}"),
        "memory per client",
    ]
    rows = [[key, *(column[at] for column in columns)] for at, key in enumerate(keys)]
    title = "CPU time of the receiver per delivered event: median, below it least to most"
    return fitted(headers, rows, title, numbers=2 * len(found))


def _ratio(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.2f}"


def _us(costs: Costs, name: str, what: str) -> str:
    if name not in costs.turns:
        return "not measured"
    all_us = costs.values(name, what)
    least, most = significant(min(all_us)), significant(max(all_us))
    return f"{significant(costs.us(name, what))} us\n{least} to {most}"


def answer(found: Sequence[Costs]) -> str:
    """What a delivery costs, in a sentence."""
    texts = []
    for one in found:
        text = f"{significant(one.us(OURS))} us of the load process's CPU by {one.stream.pattern}"
        if (ratio := one.ratio()) is not None:
            text += f" ({ratio:.2f} times that of a receiver in C)"
        texts.append(text)
    return f"A delivered event costs {', '.join(texts)}."


def run(clients: int, repeats: int, seconds: float, console: Console) -> None:
    """Measure and print."""
    if shutil.which("cc") is None:
        console.print("cc is not installed (apt-get install gcc): nothing in C to compare with")
    possible = clients_possible(clients)
    if possible < clients:
        console.print(
            f"{possible:,} clients instead of {clients:,}: a process may open no more files"
        )
    proof = selfproof.declared()
    experiment = proof.subject.partition("/")[0]
    found = [
        measure_stream(
            f"{experiment}/{stream.pattern}", stream, possible, repeats, seconds, console
        )
        for stream in proof.streams
    ]
    console.print(answer(found))
    console.print(table_of(found))
