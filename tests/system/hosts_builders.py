"""Hosts that are none: a network namespace each, with a clock of its own, on one bridge.

A time namespace shifts the monotonic clock of its processes by a known amount.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from system_builders import BENCH, ROOT, until

SUBNET = "10.77.0"
MASTER = f"{SUBNET}.1"
READY_S = 10.0


def may_have_hosts() -> str:
    """Why this machine can have none, "" where it can."""
    if os.geteuid() != 0:
        return "needs root for network and time namespaces"
    if not Path("/proc/self/timens_offsets").exists():
        return "the kernel has no time namespaces"
    return ""


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=30)


@dataclass
class FakeHost:
    """A host: whatever is started in it has its network and its clock."""

    name: str
    address: str
    ahead_s: int
    pid: int

    @property
    def inside(self) -> list[str]:
        """What to put before a command so that it runs there."""
        return ["nsenter", "-t", str(self.pid), "--net", "--time"]

    def start(
        self,
        *arguments: str,
        output: Path,
        env: Mapping[str, str] | None = None,
        command: Sequence[str] = BENCH,
    ) -> subprocess.Popen[str]:
        """`bench ...` there, in the background."""
        with output.open("w") as file:
            return subprocess.Popen(
                [*self.inside, *command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=ROOT,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )


@contextlib.contextmanager
def fake_hosts(ahead_s: Sequence[int]) -> Iterator[list[FakeHost]]:
    """The first is to be the master; how far each one's clock is ahead of this machine's."""
    holders: list[subprocess.Popen[bytes]] = []
    try:
        hosts = []
        for number, ahead in enumerate(ahead_s):
            holder = subprocess.Popen(
                [
                    *("unshare", "--net", "--time", "--monotonic", str(ahead)),
                    *("--fork", "--kill-child", "sleep", "900"),
                ]
            )
            holders.append(holder)
            pid = _sleeper(holder.pid)
            name = f"host{number}" if number else "master"
            hosts.append(FakeHost(name, f"{SUBNET}.{number + 1}", ahead, pid))
        _connect(hosts)
        yield hosts
    finally:
        for holder in holders:
            holder.kill()  # it heeds nothing milder while it waits
            holder.wait(READY_S)


def _sleeper(parent: int) -> int:
    """The process that holds the namespaces: the child, once it is what it was started for."""
    children = Path(f"/proc/{parent}/task/{parent}/children")

    def found() -> int:
        words = children.read_text().split()
        is_it = words and Path(f"/proc/{words[0]}/comm").read_text().strip() == "sleep"
        return int(words[0]) if is_it else 0

    return int(until(found, READY_S, "namespaces"))


def _connect(hosts: Sequence[FakeHost]) -> None:
    """A bridge at the master, to which each of the others has a cable."""
    master = hosts[0]
    at_master = ["nsenter", "-t", str(master.pid), "--net"]
    run(*at_master, "ip", "link", "set", "lo", "up")
    run(*at_master, "ip", "link", "add", "bridge", "type", "bridge")
    run(*at_master, "ip", "address", "add", f"{master.address}/24", "dev", "bridge")
    run(*at_master, "ip", "link", "set", "bridge", "up")
    for host in hosts[1:]:
        here = ["nsenter", "-t", str(host.pid), "--net"]
        cable = f"to-{host.name}"
        peer = ["type", "veth", "peer", "name", "cable", "netns", str(host.pid)]
        run(*at_master, "ip", "link", "add", cable, *peer)
        run(*at_master, "ip", "link", "set", cable, "master", "bridge", "up")
        run(*here, "ip", "link", "set", "lo", "up")
        run(*here, "ip", "address", "add", f"{host.address}/24", "dev", "cable")
        run(*here, "ip", "link", "set", "cable", "up")
