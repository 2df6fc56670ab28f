"""A trial's beginning: what is running, how it is started, that it answers, that all are there.

Knows nothing of windows, nor of what becomes of the measurements.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bench.catalog import ROOT
from bench.lab import linked
from bench.lab.meters import Meters
from bench.lab.network.network import Network
from bench.lab.ports import free_port
from bench.lab.processes import Child, ChildDied, python_child
from bench.lab.proxies.proxyset import ProxySet
from bench.lab.side import ON_LOOPBACK, Side, Sides
from bench.model import linktext
from bench.model.errors import TrialFailed
from bench.model.fault import FaultDone
from bench.model.load import Load
from bench.model.messages import (
    AskClientCounters,
    ClientCounters,
    Done,
    LoadConfig,
    LoadReady,
    LoadResults,
    PartCommand,
    PartConfig,
    PartReady,
    Probe,
    Probed,
    Publish,
    Spawn,
    Tried,
    TryClient,
    Values,
    Verify,
)
from bench.model.proxy import Endpoint
from bench.model.trial import Trial

T = TypeVar("T")

START_SECONDS = 30.0
CONNECT_BASE_SECONDS = 30.0
CONNECTS_PER_SECOND = 100.0
"""The slowest pace of connecting that is still waited for."""

STEP_SECONDS = 0.02


class Observer(Protocol):
    """Is told what goes on; for progress, and for tests that disturb a trial."""

    def phase(self, name: str, running: RunningTrial) -> None:
        """A phase begins: start, verify, connect, warmup, window, drain, finish."""

    def counts(self, counters: ClientCounters) -> None:
        """What the clients have done so far."""


@dataclass
class RunningTrial:
    """The processes and marks of a trial under way."""

    trial: Trial
    folder: Path
    sets: dict[str, list[int]]
    target: Child
    load: Child
    phases_s: dict[str, float] = field(default_factory=dict)
    t0_ns: int = 0
    t1_ns: int = 0
    meters: Meters | None = None
    network: Network | None = None
    proxies: ProxySet | None = None
    sides: Sides = ON_LOOPBACK
    links: Mapping[str, linked.LinkRecord] = field(default_factory=dict)
    counts: dict[str, dict[str, float]] = field(default_factory=dict)
    has_counts: bool = False
    clients: LoadReady | None = None
    results: LoadResults | None = None
    nodes: Mapping[str, ServiceNode] = field(default_factory=dict)
    killed: set[int] = field(default_factory=set)
    """Processes that a fault ended: their death is no failure."""

    port: int = 0
    publish: Publish | None = None
    replaced: list[Child] = field(default_factory=list)
    """Processes of the target that were killed and started again."""

    faults: list[FaultDone] = field(default_factory=list)


class ServiceNode(Protocol):
    """What a trial may do to a service."""

    @property
    def pids(self) -> list[int]: ...
    @property
    def alive(self) -> bool: ...
    def restart(self) -> None: ...


def pids_of(node: ServiceNode) -> list[int]:
    """The processes that a service has now."""
    return node.pids


@dataclass(frozen=True)
class TrialContext:
    """What a trial finds: services with their processes, and how many load processes."""

    services: Mapping[str, Values] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    """Services that are metered, by name, with their roles."""

    nodes: Mapping[str, ServiceNode] = field(default_factory=dict)
    """The running services by name."""

    workers: int = 1
    network: Network | None = None
    sides: Sides = ON_LOOPBACK
    captures: Sequence[str] = ()
    """The links whose packets are to be kept in a pcap file, by name."""


@contextlib.contextmanager
def timed(running: RunningTrial, phase: str) -> Any:
    began = time.monotonic()
    try:
        yield
    finally:
        running.phases_s[phase] = time.monotonic() - began


def ask_target(
    running: RunningTrial, message: PartCommand, kind: type[T], seconds: float = 30.0
) -> T | None:
    """The target's reply; None where a fault has killed it."""
    target = running.target
    try:
        return target.ask(message, kind, seconds)
    except ChildDied:
        if target.pid in running.killed:
            return None
        raise


