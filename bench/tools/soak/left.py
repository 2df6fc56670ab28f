"""What a command left behind: processes, network namespaces, mounts, temporary folders, ports.

Looks twice: what is there while the command runs is what must be gone after it.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.tools.soak.harness import GONE_WITHIN_S, Harness, Place, living, marked, within

NETWORK = "ns/net"
NAMESPACE_FILES = "nsfs"


@dataclass(frozen=True)
class Seen:
    """What belongs to a command that runs."""

    processes: tuple[psutil.Process, ...] = ()
    namespaces: frozenset[str] = frozenset()
    ports: frozenset[int] = field(default_factory=frozenset)
    mounts: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()


def namespace(pid: int | str) -> str:
    """The network namespace of a process; "" where it is gone."""
    try:
        return os.readlink(f"/proc/{pid}/{NETWORK}")
    except OSError:
        return ""


def _mounts() -> frozenset[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return frozenset(line.split()[4] for line in lines if f" {NAMESPACE_FILES} " in line)


def _devices() -> frozenset[str]:
    return frozenset(os.listdir("/sys/class/net"))


def _ports_of(process: psutil.Process) -> set[int]:
    with contextlib.suppress(psutil.Error):
        return {
            one.laddr.port
            for one in process.net_connections("tcp")
            if one.status == psutil.CONN_LISTEN
        }
    return set()


def before() -> Seen:
    """The machine before a command."""
    return Seen(mounts=_mounts(), devices=_devices())


def during(first: Seen, harness: Harness) -> Seen:
    """What belongs to the command now."""
    processes = tuple(harness.family())
    ours = namespace("self")
    places = {one.pid: namespace(one.pid) for one in processes}
    ports = {port for one in processes if places[one.pid] == ours for port in _ports_of(one)}
    apart = frozenset(places.values()) - {ours, ""}
    return Seen(processes, apart, frozenset(ports), first.mounts, first.devices)


def after(seen: Seen, place: Place) -> list[str]:
    """What is left of it, each in a line; a moment is given to what is ending."""

    def rest() -> list[psutil.Process]:
        return living([*seen.processes, *marked(place.folder)])

    within(GONE_WITHIN_S, lambda: not rest())
    found = [f"process {one.pid} ({_name(one)}) is left" for one in dict.fromkeys(rest())]
    held = {namespace(pid) for pid in psutil.pids()} & seen.namespaces
    found += [f"namespace {one} is left" for one in sorted(held)]
    found += [f"mount {one} is left" for one in sorted(_mounts() - seen.mounts)]
    found += [f"network device {one} is left" for one in sorted(_devices() - seen.devices)]
    found += [f"port {one} is left open" for one in sorted(_listening() & seen.ports)]
    return found


def folders(place: Place) -> list[str]:
    """Temporary files of the case that are still there."""
    return [f"temporary {path.name} is left" for path in sorted(place.temporary.iterdir())]


def _listening() -> set[int]:
    found: set[int] = set()
    for name in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            rows = [one.split() for one in Path(f"/proc/self/net/{name}").read_text().splitlines()]
            found |= {int(row[1].rpartition(":")[2], 16) for row in rows[1:] if row[3] == "0A"}
    return found


def _name(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return process.name()
    return "gone"
