"""What this machine has, what it lacks, and the fix.

Looks only; changes nothing.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench import catalog
from bench.lab import components
from bench.lab.host import read_host
from bench.lab.network.network import REMEDY
from bench.lab.network.network import usable as links_usable
from bench.lab.procfs import cpu_clock_ns
from bench.model.component import Component
from bench.plan.trials import SPARE_DESCRIPTORS
from bench.results import environment

MOST_NAMED = 2

State = Literal["ok", "limited", "missing"]


@dataclass(frozen=True)
class Check:
    """One line of the doctor's answer."""

    name: str
    state: State
    detail: str
    fix: str = ""


def _python() -> Check:
    return Check("Python", "ok", sys.version.split()[0])


def _cores() -> Check:
    count = len(environment.cpus())
    if count >= 2:
        return Check("cores", "ok", f"{count}: load and backend are kept apart")
    return Check(
        "cores",
        "limited",
        "1: load and backend share it, so latency includes their competition",
        "use a machine with two cores",
    )


def _descriptors() -> Check:
    limit = environment.descriptor_limit()
    detail = f"{limit:,} per process: up to {limit - SPARE_DESCRIPTORS:,} clients"
    return Check("file descriptors", "ok" if limit >= 4096 else "limited", detail, "ulimit -Hn")


def _ports() -> Check:
    ports = environment.local_ports()
    return Check("local ports", "ok", f"at most {ports:,} connections to one port")


def _cpu_clock() -> Check:
    if cpu_clock_ns(os.getppid()) > 0:
        return Check("CPU clock of processes", "ok", "nanoseconds")
    return Check("CPU clock of processes", "limited", "psutil: steps of 10 ms")


def _disturbance() -> Check:
    """Whether this machine says what would make a trial void."""
    reading = read_host(0, {"this": [os.getpid()]})
    known = {
        "steal time": reading.steal_ns,
        "pressure": reading.pressure_ns,
        "waits for a core": reading.threads or None,
    }
    missing = [name for name, value in known.items() if value is None]
    if not missing:
        return Check("disturbances", "ok", f"{', '.join(known)}: disturbed trials are void")
    return Check(
        "disturbances",
        "limited",
        f"not reported here: {', '.join(missing)}; what it would show goes unseen",
        "a kernel with PSI and schedstat, or a container that may read /proc",
    )


def _components() -> list[Check]:
    """Every component that a pattern may require, found by being there."""
    users: dict[str, list[str]] = {}
    for experiment in catalog.experiments():
        for pattern in catalog.patterns(experiment).values():
            for name in pattern.requires:
                users.setdefault(name, []).append(pattern.id)
    return [
        _component(component, users.get(component.name, []))
        for component in catalog.components().values()
        if not component.described
    ]


def _component(component: Component, users: Sequence[str]) -> Check:
    if remedy := components.missing(component.name):
        return Check(component.title, "missing", _not_measured(users), remedy)
    return Check(component.title, "ok", components.version(component.name) or "installed")


def _not_measured(users: Sequence[str]) -> str:
    """What its absence costs."""
    if not users:
        return "no pattern requires it"
    more = f" and {len(users) - MOST_NAMED} more" if len(users) > MOST_NAMED else ""
    verb = "is" if len(users) == 1 else "are"
    return f"{', '.join(users[:MOST_NAMED])}{more} {verb} not measured"


def _link() -> Check:
    privilege, remedy = links_usable()
    if remedy:
        return Check("emulated links", "missing", "--link is refused", REMEDY)
    return Check("emulated links", "ok", f"by {privilege}: packets in user space")


def _tool(name: str, use: str) -> Check:
    path = shutil.which(name)
    if path:
        return Check(name, "ok", f"{path}: {use}")
    return Check(name, "missing", f"{use}: left out", f"as root: apt-get install -y {name}")


def checks() -> list[Check]:
    """All checks, the most important first."""
    return [
        _python(),
        _cores(),
        _descriptors(),
        _ports(),
        _cpu_clock(),
        _disturbance(),
        *_components(),
        _link(),
        _tool("wrk", "yardstick of `bench calibrate`"),
        _tool("tcpdump", "packet capture for the test of wire bytes"),
    ]
