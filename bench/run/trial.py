"""One trial from start to stop: fresh processes, verify, connect, window, drain.

Knows one trial; what came before and after it is the runner's.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

from bench import catalog
from bench.catalog import ROOT
from bench.lab import linked
from bench.lab.hosts.hosted import HostedLoad
from bench.lab.meters import Meter, Meters
from bench.lab.parts import START_SECONDS
from bench.lab.partset import PartSet
from bench.lab.processes import Child, cpu_sets, python_child
from bench.lab.proxies.proxyset import ProxySet
from bench.model.combining import combine
from bench.model.errors import TrialFailed
from bench.model.experiment import Experiment
from bench.model.load import Load
from bench.model.messages import (
    AskCounts,
    Begin,
    Counts,
    Done,
    FinishLoad,
    FinishPart,
    LoadResults,
    PartResults,
    Window,
)
from bench.model.part import GENERATOR, Part, cores_of
from bench.model.proxy import ROLE
from bench.model.records import TrialFile
from bench.model.trial import Trial
from bench.run.draining import drain
from bench.run.fault_actors import timeline_of
from bench.run.recording import LOAD_LOG, keep_raw, record_of
from bench.run.startup import (
    Observer,
    RunningTrial,
    TrialContext,
    check_services,
    connect,
    counts_of,
    pids_of,
    settle,
    start,
    timed,
    verify,
)

HEADSTART_NS = 50_000_000
"""Between the command to publish and the first event: all have heard by then."""
WATCH_SECONDS = 0.5


def run_trial(
    experiment: Experiment,
    trial: Trial,
    folder: Path,
    context: TrialContext,
    observer: Observer,
) -> TrialFile:
    """Execute the trial, leave its raw data in `folder`, return its record.

    A trial that cannot be finished is a record too (status "failed"), with
    what was measured until then.
    """
    began = time.monotonic()
    pattern = catalog.patterns(experiment.name)[trial.pattern.partition("/")[2]]
    hub, sides = context.hub, context.sides
    sets = cpu_sets(context.workers if hub is None else 1)

    def launch(part: Part, name: str, log: Path) -> Child:
        return python_child(
            "targets", name, log, sets[cores_of(part.role)], ROOT, sides[part.side].join
        )

    parts = PartSet(
        pattern,
        counts_of(pattern, trial.load),
        folder,
        launch,
        ProxySet(sides, sets["backend"], int(trial.load["clients"])),
    )
    load = python_child(
        "bench.load",
        "load process",
        folder / LOAD_LOG,
        sets["load"],
        ROOT,
        sides.clients.join,
        [trial.pattern],
    )
    running = RunningTrial(
        trial,
        folder,
        sets,
        parts,
        load,
        network=context.network,
        sides=sides,
        nodes=context.nodes,
    )
    reason, tail = "", []
    try:
        if hub is not None:
            running.hosted = HostedLoad(hub)
        _execute(experiment, running, context, observer)
    except TrialFailed as error:
        reason = str(error)
        if running.network is not None:
            linked.abandon(running.network)
        tail = [*parts.log_tail(), *load.log_tail()]
    finally:
        rows = running.meters.end() if running.meters else []
        load.stop()
        parts.stop()
        if running.hosted is not None:
            running.hosted.stop()
            rows += running.hosted.meter_rows()
    rows_stored = keep_raw(running, experiment, rows)
    record = record_of(running, experiment, reason, tail, rows_stored)
    spent = sum(running.phases_s.values())
    running.phases_s["harness"] = time.monotonic() - began - spent
    return record


def _execute(
    experiment: Experiment, running: RunningTrial, context: TrialContext, observer: Observer
) -> None:
    load: Load[Any] = experiment.load.read(running.trial.load)
    observer.phase("start", running)
    start(running, context, is_searched=bool(experiment.searched_for(load)))
    observer.phase("verify", running)
    verify(running)
    running.meters = Meters(_meters(running, context))
    running.meters.read("idle")
    _count(running, "idle")
    with timed(running, "connect"):
        observer.phase("connect", running)
        connect(running, load)
        settle(running)
    start_ns = _set_window(running, load)
    timeline = running.timeline = timeline_of(running, context)
    try:
        with timeline:
            _window(running, observer, start_ns)
            timeline.settle(START_SECONDS)
            _end(experiment, running, context, load, observer)
    finally:
        running.faults = timeline.done


def _meters(running: RunningTrial, context: TrialContext) -> list[Meter]:
    """What is metered: parts, the proxies context them, services, load processes, the link."""
    clients, proxies, network = running.clients, running.parts.proxies, running.network
    assert clients is not None
    found = [
        *(Meter(one.label, one.part.role, partial(getattr, one, "pids")) for one in running.parts),
        *([] if running.hosted else [Meter("clients", GENERATOR, lambda: clients.pids)]),
        *(
            Meter(name, role, partial(pids_of, context.nodes[name]))
            for name, role in context.roles.items()
        ),
    ]
    if proxies is not None:
        found += [Meter(name, ROLE, partial(proxies.pids_of, name)) for name in proxies.names]
    if network is not None:
        found.append(Meter("link", "link", lambda: network.pids))
    return found


def _end(
    experiment: Experiment,
    running: RunningTrial,
    context: TrialContext,
    load: Load[Any],
    observer: Observer,
) -> None:
    """Wait for what is under way, then have everybody hand over what was measured."""
    with timed(running, "drain"):
        observer.phase("drain", running)
        drain(experiment, running, load)
    assert running.meters is not None
    running.meters.read("end")
    if running.network is not None:
        t0_ns, t1_ns = running.t0_ns, running.t1_ns
        running.links = linked.after(running.network, running.links, t0_ns, t1_ns)
        if marker := experiment.searched_for(load):
            running.links = linked.searched(running.links, running.folder, marker, context.captures)
    _count(running, "end")
    observer.phase("finish", running)
    running.results = running.load.ask(FinishLoad(), LoadResults, 120.0)
    if running.hosted is not None:
        running.hosted.end()
    running.part_results = combine(running.parts.ask(FinishPart(), PartResults) or [PartResults()])


def _set_window(running: RunningTrial, load: Load[Any]) -> int:
    """Fix t0 and t1; returns when the schedule starts."""
    start_ns = time.monotonic_ns() + HEADSTART_NS
    running.t0_ns = start_ns + int(load.window.warmup_s * 1e9)
    running.t1_ns = running.t0_ns + int(load.window.duration_s * 1e9)
    return start_ns


def _window(running: RunningTrial, observer: Observer, start_ns: int) -> None:
    t0_ns, t1_ns = running.t0_ns, running.t1_ns
    running.parts.begin(Begin(start_ns, t0_ns, t1_ns))
    running.load.ask(Window(t0_ns, t1_ns), Done)
    if running.hosted is not None:
        running.hosted.window(t0_ns, t1_ns)
    assert running.meters is not None
    running.meters.begin(t0_ns, t1_ns)
    if running.network is not None:
        running.network.mark([t0_ns, t1_ns])
    for phase, end_ns in (("warmup", t0_ns), ("window", t1_ns)):
        with timed(running, phase):
            observer.phase(phase, running)
            _watch_until(running, end_ns)
            _count(running, "t0" if phase == "warmup" else "t1")
    running.meters.finish()


def _count(running: RunningTrial, mark: str) -> None:
    """Have the backend's own counters read, where it has any.

    Not in the meters' thread: the answer takes a millisecond, which is no matter for
    counts, but would be one for the clock of CPU times.
    """
    if not running.parts.has_counts:
        return
    replies = running.parts.ask(AskCounts(), Counts)
    if not replies:
        return
    found = combine(replies).counts | running.parts.proxies.counts()
    running.counts[mark] = found


def _watch_until(running: RunningTrial, end_ns: int) -> None:
    """Wait, and notice a child that dies; nobody is asked anything while it is measured."""
    while (left_s := (end_ns - time.monotonic_ns()) / 1e9) > 0:
        time.sleep(min(WATCH_SECONDS, left_s))
        running.parts.check_alive()
        running.load.check_alive()
        check_services(running)
