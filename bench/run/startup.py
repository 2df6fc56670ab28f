"""A trial's beginning: what is running, how it is started, that it answers, that all are there.

Knows nothing of windows, nor of what becomes of the measurements.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from msgspec import structs

from bench import catalog
from bench.lab import linked
from bench.lab.hosts.hosted import HostedLoad
from bench.lab.hosts.hub import Hub
from bench.lab.meters import Meters
from bench.lab.network.network import Network
from bench.lab.parts import START_SECONDS
from bench.lab.partset import PartSet
from bench.lab.ports import free_port
from bench.lab.processes import Child
from bench.lab.procfs import clock_of
from bench.lab.side import ON_LOOPBACK, Sides
from bench.model import linktext
from bench.model.combining import combine
from bench.model.disturbance import Disturbance
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
    LoseWorkers,
    PartConfig,
    PartResults,
    Probe,
    Probed,
    Settle,
    Spawn,
    Tried,
    TryClient,
    Values,
    Verify,
)
from bench.model.pattern import Pattern
from bench.model.proxy import Endpoint
from bench.model.trial import Trial
from bench.run.host_facts import check_reached
from bench.run.timeline import Timeline

CONNECT_BASE_SECONDS = 30.0
CONNECTS_PER_SECOND = 100.0
"""The slowest pace of connecting that is still waited for."""

VERIFY_SECONDS = 10.0
"""How long the answer to the first exchange may take."""

STEP_SECONDS = 0.02
FLUSH_SECONDS = 0.2
"""How often a part keeps what it recorded where a fault may end it, or somebody watches."""

CLIENT_ROWS = "rows.bin"


class Observer(Protocol):
    """Is told what goes on; for progress, and for tests that disturb a trial."""

    def phase(self, name: str, running: RunningTrial) -> None:
        """A phase begins: start, verify, connect, warmup, window, drain, finish."""


@dataclass
class RunningTrial:
    """The processes and marks of a trial under way."""

    trial: Trial
    folder: Path
    sets: dict[str, list[int]]
    parts: PartSet
    load: Child
    phases_s: dict[str, float] = field(default_factory=dict)
    t0_ns: int = 0
    t1_ns: int = 0
    meters: Meters | None = None
    network: Network | None = None
    sides: Sides = ON_LOOPBACK
    links: Mapping[str, linked.LinkRecord] = field(default_factory=dict)
    counts: dict[str, dict[str, float]] = field(default_factory=dict)
    clients: LoadReady | None = None
    results: LoadResults | None = None
    nodes: Mapping[str, ServiceNode] = field(default_factory=dict)
    part_results: PartResults = field(default_factory=PartResults)
    timeline: Timeline | None = None
    faults: list[FaultDone] = field(default_factory=list)
    is_watched: bool = False
    disturbance: Disturbance | None = None
    hosted: HostedLoad | None = None
    """The hosts that carry the load, where others than this one do."""


class ServiceNode(Protocol):
    """What a trial may do to a service."""

    @property
    def pids(self) -> list[int]: ...
    @property
    def alive(self) -> bool: ...
    def restart(self) -> None: ...
    def fail_over(self) -> None: ...


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
    hub: Hub | None = None
    """Where other hosts have joined that carry the load."""

    locust_page: str = ""
    """The Unix socket at which the load process shows Locust's page; "" where nobody watches."""


@contextlib.contextmanager
def timed(running: RunningTrial, phase: str) -> Any:
    began = time.monotonic()
    try:
        yield
    finally:
        running.phases_s[phase] = time.monotonic() - began


def check_services(running: RunningTrial) -> None:
    """TrialFailed where a service has died that no fault has killed."""
    for name, node in running.nodes.items():
        if not node.alive and not running.parts.killed.issuperset(node.pids):
            title = catalog.components()[name].title
            raise TrialFailed(f"{title} ended during the trial, and no fault was meant to end it")


def check_clocks(running: RunningTrial, clients: LoadReady) -> None:
    """TrialFailed where a process of the trial has another clock than this one.

    Schedules and marks are instants of one clock, which only a time namespace makes differ.
    """
    ours = clock_of(os.getpid())
    known = {one.label: one.pids for one in running.parts}
    if running.hosted is None:
        known[running.load.name] = clients.pids
    for name, pids in known.items():
        if any(clock_of(pid) not in ("", ours) for pid in pids):
            raise TrialFailed(
                f"{name} has another clock than the harness (another time namespace); start all "
                "in one"
            )


