"""The harness's end of an emulated network: start it, shape it, read it, stop it.

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
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from bench.catalog import ROOT
from bench.lab.network.namespaces import ADDRESSES, BACKEND, CLIENT
from bench.lab.processes import Child
from bench.lab.scratch import make_folder
from bench.lab.side import Side
from bench.model.errors import ComponentMissing, TrialFailed
from bench.model.links import Link
from bench.model.readings import PathCounts

FOLDER_PREFIX = "patternbench-link-"
START_SECONDS = 15.0
PROBE_SECONDS = 0.5
FEWEST_PROBES, MOST_PROBES = 3, 20
REMEDY = (
    "needs root, or /dev/net/tun open to this user and unprivileged user namespaces "
    "(sysctl kernel.unprivileged_userns_clone=1)"
)


@dataclasses.dataclass(frozen=True)
class Counts:
    """What the link saw: by instant (ns) and now, one entry a path; lateness in ns."""

    at: dict[int, list[PathCounts]]
    now: list[PathCounts]
    late_p50_ns: float
    late_p99_ns: float
    late_most_ns: float
    dropped: int


class Network:
    """Two places, `client` and `backend`, and the link between them."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._control: socket.socket | None = None
        self._folder: Path | None = None
        self._descriptors: list[int] = []
        self._asking = threading.Lock()
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
            "link", command, self._folder / "link.log", cwd=ROOT, pass_fds=[theirs.fileno()]
        )
        theirs.close()
        ready = self._child.listen(dict, START_SECONDS)
        if ready.get("error"):
            self.stop()
            raise ComponentMissing(f"an emulated link: {ready['error']}; {REMEDY}")
        self.privilege, self.priority = ready["privilege"], ready["priority"]
        _, self._descriptors, _, _ = socket.recv_fds(ours, 1, 3)

    @property
    def pids(self) -> list[int]:
        return [self._child.pid] if self._child else []

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.alive

    def log_tail(self) -> list[str]:
        return self._child.log_tail() if self._child else []

    def place(self, end: str, path: int = 0) -> Side:
        """Where clients, or the backend, are."""
        number = (CLIENT, BACKEND).index(end)
        *owner, client, backend = self._descriptors
        join = (*owner, (client, backend)[number])
        return Side(ADDRESSES[path][number], join, partial(self._socket, end))

    @property
    def clients(self) -> Side:
        return self.place(CLIENT)

    @property
    def backend(self) -> Side:
        return self.place(BACKEND)

    def _ask(self, **message: Any) -> dict[str, Any]:
        if self._child is None:
            raise TrialFailed("the link is not running")
        with self._asking:  # a cut has a thread of its own
            reply = self._child.ask(message, dict)
        if reply.get("error"):
            raise TrialFailed(f"link: {reply['error']}")
        return reply

    def _socket(self, end: str, kind: int) -> socket.socket:
        assert self._control is not None
        self._ask(do="socket", end=end, kind=int(kind))
        _, (descriptor,), _, _ = socket.recv_fds(self._control, 1, 1)
        return socket.socket(socket.AF_INET, kind, fileno=descriptor)

    def shape(self, link: Link, seed: int) -> None:
        """Be this link from now on; counts begin anew."""
        self._ask(do="shape", link=dataclasses.asdict(link), seed=seed)

    def mark(self, instants: Sequence[int]) -> None:
        """Have the counts taken at these instants (ns of the monotonic clock)."""
        self._ask(do="mark", at=list(instants))

    def counts(self) -> Counts:
        """All counts so far."""
        reply = self._ask(do="counts")
        middle, high, most = reply["late_ns"] or [float("nan")] * 3
        return Counts(
            at={int(at): _paths(paths) for at, paths in reply["marks"].items()},
            now=_paths(reply["now"]),
            late_p50_ns=middle,
            late_p99_ns=high,
            late_most_ns=most,
            dropped=reply["dropped"],
        )

    def congestion(self) -> dict[str, list[str]]:
        """Congestion control of the connections that stand, by end."""
        return self._ask(do="congestion")

    def switch(self, path: int, up: bool) -> None:
        """Take a path down, or bring it back."""
        self._ask(do="path", number=path, up=up)

    def probe_ms(self, link: Link) -> float:
        """The round trip of small datagrams as sockets see it (least of a few); NaN where lost."""
        rtt_s = link.paths[0].rtt_ns / 1e9
        count = int(max(FEWEST_PROBES, min(MOST_PROBES, PROBE_SECONDS / max(rtt_s, 1e-3))))
        near = self.clients.make_socket(socket.SOCK_DGRAM)
        far = self.backend.make_socket(socket.SOCK_DGRAM)
        with near, far:
            for end, place in ((near, self.clients), (far, self.backend)):
                end.bind((place.host, 0))
                end.settimeout(2 * rtt_s + 0.5)
            times = [
                spent for _ in range(count) if (spent := _round_trip_ms(near, far)) is not None
            ]
        return min(times) if times else float("nan")

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


def _paths(paths: Any) -> list[PathCounts]:
    return msgspec.convert(paths, list[PathCounts])


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


def usable() -> tuple[str, str]:
    """(privilege, "") where links work here, else ("", the remedy)."""
    network = Network()
    try:
        network.start()
        return network.privilege, ""
    except (ComponentMissing, TrialFailed) as error:
        return "", str(error)
    finally:
        network.stop()
