"""Short ways to make a run of made trials, to be evaluated without files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from unit_builders import MS, SECOND, data, latencies, trial

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.pattern import Pattern
from bench.model.readings import Reading
from bench.model.records import RunFile, TrialFile
from bench.model.trial import Trial


@dataclass(frozen=True)
class BuiltTrial:
    record: TrialFile
    content: TrialData

    def data(self) -> TrialData:
        return self.content


@dataclass(frozen=True)
class BuiltRun:
    folder: Path
    file: RunFile
    trials: tuple[BuiltTrial, ...]
    unfinished: tuple[Trial, ...] = ()


def built(plan: Trial, values_ns: list[int], missing: int = 0, failed: bool = False) -> BuiltTrial:
    """A trial of these latencies; `missing` rows were counted and not stored (void)."""
    meters = {"server": [Reading(n * SECOND // 10, n * 7 * MS, 1000, n) for n in range(11)]}
    content = data(latencies(values_ns, intended_ns=SECOND // 2), series=meters)
    record = TrialFile(1, plan, "failed" if failed else "ok", t1_ns=SECOND)
    return BuiltTrial(replace(record, counted=len(values_ns) + missing), content)


def run_of(trials: list[BuiltTrial]) -> BuiltRun:
    ids = dict.fromkeys(one.record.trial.pattern for one in trials)
    patterns = {one: Pattern(*one.split("/"), one, "") for one in ids}
    plan = [one.record.trial for one in trials]
    file = RunFile(1, "", "", 1, 1, 1, {}, patterns, plan)
    return BuiltRun(Path("run"), file, tuple(trials))


def broadcast(number: int, events: int, clients: int) -> BuiltTrial:
    """Every event to every client; each event has one latency, so nothing else is independent."""
    rows = np.zeros(events * clients, samples.DTYPE)
    rows["operation"] = 1
    rows["client"] = np.tile(np.arange(clients), events)
    rows["sequence"] = np.repeat(np.arange(events), clients)
    rows["intended_ns"] = SECOND // 2
    rows["done_ns"] = rows["intended_ns"] + (1 + rows["sequence"]) * MS
    plan = trial(number, load={"clients": clients})
    record = TrialFile(1, plan, "ok", t1_ns=SECOND, counted=len(rows))
    return BuiltTrial(record, data(rows, clients))
