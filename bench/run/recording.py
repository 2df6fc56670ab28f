"""What a trial leaves: its raw data as Parquet, and its record.

Knows a trial that is over; not how it went on, nor what becomes of its folder.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.model import samples
from bench.model.experiment import Experiment
from bench.model.links import CLIENTS
from bench.model.messages import LoadResults
from bench.model.records import MeterRow, TrialFile
from bench.model.samples import COMMON_OPERATIONS
from bench.results import parquet, store
from bench.run.startup import RunningTrial


def keep_raw(running: RunningTrial, experiment: Experiment, meters: list[MeterRow]) -> int:
    """The processes' binary records become Parquet; returns the rows that there are."""
    operations = [*COMMON_OPERATIONS, *experiment.operations]
    folder = running.folder
    rows = _read_binary(folder / "rows.bin", samples.DTYPE)
    events = _read_binary(folder / "events.bin", samples.EVENT_DTYPE)
    # The record of a source that was killed ends in rows that nobody wrote.
    events = events[events["sequence"] > 0]
    parquet.write_samples(folder / "samples.parquet", rows, operations)
    parquet.write_events(folder / "events.parquet", events)
    parquet.write_meters(folder / "meters.parquet", meters)
    return len(rows)


def _read_binary(path: Path, dtype: np.dtype) -> np.ndarray:
    """All whole records of a file, which is then removed; a cut-off last one is dropped."""
    if not path.exists():
        return np.zeros(0, dtype)
    data = path.read_bytes()
    path.unlink()
    return np.frombuffer(data[: len(data) // dtype.itemsize * dtype.itemsize], dtype)


def record_of(
    running: RunningTrial, experiment: Experiment, reason: str, tail: list[str], rows: int
) -> TrialFile:
    results = running.results or LoadResults(counted=rows)
    links = dict(running.links)
    link = links.pop(CLIENTS, None)
    for log in ("target.log", "load.log"):
        path = running.folder / log
        if path.exists() and not path.stat().st_size:
            path.unlink()
    return TrialFile(
        version=store.VERSION,
        trial=running.trial,
        status="failed" if reason else "ok",
        reason=reason,
        log_tail=tail,
        t0_ns=running.t0_ns,
        t1_ns=running.t1_ns,
        phases_s=running.phases_s,
        counted=results.counted,
        operations=[*COMMON_OPERATIONS, *experiment.operations],
        outcome_operation=experiment.outcome_operation,
        wire=results.wire,
        link=dict(link.counts) if link else {},
        links={name: dict(one.counts) for name, one in links.items()},
        counts=running.counts,
        facts={
            **results.facts,
            **({"link": link.facts} if link else {}),
            **({"links": {name: one.facts for name, one in links.items()}} if links else {}),
            "client_failures": results.failures,
            "client_errors": results.errors,
        },
        cpu_sets=running.sets,
        faults=running.faults,
    )
