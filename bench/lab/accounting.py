"""CPU of a tree of processes that come and go: nothing lost, nothing counted twice.  Pure.

A process that ends takes its clock with it.  What it used is known twice: by its last
reading, and by its parent's count of children that it has waited for (in steps of 10 ms,
and 0 where nobody waits).  The greater of the two is taken, for each parent over all its
ended children: a child that lived between two readings is only in the count, one that
nobody waited for only in the readings.  Must not know how a process is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class ProcessId(NamedTuple):
    """A process: numbers are used again, but not with the same start."""

    pid: int
    started: int


@dataclass(frozen=True)
class ProcessReading:
    """One process at one instant; `waited_ns` is the CPU time of children that it waited for."""

    parent: int
    cpu_ns: int
    waited_ns: int = 0
    context_switches: int = 0


@dataclass
class _Member:
    """A process of the tree: its last reading, and the total of its children that ended."""

    reading: ProcessReading
    parent: ProcessId | None = None
    ended_ns: int = 0

    @property
    def total_ns(self) -> int:
        return self.reading.cpu_ns + max(self.reading.waited_ns, self.ended_ns)


@dataclass
class TreeAccount:
    """What a tree used so far, over successive snapshots of its living processes.

    Who once belonged to it does so until it ends, whoever is its parent then.  Where a root
    is started again the totals go on from where they were.
    """

    _members: dict[ProcessId, _Member] = field(default_factory=dict)
    _ended_ns: int = 0
    _ended_switches: int = 0
    cpu_ns: int = 0
    context_switches: int = 0

    @property
    def members(self) -> list[ProcessId]:
        """The processes of the latest snapshot."""
        return list(self._members)

    def update(self, snapshot: Mapping[ProcessId, ProcessReading]) -> None:
        """Take the tree as it is now; the totals never go backwards."""
        ended = [one for one in self._members if one not in snapshot]
        by_pid = {one.pid: one for one in snapshot}
        for one, reading in snapshot.items():
            member = self._members.setdefault(one, _Member(reading))
            member.reading, member.parent = reading, by_pid.get(reading.parent)
        for one in sorted(ended, key=self._depth, reverse=True):
            self._end(one)
        living = self._members.values()
        total = self._ended_ns + sum(member.total_ns for member in living)
        # The count of children lags by a step of 10 ms.
        self.cpu_ns = max(self.cpu_ns, total)
        switches = sum(member.reading.context_switches for member in living)
        self.context_switches = max(self.context_switches, self._ended_switches + switches)

    def _end(self, one: ProcessId) -> None:
        """Add what it used to its parent's ended children, or to the tree's where that is gone."""
        member = self._members.pop(one)
        self._ended_switches += member.reading.context_switches
        parent = self._members.get(member.parent) if member.parent else None
        if parent is None:
            self._ended_ns += member.total_ns
        else:
            parent.ended_ns += member.total_ns

    def _depth(self, one: ProcessId) -> int:
        """How many of its ancestors are in the tree: children end before their parents."""
        depth, at = 0, self._members[one].parent
        while at is not None and at in self._members:
            depth, at = depth + 1, self._members[at].parent
        return depth
