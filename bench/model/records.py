"""What is kept of a run and of each of its trials, beside the raw samples.  Pure.

Must not know where it is kept, nor what is made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bench.model.disturbance import Disturbance
from bench.model.fault import FaultDone
from bench.model.pattern import Pattern
from bench.model.readings import PathCounts, Reading, Wire, total_reading
from bench.model.samples import CLIENTS
from bench.model.trial import Trial

AA_PAIRS, AA_FALSE_PAIRS = "aa_pairs", "aa_false_pairs"
"""In a run's environment: pairs of runs in the machine's A/A history, and those that falsely
differ."""


@dataclass(frozen=True)
class Goal:
    """How narrow the intervals of a metric shall become: half the width as a share of the value.

    `rule` names how the number of repeats is found; "" in runs that stopped at the first interval
    that was narrow.
    """

    metric: str
    share: float
    most_repeats: int
    rule: str = ""


@dataclass(frozen=True)
class Audit:
    """What `bench laws` was asked for: so many points a domain, and the laws by their ids."""

    points: int
    laws: list[str]


@dataclass(frozen=True)
class Identity:
    """What a pattern's numbers depend on: digests of the files of its code, and versions.

    `files` by path below the checkout; `versions` of packages, services and proxies by name.
    """

    files: dict[str, str]
    versions: dict[str, str]


@dataclass(frozen=True)
class RunFile:
    """The content of run.json; `digests` names their algorithm, "" where there are none.

    `code` is what each pattern's numbers depend on, by the pattern's id.  `unlike` is filled
    from more-<n>.json: what had changed when trials were added all the same.
    """

    version: int
    created: str
    command: str
    seed: int
    repeats: int
    workers: int
    environment: dict[str, Any]
    patterns: dict[str, Pattern]
    trials: list[Trial]
    not_measured: dict[str, str] = field(default_factory=dict)
    keep_disturbed: bool = False
    goal: Goal | None = None
    pcap: list[str] = field(default_factory=list)
    digests: str = ""
    code: dict[str, Identity] = field(default_factory=dict)
    unlike: list[str] = field(default_factory=list)
    audit: Audit | None = None
    hosts: list[str] = field(default_factory=list)
    """The other hosts that carried the load, by name; none where this one did."""


@dataclass(frozen=True)
class TrialFile:
    """The content of trial.json; `files` has the digest of every other file of the trial.

    `files` is None in a trial made before digests were kept.
    """

    version: int
    trial: Trial
    status: Literal["ok", "failed"]
    reason: str = ""
    log_tail: list[str] = field(default_factory=list)
    t0_ns: int = 0
    t1_ns: int = 0
    phases_s: dict[str, float] = field(default_factory=dict)
    counted: int = 0
    operations: list[str] = field(default_factory=list)
    outcome_operation: str = ""
    parts: list[str] = field(default_factory=lambda: [CLIENTS])
    """Who recorded rows, in the order of their codes."""

    wire: dict[str, Wire] = field(default_factory=dict)
    link: dict[str, list[PathCounts]] = field(default_factory=dict)
    links: dict[str, dict[str, list[PathCounts]]] = field(default_factory=dict)
    counts: dict[str, dict[str, float]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    cpu_sets: dict[str, list[int]] = field(default_factory=dict)
    faults: list[FaultDone] = field(default_factory=list)
    disturbance: Disturbance | None = None
    disturbed: list[str] = field(default_factory=list)
    """By which bounds, as it was judged before anything else of the trial was looked at."""

    is_void: bool = False
    """Whether that makes it void: a run may keep its disturbed trials."""

    is_watched: bool = False
    """Whether a live page was served meanwhile."""

    files: dict[str, str] | None = None


@dataclass(frozen=True)
class MeterRow:
    """One reading of a part with its role and, at the instants that count, its mark."""

    role: str
    mark: str
    reading: Reading
    part: str = ""


def by_role(rows: Sequence[MeterRow]) -> list[MeterRow]:
    """The rows with those of one role at one instant summed over its parts, in their order."""
    found: dict[tuple[str, str, int], MeterRow] = {}
    for row in rows:
        key = row.role, row.mark, row.reading.time_ns
        known = found.get(key)
        if known is None:
            found[key] = MeterRow(row.role, row.mark, row.reading)
        else:
            reading = total_reading([known.reading, row.reading])
            found[key] = MeterRow(row.role, row.mark, reading)
    return list(found.values())
