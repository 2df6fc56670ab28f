"""CPU of processes that come and go, against a simulation that knows what was used."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.lab.accounting import ProcessId, ProcessReading, TreeAccount

ROOT, CHILD, GRANDCHILD, OTHER = (ProcessId(pid, 1) for pid in (10, 11, 12, 13))
OUTSIDE = 1
TICK_NS = 10_000_000

Snapshot = dict[ProcessId, ProcessReading]


def reading(parent: int, cpu: int, waited: int = 0, switches: int = 0) -> ProcessReading:
    return ProcessReading(parent, cpu, waited, switches)


def totals(*snapshots: Snapshot) -> list[int]:
    account = TreeAccount()
    found = []
    for snapshot in snapshots:
        account.update(snapshot)
        found.append(account.cpu_ns)
    return found


ALONE: Snapshot = {ROOT: reading(OUTSIDE, 5)}
PAIR: Snapshot = {ROOT: reading(OUTSIDE, 5), CHILD: reading(10, 7)}
THREE: Snapshot = {**PAIR, GRANDCHILD: reading(11, 4)}


@pytest.mark.parametrize(
    ("snapshots", "wanted"),
    [
        # What lives is what its clocks say.
        ([ALONE, PAIR, THREE], [5, 12, 16]),
        # A child that was waited for is in its parent's count too, with what it still used.
        ([PAIR, {ROOT: reading(OUTSIDE, 6, 9)}], [12, 15]),
        # Nobody waited for it: its last reading is all that is known.
        ([PAIR, {ROOT: reading(OUTSIDE, 6, 0)}], [12, 13]),
        # It lived between two readings.
        ([ALONE, {ROOT: reading(OUTSIDE, 5, 30)}], [5, 35]),
        # One was seen, another was not: both are in the count.
        ([PAIR, {ROOT: reading(OUTSIDE, 5, 8 + 30)}], [12, 43]),
        # A parent that ends hands its children's time on with its own.
        ([THREE, {ROOT: reading(OUTSIDE, 5, 11)}], [16, 16]),
        ([THREE, {ROOT: reading(OUTSIDE, 5, 0)}], [16, 16]),
        # First the grandchild, then the child that had waited for it.
        (
            [
                THREE,
                {ROOT: reading(OUTSIDE, 5), CHILD: reading(10, 7, 4)},
                {ROOT: reading(OUTSIDE, 5, 11)},
            ],
            [16, 16, 16],
        ),
        # The root is killed and started again as another process.
        ([PAIR, {}, {ProcessId(20, 9): reading(OUTSIDE, 2)}], [12, 12, 14]),
        # The same number, another process.
        ([ALONE, {ProcessId(10, 2): reading(OUTSIDE, 3)}], [5, 8]),
        # An orphan goes on and belongs to the tree still.
        ([THREE, {ROOT: reading(OUTSIDE, 5, 7), GRANDCHILD: reading(OUTSIDE, 9)}], [16, 21]),
        (
            [
                THREE,
                {ROOT: reading(OUTSIDE, 5, 7), GRANDCHILD: reading(OUTSIDE, 9)},
                {ROOT: reading(OUTSIDE, 5, 7)},
            ],
            [16, 21, 21],
        ),
        # A root that takes orphans in waits for them: not twice.
        (
            [
                THREE,
                {ROOT: reading(OUTSIDE, 5, 7), GRANDCHILD: reading(10, 9)},
                {ROOT: reading(OUTSIDE, 5, 16)},
            ],
            [16, 21, 21],
        ),
        # What was waited for before the tree was met counts from then on.
        ([{ROOT: reading(OUTSIDE, 5, 40)}, {ROOT: reading(OUTSIDE, 6, 40)}], [45, 46]),
    ],
)
def test_the_total_of_a_tree(snapshots: list[Snapshot], wanted: list[int]) -> None:
    assert totals(*snapshots) == wanted


def test_context_switches_of_those_that_ended_stay() -> None:
    account = TreeAccount()
    account.update({ROOT: reading(OUTSIDE, 0, switches=3), CHILD: reading(10, 0, switches=4)})
    account.update({ROOT: reading(OUTSIDE, 0, switches=5)})
    assert account.context_switches == 9
    assert account.members == [ROOT]


# --- a simulated machine ------------------------------------------------------------------------


@dataclass
class Process:
    """A process with what it used, and what the kernel notes of children it waited for."""

    parent: int
    cpu: int = 0
    waited: int = 0


@dataclass
class Machine:
    """Processes under a root that fork, work, end, and wait or do not wait for each other."""

    chance: random.Random
    waits: bool
    processes: dict[int, Process] = field(default_factory=lambda: {10: Process(OUTSIDE)})
    used: int = 0
    unseen: int = 0
    """Of those that ended: what they used since they were read last, where nobody waited."""

    next_pid: int = 11
    read: dict[int, int] = field(default_factory=dict)

    def step(self) -> None:
        pid = self.chance.choice(list(self.processes))
        what = self.chance.choice(["work", "work", "fork", "end"])
        if what == "fork":
            self.processes[self.next_pid] = Process(pid)
            self.next_pid += 1
        elif what == "end" and pid != 10:
            self.end(pid)
        else:
            amount = self.chance.randrange(1, 100)
            self.processes[pid].cpu += amount
            self.used += amount

    def end(self, pid: int) -> None:
        process = self.processes.pop(pid)
        for child in self.processes.values():
            if child.parent == pid:
                child.parent = OUTSIDE
        parent = self.processes.get(process.parent)
        if parent is not None and self.waits:
            parent.waited += process.cpu + process.waited
        else:
            self.unseen += process.cpu - self.read.get(pid, 0)

    def snapshot(self) -> Snapshot:
        self.read = {pid: process.cpu for pid, process in self.processes.items()}
        return {
            ProcessId(pid, 1): ProcessReading(process.parent, process.cpu, process.waited)
            for pid, process in self.processes.items()
        }


@given(st.integers(), st.booleans(), st.lists(st.integers(0, 8), max_size=12))
def test_nothing_is_lost_nor_counted_twice(seed: int, waits: bool, steps: list[int]) -> None:
    machine, account = Machine(random.Random(seed), waits), TreeAccount()
    account.update(machine.snapshot())
    before = 0
    for count in steps:
        for _ in range(count):
            machine.step()
        account.update(machine.snapshot())
        assert account.cpu_ns <= machine.used
        if not waits:
            assert account.cpu_ns == machine.used - machine.unseen
        assert account.cpu_ns >= before, "never backwards"
        before = account.cpu_ns


@given(st.integers(), st.lists(st.integers(0, 8), max_size=12))
def test_a_parent_that_waits_loses_nothing(seed: int, steps: list[int]) -> None:
    """Orphans aside, whose last moments nobody counts."""
    machine, account = Machine(random.Random(seed), waits=True), TreeAccount()
    account.update(machine.snapshot())
    for count in steps:
        for _ in range(count):
            machine.step()
        account.update(machine.snapshot())
        assert machine.used - machine.unseen <= account.cpu_ns <= machine.used
