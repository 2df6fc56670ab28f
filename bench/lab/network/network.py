"""The harness's end of an emulated network: start it, shape its links, read them, stop it.

Knows nothing of trials; it runs the emulator as a child and speaks to it in lines.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from bench.catalog import ROOT
from bench.lab.network import messages, topology
from bench.lab.processes import Child
from bench.lab.scratch import make_folder
from bench.lab.side import Side, Sides
from bench.model.errors import ComponentMissing, TrialFailed
from bench.model.links import BACKEND, CLIENTS, SIDES, Link
from bench.model.messages import Done
from bench.model.readings import PathCounts

FOLDER_PREFIX = "patternbench-link-"
START_SECONDS = 15.0
PROBE_SECONDS = 0.5
FEWEST_PROBES, MOST_PROBES = 3, 20
REMEDY = (
    "needs root or unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1), "
    "and a kernel with veth devices and packet sockets"
)


T = TypeVar("T")
NAN = float("nan")


@dataclasses.dataclass(frozen=True)
class Counts:
    """What a link saw: by instant (ns) and now, one entry a path; lateness where packets came."""

    at: dict[int, list[PathCounts]]
    now: list[PathCounts]
    late_ns: messages.LateNs | None
    dropped: int
    captured: int = 0


class Network:
    """The sides, and the links between them; the emulator runs on the cores `pins`."""

    def __init__(self, pins: Sequence[int] = ()) -> None:
        self._pins = pins
        self._child: Child | None = None
        self._control: socket.socket | None = None
        self._folder: Path | None = None
        self._descriptors: list[int] = []
        self._asking = threading.Lock()
        self._links: Mapping[str, Link] = {}
        self.privilege = ""
        self.priority = ""

    def start(self) -> None:
        """Make the namespaces; ComponentMissing where this user may not."""
        self.stop()
        self._folder = make_folder(FOLDER_PREFIX)
        ours, theirs = socket.socketpair()
        self._control = ours
        command = [sys.executable, "-m", "bench.lab.network", str(theirs.fileno())]
        self._child = Child(
            "link",
            command,
            self._folder / "link.log",
            self._pins,
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        ready = self._child.listen(messages.Ready, START_SECONDS)
        if ready.error:
            self.stop()
            raise ComponentMissing(f"an emulated link: {ready.error}; {REMEDY}")
        self.privilege, self.priority = ready.privilege, ready.priority
        _, self._descriptors, _, _ = socket.recv_fds(ours, 1, 1 + len(SIDES))

    @property
    def pids(self) -> list[int]:
        return [self._child.pid] if self._child else []

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.alive

    def log_tail(self) -> list[str]:
        return self._child.log_tail() if self._child else []

    def side(self, name: str, links: Collection[str] = (CLIENTS,), path: int = 0) -> Side:
        """Where those of a side are when these links are asked for.

        `path` is the one by whose address they are reached, of those of the clients' link.
        """
        place = topology.where(name, links)
        *owner, clients, backend, services, standby = self._descriptors
        number = SIDES.index(place)
        join = (*owner, (clients, backend, services, standby)[number])
        return Side(topology.host(name, links, path), join, partial(self._socket, place))

    def sides(self, links: Collection[str]) -> Sides:
        """Where everybody is when these links are asked for."""
        return Sides(**{name: self.side(name, links) for name in SIDES})

    @property
    def clients(self) -> Side:
        return self.side(CLIENTS)

    @property
    def backend(self) -> Side:
        return self.side(BACKEND)

    def _ask(self, command: messages.Command, reply: type[T]) -> T:
        if self._child is None:
            raise TrialFailed("the link is not running")
        with self._asking:  # a cut has a thread of its own
            return self._child.ask(command, reply)

    def _socket(self, side: str, kind: int) -> socket.socket:
        assert self._control is not None
        self._ask(messages.MakeSocket(side, int(kind)), Done)
        _, (descriptor,), _, _ = socket.recv_fds(self._control, 1, 1)
        return socket.socket(socket.AF_INET, kind, fileno=descriptor)

    def shape(
        self, links: Mapping[str, Link], seed: int, captures: Mapping[str, Path] | None = None
    ) -> None:
        """Be these links from now on; counts begin anew, and those captures."""
        files = {name: str(path) for name, path in (captures or {}).items()}
        self._links = dict(links)
        self._ask(messages.Shape(self._links, seed, files), Done)

    def mark(self, instants: Sequence[int]) -> None:
        """Have the counts taken at these instants (ns of the monotonic clock)."""
        self._ask(messages.Mark(list(instants)), Done)

    def counts(self, link: str = CLIENTS) -> Counts:
        """All counts of a link so far."""
        return self.all_counts()[link]

    def all_counts(self, *, ends_captures: bool = False) -> dict[str, Counts]:
        """The same of every link; no packet after those counted is captured where that is said."""
        seen = self._ask(messages.ReadCounts(ends_captures), messages.Counted)
        return {
            name: Counts(
                {at: links[name] for at, links in seen.marks.items()},
                now,
                seen.late_ns.get(name),
                dropped=seen.dropped[name],
                captured=seen.captured.get(name, 0),
            )
            for name, now in seen.now.items()
        }

    def congestion(self) -> dict[str, dict[str, list[str]]]:
        """Congestion control of the connections that stand, by link and side."""
        return self._ask(messages.ReadCongestion(), messages.Congestion).links

    def switch(self, path: int, up: bool, link: str = CLIENTS) -> None:
        """Take a path of a link down, or bring it back."""
        self._ask(messages.SwitchPath(link, path, up), Done)

    def renumber(self, path: int, link: str = CLIENTS) -> None:
        """Give the near side of a link's path another address in place of the one that it has."""
        self._ask(messages.Renumber(link, path), Done)

    def probe_ms(self, name: str = CLIENTS) -> float:
        """The round trip of small datagrams over a link (least of a few); NaN where lost."""
        span = topology.spans_of(self._links)[name]
        near, far = self.side(span.near, self._links), self.side(span.far, self._links)
        rtt_s = self._links[name].paths[0].rtt_ns / 1e9
        count = int(max(FEWEST_PROBES, min(MOST_PROBES, PROBE_SECONDS / max(rtt_s, 1e-3))))
        here, there = near.make_socket(socket.SOCK_DGRAM), far.make_socket(socket.SOCK_DGRAM)
        with here, there:
            for end, side in ((here, near), (there, far)):
                end.bind((side.host, 0))
                end.settimeout(2 * rtt_s + 0.5)
            times = [
                spent for _ in range(count) if (spent := _round_trip_ms(here, there)) is not None
            ]
        return min(times) if times else NAN

    def stop(self) -> None:
        """End the emulator; the namespaces go with it and what ran in them."""
        if self._child is not None:
            self._child.stop()
        if self._control is not None:
            self._control.close()
        for descriptor in self._descriptors:
            os.close(descriptor)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._child = self._control = self._folder = None
        self._descriptors = []


def _round_trip_ms(near: socket.socket, far: socket.socket) -> float | None:
    began = time.monotonic_ns()
    try:
        near.sendto(b"probe", far.getsockname())
        _, address = far.recvfrom(16)
        far.sendto(b"probe", address)
        near.recvfrom(16)
    except TimeoutError:
        return None
    return (time.monotonic_ns() - began) / 1e6


@cache
def usable() -> tuple[str, str]:
    """(privilege, "") where links work here, else ("", the remedy).

    Tried once per process: a network of its own is started for it.
    """
    network = Network()
    try:
        network.start()
        return network.privilege, ""
    except (ComponentMissing, TrialFailed) as error:
        return "", str(error)
    finally:
        network.stop()
