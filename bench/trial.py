"""One trial from start to stop: fresh processes, verify, connect, window, drain.

Knows one trial; what came before and after it is the runner's.
"""

from __future__ import annotations

import contextlib
import math
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from bench import linktext, samples, store
from bench.catalog import ROOT
from bench.lab import linked
from bench.lab.meters import Meters
from bench.lab.network.network import Network
from bench.lab.place import LOOPBACK
from bench.lab.ports import free_port
from bench.lab.processes import Child, cpu_sets, python_child
from bench.lab.stall import Stall
from bench.model import Experiment, Load, Trial, TrialFailed
from bench.readings import Wire
from bench.samples import COMMON_OPERATIONS

START_SECONDS = 30.0
CONNECT_BASE_SECONDS = 30.0
CONNECTS_PER_SECOND = 100.0
"""The slowest pace of connecting that is still waited for."""
HEADSTART_NS = 50_000_000
"""Between the command to publish and the first event: all have heard by then."""
WATCH_SECONDS = 0.5
DRAIN_STEP_SECONDS = 0.02


class Observer(Protocol):
    """Is told what goes on; for progress, and for tests that disturb a trial."""

    def phase(self, name: str, running: RunningTrial) -> None:
        """A phase begins: start, verify, connect, warmup, window, drain, finish."""

    def counts(self, counters: Mapping[str, Any]) -> None:
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
    link: dict[str, Any] = field(default_factory=dict)
    finished: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Surroundings:
    """What a trial finds: services with their processes, and how many load processes."""

    services: Mapping[str, Any] = field(default_factory=dict)
    broker_pids: Sequence[int] = ()
    workers: int = 1
    network: Network | None = None


def run_trial(
    experiment: Experiment,
    trial: Trial,
    folder: Path,
    around: Surroundings,
    observer: Observer,
) -> store.TrialFile:
    """Execute the trial, leave its raw data in `folder`, return its record.

    A trial that cannot be finished is a record too (status "failed"), with
    what was measured until then.
    """
    began = time.monotonic()
    sets = cpu_sets(around.workers)
    network = around.network
    near, far = (network.clients, network.backend) if network else (LOOPBACK, LOOPBACK)
    target = python_child(
        "targets", "target", folder / "target.log", sets["backend"], ROOT, far.join
    )
    load = python_child(
        "bench.load", "load process", folder / "load.log", sets["load"], ROOT, near.join
    )
    running = RunningTrial(trial, folder, sets, target, load, network=network)
    reason, tail = "", []
    try:
        _execute(experiment, running, around, observer)
    except TrialFailed as error:
        reason = str(error)
        tail = target.log_tail() + load.log_tail()
    finally:
        rows = running.meters.end() if running.meters else []
        load.stop()
        target.stop()
    counted = _convert(running, experiment, rows)
    record = _record(running, experiment, reason, tail, counted)
    spent = sum(running.phases_s.values())
    running.phases_s["harness"] = time.monotonic() - began - spent
    return record


def _execute(
    experiment: Experiment, running: RunningTrial, around: Surroundings, observer: Observer
) -> None:
    load: Load = experiment.load(**running.trial.load)
    observer.phase("start", running)
    _start(running, around)
    observer.phase("verify", running)
    _verify(running)
    roles = {
        "server": [running.target.pid],
        "broker": around.broker_pids,
        "generator": running.finished.pop("pids"),
        "link": running.network.pids if running.network else (),
    }
    running.meters = Meters(roles)
    running.meters.read("idle")
    with _timed(running, "connect"):
        observer.phase("connect", running)
        _connect(running, load, observer)
    _window(running, load, observer)
    with _timed(running, "drain"):
        observer.phase("drain", running)
        _drain(running, load, observer)
    if running.network is not None:
        facts = running.link["facts"]
        running.link |= linked.after(running.network, facts, running.t0_ns, running.t1_ns)
    observer.phase("finish", running)
    running.finished = running.load.ask({"do": "finish"}, 120.0)
    running.target.ask({"do": "finish", "events": str(running.folder / "events.bin")})


@contextlib.contextmanager
def _timed(running: RunningTrial, phase: str) -> Any:
    began = time.monotonic()
    try:
        yield
    finally:
        running.phases_s[phase] = time.monotonic() - began


def _start(running: RunningTrial, around: Surroundings) -> None:
    trial = running.trial
    config = {"pattern": trial.pattern, "load": dict(trial.load), "seed": trial.seed}
    link = linktext.link_of(trial.load)
    if running.network is not None and link is not None:
        running.network.shape(link, trial.seed)
    host = running.network.backend.host if running.network else LOOPBACK.host
    running.target.tell({**config, "services": dict(around.services), "host": host})
    address = running.target.listen(START_SECONDS)
    running.load.tell(
        {
            **config,
            "address": address,
            "workers": around.workers,
            "rows": str(running.folder / "rows.bin"),
            "port": free_port() if around.workers > 1 else 0,
        }
    )
    ready = running.load.listen(START_SECONDS)
    if ready.get("error"):
        raise TrialFailed(f"load process: {ready['error']}")
    running.finished["pids"] = ready["pids"]
    if running.network is not None and link is not None:
        running.link = linked.before(running.network, link)


def _verify(running: RunningTrial) -> None:
    """The pattern answers one correct exchange, or the trial stops with the reason."""
    try:
        client = running.load.ask({"do": "try"})["client"]
        probe = running.target.ask({"do": "probe", "client": client})
        running.load.ask({"do": "verify", "sequence": probe["sequence"]})
    except TrialFailed as error:
        raise TrialFailed(f"the pattern gave no correct answer: {error}") from None


