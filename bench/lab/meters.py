"""What parts use: CPU in nanoseconds, memory, context switches, over time.

Reads from outside; the processes do nothing for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from bench.lab.accounting import TreeAccount
from bench.lab.host import read_host
from bench.lab.procfs import read_tree
from bench.model.disturbance import HostReading
from bench.model.readings import Reading
from bench.model.records import MeterRow

INTERVAL_NS = 97_000_000
"""A reading takes most of a millisecond of a core.  Evenly spaced events come at round times: at
100 ms each of them would meet one (ten a second were 0.65 ms late), at 97 one in ten does."""


@dataclass
class Meter:
    """One part, service or proxy: its processes at present (they may change) and its account."""

    part: str
    role: str
    pids: Callable[[], Sequence[int]]
    account: TreeAccount = field(default_factory=TreeAccount)

    def read(self, time_ns: int) -> Reading:
        """Its processes with all their descendants, those that have ended included."""
        snapshot = read_tree(self.pids(), self.account.members)
        self.account.update(snapshot.processes)
        return Reading(
            time_ns,
            self.account.cpu_ns,
            snapshot.memory_bytes,
            self.account.context_switches,
        )


class Meters:
    """Reads all meters every 97 ms and exactly at the instants that it is given."""

    def __init__(self, meters: Sequence[Meter]) -> None:
        self._meters = sorted(meters, key=attrgetter("role"))
        self._reading = threading.Lock()
        self.rows: list[MeterRow] = []
        self.hosts: dict[str, HostReading] = {}
        """The host and the waits of threads at both ends of the window, by mark."""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def read(self, mark: str = "") -> None:
        """One row a meter; those of a role have the same instant."""
        with self._reading:
            for role, meters in groupby(self._meters, attrgetter("role")):
                now = time.monotonic_ns()
                self.rows += [MeterRow(role, mark, one.read(now), one.part) for one in meters]

    def begin(self, t0_ns: int, t1_ns: int) -> None:
        """Read at t0, every 97 ms until t1, and at t1, from a thread of its own."""
        inner = [(due, "") for due in range(t0_ns + INTERVAL_NS, t1_ns, INTERVAL_NS)]
        instants = [(t0_ns, "t0"), *inner, (t1_ns, "t1")]
        self._thread = threading.Thread(target=self._follow, args=(instants,), daemon=True)
        self._thread.start()

    def _follow(self, instants: Sequence[tuple[int, str]]) -> None:
        for due_ns, mark in instants:
            wait_s = (due_ns - time.monotonic_ns()) / 1e9
            if wait_s > 0 and self._stop.wait(wait_s):
                return
            self.read(mark)
            if mark:
                self.hosts[mark] = self._host()

    def _host(self) -> HostReading:
        """After the meters: it takes a while where there are many threads."""
        pids = {one.part: [each.pid for each in one.account.members] for one in self._meters}
        return read_host(time.monotonic_ns(), pids)

    def finish(self) -> None:
        """Wait for the reading at t1: on a busy machine it is late, and must find its processes."""
        assert self._thread is not None
        self._thread.join()

    def end(self) -> list[MeterRow]:
        """Stop reading; all rows so far."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        return self.rows