def counts_of(pattern: Pattern, load: Mapping[str, Any]) -> dict[str, int]:
    """How many processes each part of a pattern has under a load (by field name)."""
    parameters = catalog.experiments()[pattern.experiment].load.parameters
    return {part.name: part.instances(load, parameters) for part in pattern.parts}


def service_endpoints(services: Mapping[str, Values]) -> dict[str, list[Endpoint]]:
    """Where services listen, by name, for proxies that lead to one."""
    return {
        name: [Endpoint(str(known["host"]), int(str(known["port"])))]
        for name, known in services.items()
        if "host" in known and "port" in known
    }


def start(running: RunningTrial, context: TrialContext, *, is_searched: bool = False) -> None:
    """Configure all parts in order, then the load process, each where it runs.

    What is searched is captured: all links of the trial.
    """
    trial = running.trial
    running.is_watched = bool(context.locust_page)
    links = linktext.links_of(trial.load)
    if running.network is not None:
        names = [name for name in links if is_searched or name in context.captures]
        wanted = {name: running.folder / f"{name}.pcap" for name in names}
        running.network.shape(links, trial.seed, wanted)
    config = PartConfig(
        pattern=trial.pattern,
        load=dict(trial.load),
        seed=trial.seed,
        services=dict(context.services),
        flush_s=FLUSH_SECONDS if trial.load.get("fault") or context.locust_page else 0.0,
    )
    parts = running.parts
    parts.start(config, running.sides, service_endpoints(context.services))
    hosted = running.hosted
    workers = context.workers if hosted is None else hosted.workers
    asked = LoadConfig(
        pattern=trial.pattern,
        load=dict(trial.load),
        seed=trial.seed,
        address=parts.entrance,
        workers=workers,
        rows=str(running.folder / CLIENT_ROWS),
        parts=parts.reached,
        port=free_port() if workers > 1 or hosted is not None else 0,
        from_hosts=hosted is not None,
    )
    running.load.tell(structs.replace(asked, page=context.locust_page))
    if hosted is not None:
        check_reached(asked.address)
        hosted.begin(asked)
    running.clients = running.load.listen(LoadReady, START_SECONDS)
    check_clocks(running, running.clients)
    if hosted is not None:
        hosted.watch(lambda numbers: running.load.tell(LoseWorkers(list(numbers))))
    if running.network is not None:
        running.links = linked.before(running.network, links)


def verify(running: RunningTrial) -> None:
    """The pattern answers one correct exchange, or the trial stops with the reason.

    It is begun by whoever makes the work: a part that publishes, a caller, or the client.
    """
    try:
        client = running.load.ask(TryClient(), Tried).client or 0
        probe = combine(running.parts.ask(Probe(client), Probed))
        running.load.ask(Verify(probe.sequence, probe.is_checked, VERIFY_SECONDS), Done)
    except TrialFailed as error:
        raise TrialFailed(f"the pattern gave no correct answer: {error}") from None


def settle(running: RunningTrial) -> None:
    """Have all processes put away what start-up left, one after the other."""
    running.load.ask(Settle(), Done)
    running.parts.ask(Settle(), Done)


def connect(running: RunningTrial, load: Load[Any]) -> None:
    running.load.ask(Spawn(), Done, 60.0)
    deadline = time.monotonic() + CONNECT_BASE_SECONDS + load.window.clients / CONNECTS_PER_SECOND
    while True:
        counters = running.load.ask(AskClientCounters(), ClientCounters)
        if counters.connected >= load.window.clients:
            return
        running.parts.check_alive()
        check_services(running)
        if running.hosted is not None:
            running.hosted.check()
        if time.monotonic() > deadline:
            words = f"; first error: {counters.errors[0]}" if counters.errors else ""
            raise TrialFailed(
                f"{counters.connected} of {load.window.clients} clients connected in time{words}"
            )
        time.sleep(STEP_SECONDS)