def _connect(running: RunningTrial, load: Load, observer: Observer) -> None:
    running.load.ask({"do": "spawn"}, 60.0)
    deadline = time.monotonic() + CONNECT_BASE_SECONDS + load.clients / CONNECTS_PER_SECOND
    while True:
        counters = running.load.ask({"do": "counters"})
        observer.counts(counters)
        if counters["connected"] >= load.clients:
            return
        if time.monotonic() > deadline:
            words = f"; first error: {counters['errors'][0]}" if counters["errors"] else ""
            raise TrialFailed(
                f"{counters['connected']} of {load.clients} clients connected in time{words}"
            )
        time.sleep(DRAIN_STEP_SECONDS)


def _window(running: RunningTrial, load: Load, observer: Observer) -> None:
    start_ns = time.monotonic_ns() + HEADSTART_NS
    running.t0_ns = t0_ns = start_ns + int(load.warmup_s * 1e9)
    running.t1_ns = t1_ns = t0_ns + int(load.duration_s * 1e9)
    running.target.ask({"do": "publish", "start_ns": start_ns, "end_ns": t1_ns})
    running.load.ask({"do": "window", "t0_ns": t0_ns, "t1_ns": t1_ns})
    assert running.meters is not None
    running.meters.begin(t0_ns, t1_ns)
    if running.network is not None:
        running.network.mark([t0_ns, t1_ns])
    with Stall(running.target, t0_ns, t1_ns, load.stall_s):
        for phase, end_ns in (("warmup", t0_ns), ("window", t1_ns)):
            with _timed(running, phase):
                observer.phase(phase, running)
                _watch_until(running, end_ns, observer)


def _watch_until(running: RunningTrial, end_ns: int, observer: Observer) -> None:
    """Wait, telling the observer now and then; notice a child that dies."""
    while (left_s := (end_ns - time.monotonic_ns()) / 1e9) > 0:
        time.sleep(min(WATCH_SECONDS, left_s))
        for child in (running.target, running.load):
            if not child.alive:
                child.ask({"do": "counters"})  # says how it died
        # Not close to the end: the answer must not be under way at t1.
        if left_s > 2 * WATCH_SECONDS:
            observer.counts(running.load.ask({"do": "counters"}))


def _drain(running: RunningTrial, load: Load, observer: Observer) -> None:
    """Wait for what is still owed, at most as long as the load has patience."""
    deadline = time.monotonic() + load.patience_s
    still = Stillness(load.gives_up_after_s)
    while True:
        left_s = max(0.1, deadline - time.monotonic())
        server = running.target.ask({"do": "counters"}, left_s + START_SECONDS)
        if server["failure"]:
            raise TrialFailed(str(server["failure"]))
        counters = running.load.ask({"do": "counters"})
        observer.counts(counters)
        # The probe of the verification was published before there were clients.
        owed = (server["published"] - 1) * load.deliveries_per_event
        if not server["publishing"] and counters["outcomes"] >= owed:
            return
        if time.monotonic() > deadline:
            return
        if still.lasts(counters["outcomes"], time.monotonic()):
            return
        time.sleep(DRAIN_STEP_SECONDS)


class Stillness:
    """Sees that a number has not changed for a while."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = math.inf if seconds is None else seconds
        self._value = -1
        self._since_s = 0.0

    def lasts(self, value: int, now_s: float) -> bool:
        """Whether `value` has been the same for long enough."""
        if value != self._value:
            self._value, self._since_s = value, now_s
        return now_s - self._since_s >= self._seconds


def _convert(running: RunningTrial, experiment: Experiment, meters: list[store.MeterRow]) -> int:
    """The processes' binary records become Parquet; returns the rows that there are."""
    operations = [*COMMON_OPERATIONS, *experiment.operations]
    folder = running.folder
    rows = _read_binary(folder / "rows.bin", samples.DTYPE)
    events = _read_binary(folder / "events.bin", samples.EVENT_DTYPE)
    store.write_samples(folder / "samples.parquet", rows, operations)
    store.write_events(folder / "events.parquet", events)
    store.write_meters(folder / "meters.parquet", meters)
    return len(rows)


def _read_binary(path: Path, dtype: np.dtype) -> np.ndarray:
    """All whole records of a file, which is then removed; a cut-off last one is dropped."""
    if not path.exists():
        return np.zeros(0, dtype)
    data = path.read_bytes()
    path.unlink()
    return np.frombuffer(data[: len(data) // dtype.itemsize * dtype.itemsize], dtype)


def _record(
    running: RunningTrial, experiment: Experiment, reason: str, tail: list[str], rows: int
) -> store.TrialFile:
    finished = running.finished
    for log in ("target.log", "load.log"):
        path = running.folder / log
        if path.exists() and not path.stat().st_size:
            path.unlink()
    return store.TrialFile(
        version=store.VERSION,
        trial=running.trial,
        status="failed" if reason else "ok",
        reason=reason,
        log_tail=tail,
        t0_ns=running.t0_ns,
        t1_ns=running.t1_ns,
        phases_s=running.phases_s,
        counted=finished.get("counted", rows),
        operations=[*COMMON_OPERATIONS, *experiment.operations],
        outcome_operation=experiment.outcome_operation,
        wire={name: Wire(**values) for name, values in finished.get("wire", {}).items()},
        link=running.link.get("counts", {}),
        facts={
            **finished.get("facts", {}),
            **({"link": running.link["facts"]} if running.link else {}),
            "client_failures": finished.get("failures", 0),
            "client_errors": finished.get("errors", []),
        },
        cpu_sets=running.sets,
    )


def discard(folder: Path) -> None:
    """Remove what an interrupted trial left."""
    shutil.rmtree(folder, ignore_errors=True)
