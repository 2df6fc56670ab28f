"""What a delivered event costs a load process: ours beside a bare one in C, on the same stream.

The receivers take turns on one core, with thousands of clients each; the server has another core.
A load process of an older commit may be one of them, on the stream of today's server.
Every event goes to all clients.  Must not know how an event is carried: an experiment says it.
"""

from __future__ import annotations

import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from rich.console import Console

from bench.catalog import ROOT
from bench.clock import now_ns
from bench.lab.processes import Child, cpu_sets, python_child
from bench.lab.procfs import cpu_clock_ns, memory_bytes
from bench.model.errors import TrialFailed
from bench.model.generator_messages import BareCount, BareReady
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
from bench.run import request
from bench.tools import selfproof
from bench.tools.aims import Figure
from bench.tools.delivery_costs import BARE, OURS, Costs, Turn, answer, figures_of, table_of
from bench.tools.older import Older
from bench.tools.stage import Staged, staged
from bench.tools.turns import taking_turns

EVENTS_PER_S = 2.0
OTHER_FILES = 500
"""Descriptors of a process that are no clients of it."""

CLIENT_BYTES = 100_000
"""More than a client takes in the server, the receiver and the kernel together."""

START_SECONDS, CONNECT_SECONDS, LATE_SECONDS = 30.0, 120.0, 10.0
SETTLE_SECONDS, STEP_SECONDS = 0.5, 0.1
HEADSTART_NS, FOREVER_NS = 200_000_000, 10**15
SOURCE = Path(__file__).with_name("bare_reader.c")


@dataclass(frozen=True)
class Receiver:
    """A process with its clients connected; `count` asks for the deliveries that it has had."""

    child: Child
    count: Callable[[], int]
    memory_before: int = 0


def compiled(folder: Path, source: Path = SOURCE, libraries: Sequence[str] = ()) -> Path | None:
    """A receiver in C; None where it cannot be compiled."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    program = folder / source.stem
    words = [compiler, "-O2", "-o", str(program), str(source), *libraries]
    made = subprocess.run(words, capture_output=True, check=False)
    return program if made.returncode == 0 else None


def clients_possible(asked: int) -> int:
    """As many clients as asked, or as open files and memory suffice for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = asked if hard == resource.RLIM_INFINITY else hard - OTHER_FILES
    memory = psutil.virtual_memory().available // CLIENT_BYTES
    return max(1, min(asked, files, memory))


@contextmanager
def _ours(stage: Staged, clients: int, root: Path) -> Iterator[Receiver]:
    """The load process of the code in `root` as a trial has it, in a window that does not end."""
    cores = cpu_sets(1)["load"]
    pattern = stage.config.pattern
    log = stage.folder / "load.log"
    child = python_child("bench.load", OURS, log, cores, root, arguments=[pattern])
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
    receiver: Receiver, stage: Staged, clients: int, events: int, *, all_at_once: bool
) -> float:
    """CPU time per delivery of so many events; TrialFailed where one did not arrive.

    `all_at_once`: the receiver stands still until all of an event's deliveries wait to be read.
    """
    child = receiver.child
    before = receiver.count()
    start_ns = cpu_clock_ns(child.pid)
    for number in range(1, events + 1):
        if all_at_once:
            child.send_signal(signal.SIGSTOP)
        stage.parts.ask(Probe(0), Probed)
        time.sleep(1 / EVENTS_PER_S)
        if all_at_once:
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
    alone, all_at_once = (
        _spent_us(receiver, stage, clients, events, all_at_once=each) for each in (False, True)
    )
    memory = memory_bytes(receiver.child.pid) - receiver.memory_before
    return Turn(alone, all_at_once, memory / clients)


def _one_turn(
    receiving: Callable[[], AbstractContextManager[Receiver]],
    stage: Staged,
    clients: int,
    seconds: float,
) -> Turn:
    with receiving() as receiver:
        return _measured(receiver, stage, clients, seconds)


def process_at(older: Older) -> str:
    """The name of an older commit's load process."""
    return f"{OURS} at {older.commit}"


def measure_stream(
    name: str,
    stream: DeliveryStream,
    clients: int,
    repeats: int,
    seconds: float,
    console: Console,
    older: Older | None,
) -> Costs:
    """All receivers of a stream, `repeats` turns each, the order changing from turn to turn."""
    settings = [*selfproof.declared().stream_settings, f"clients={clients}"]
    pattern, load = request.one_pattern(name, settings, {})
    costs = Costs(stream, clients)
    with staged(pattern, load, 0, {}, console.print, cpu_sets(1)["backend"]) as stage:
        receivers: dict[str, Callable[[], AbstractContextManager[Receiver]]] = {
            OURS: partial(_ours, stage, clients, ROOT)
        }
        if older is not None:
            receivers[process_at(older)] = partial(_ours, stage, clients, older.root)
        if (program := compiled(stage.folder)) is not None:
            receivers[BARE] = partial(_bare, program, stage, stream, clients)
        contenders = {
            name: partial(_one_turn, receiving, stage, clients, seconds)
            for name, receiving in receivers.items()
        }
        optional = process_at(older) if older is not None else ""
        for turn, each, found in taking_turns(contenders, repeats, optional, console):
            costs.turns.setdefault(each, []).append(found)
            console.print(
                f"{clients:,} clients of {stream.pattern}, turn {turn} of {repeats}: "
                f"{each} {found.alone:.2f} us per delivered event, "
                f"{found.all_at_once:.2f} where all come at once"
            )
    return costs


def run(
    clients: int, repeats: int, seconds: float, console: Console, older: Older | None = None
) -> list[Figure]:
    """Measure and print; returns what has an aim."""
    if shutil.which("cc") is None:
        console.print("cc is not installed (apt-get install gcc): nothing in C to compare with")
    possible = clients_possible(clients)
    if possible < clients:
        console.print(
            f"{possible:,} clients instead of {clients:,}: open files or memory suffice for no more"
        )
    proof = selfproof.declared()
    experiment = proof.subject.partition("/")[0]
    found = [
        measure_stream(
            f"{experiment}/{stream.pattern}", stream, possible, repeats, seconds, console, older
        )
        for stream in proof.streams
    ]
    console.print(answer(found))
    name = None if older is None else process_at(older)
    console.print(table_of(found, name))
    return figures_of(found, name)