def check_services(running: RunningTrial) -> None:
    """TrialFailed where a service has died that no fault has killed."""
    for name, node in running.nodes.items():
        if not node.alive and not running.killed.issuperset(node.pids):
            raise TrialFailed(f"{name} was not killed by a fault")


def target_process(folder: Path, pins: Sequence[int], side: Side) -> Child:
    """A fresh process for the target, which has not been told yet what it is."""
    return python_child("targets", "target", folder / "target.log", pins, ROOT, side.join)


def part_config(running: RunningTrial, around: TrialContext) -> PartConfig:
    trial = running.trial
    return PartConfig(
        pattern=trial.pattern,
        load=dict(trial.load),
        seed=trial.seed,
        services=dict(around.services),
        host=running.sides.backend.host,
        port=running.port,
        log=str(running.folder / "events.bin"),
    )


def start_target_again(running: RunningTrial, around: TrialContext) -> None:
    """After its death: a fresh process at the same address, that goes on where it was."""
    target = target_process(running.folder, running.sets["backend"], running.sides.backend)
    # The one that is asked by others is the dead one until this one is ready.
    running.replaced.append(target)
    target.tell(part_config(running, around))
    target.listen(PartReady, START_SECONDS)
    if running.publish is not None:
        target.ask(running.publish, Done)
    running.replaced[-1], running.target = running.target, target


def service_endpoints(services: Mapping[str, Values]) -> dict[str, list[Endpoint]]:
    """Where services listen, by name, for proxies that lead to one."""
    return {
        name: [Endpoint(str(known["host"]), int(str(known["port"])))]
        for name, known in services.items()
        if "host" in known and "port" in known
    }


def start(running: RunningTrial, around: TrialContext) -> None:
    trial = running.trial
    links = linktext.links_of(trial.load)
    if running.network is not None:
        captures = {name: running.folder / f"{name}.pcap" for name in around.captures}
        wanted = {name: path for name, path in captures.items() if name in links}
        running.network.shape(links, trial.seed, wanted)
    running.target.tell(part_config(running, around))
    part = running.target.listen(PartReady, START_SECONDS)
    address = part.address
    running.port = address.port
    running.has_counts = part.has_counts or bool(part.proxies)
    if part.proxies:
        running.proxies = proxies = ProxySet(
            running.sides, running.sets["backend"], int(trial.load["clients"])
        )
        proxies.declare(part.proxies)
        proxies.start_all(
            {
                "server": [Endpoint(address.host, address.port)],
                **service_endpoints(around.services),
            }
        )
        address = proxies.before(address)
    running.load.tell(
        LoadConfig(
            pattern=trial.pattern,
            load=dict(trial.load),
            seed=trial.seed,
            address=address,
            workers=around.workers,
            rows=str(running.folder / "rows.bin"),
            port=free_port() if around.workers > 1 else 0,
        )
    )
    running.clients = running.load.listen(LoadReady, START_SECONDS)
    if running.network is not None:
        running.links = linked.before(running.network, links)


def verify(running: RunningTrial) -> None:
    """The pattern answers one correct exchange, or the trial stops with the reason."""
    try:
        tried = running.load.ask(TryClient(), Tried)
        probe = running.target.ask(Probe(tried.client or 0), Probed)
        running.load.ask(Verify(probe.sequence), Done)
    except TrialFailed as error:
        raise TrialFailed(f"the pattern gave no correct answer: {error}") from None


def connect(running: RunningTrial, load: Load[Any], observer: Observer) -> None:
    running.load.ask(Spawn(), Done, 60.0)
    deadline = time.monotonic() + CONNECT_BASE_SECONDS + load.window.clients / CONNECTS_PER_SECOND
    while True:
        counters = running.load.ask(AskClientCounters(), ClientCounters)
        observer.counts(counters)
        if counters.connected >= load.window.clients:
            return
        if time.monotonic() > deadline:
            words = f"; first error: {counters.errors[0]}" if counters.errors else ""
            raise TrialFailed(
                f"{counters.connected} of {load.window.clients} clients connected in time{words}"
            )
        time.sleep(STEP_SECONDS)
