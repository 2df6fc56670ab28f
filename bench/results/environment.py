"""Facts about the host and the software, recorded with every run.

COMPARABLE names those that must agree before two runs are put side by side.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import resource
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from bench import __version__, catalog
from bench.results.checkout import commit_of

PACKAGES = (
    "aiohttp",
    "aio-pika",
    "gevent",
    "httptools",
    "locust",
    "numpy",
    "picows",
    "uvloop",
)
COMPARABLE = ("host", "cpu", "cores", "kernel", "python", "patternbench")


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def cpu_model() -> str:
    for line in _read("/proc/cpuinfo").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def package_version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def versions_of(modules: Iterable[str]) -> dict[str, str]:
    """The version of each package that brings one of the modules, by the package's name.

    Modules of Python itself, and those that are not installed, have none.
    """
    found = {}
    for module in set(modules) - sys.stdlib_module_names:
        for package in _packages_of(module):
            found[package] = package_version(package)
    return dict(sorted(found.items()))


def _packages_of(module: str) -> list[str]:
    """Which packages bring a module: nearly always the one of its name."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return [importlib.metadata.metadata(module)["Name"].lower()]
    return [name.lower() for name in _packages().get(module, ())]


@cache
def _packages() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


def descriptor_limit() -> int:
    """The file descriptors that a process may have, after raising the soft limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1_048_576 if hard == resource.RLIM_INFINITY else hard


def local_ports() -> int:
    """Connections that can be open at once from this host to one port."""
    try:
        low, high = _read("/proc/sys/net/ipv4/ip_local_port_range").split()
    except ValueError:
        return 28_000
    return int(high) - int(low) + 1


def cpus() -> list[int]:
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0))


def memory_gib() -> float:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)


def facts() -> dict[str, object]:
    """What a reader must know to judge or to repeat a run."""
    return {
        "patternbench": __version__,
        "commit": commit_of(catalog.ROOT),
        "host": platform.node(),
        "system": _read("/etc/os-release").partition('PRETTY_NAME="')[2].partition('"')[0],
        "kernel": platform.release(),
        "cpu": cpu_model(),
        "cores": len(cpus()),
        "memory_gib": memory_gib(),
        "python": sys.version.split()[0],
        "packages": {name: package_version(name) for name in PACKAGES},
        "congestion_control": _read("/proc/sys/net/ipv4/tcp_congestion_control"),
        "file_descriptors": descriptor_limit(),
        "clocksource": _read("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
        "load_average": os.getloadavg()[0],
    }
