"""What a trial leaves: its raw data as Parquet, and its record.

Knows a trial that is over; not how it went on, nor what becomes of its folder.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.analysis.disturbance import reasons
from bench.analysis.outline import level_of
from bench.model import samples
from bench.model.combining import total_by_mark
from bench.model.experiment import Experiment
from bench.model.links import CLIENTS
from bench.model.messages import LoadResults
from bench.model.ownserver import SEEN_ONLY, UNTIMED
from bench.model.records import MeterRow, TrialFile
from bench.model.samples import COMMON_OPERATIONS
from bench.results import parquet, store
from bench.run.disturbed import disturbance
from bench.run.host_facts import facts_of
from bench.run.startup import CLIENT_ROWS, RunningTrial

LOAD_LOG = "load.log"


def keep_raw(running: RunningTrial, experiment: Experiment, meters: list[MeterRow]) -> int:
    """The processes' binary records become Parquet; returns the rows that there are."""
    operations = [*COMMON_OPERATIONS, *experiment.operations]
    folder = running.folder
    outcome = operations.index(experiment.outcome_operation)
    rows, origin = _all_rows(running), _origin(running, experiment)
    if running.part_results.facts.get(UNTIMED):
        rows = since_first_arrival(rows, outcome)
    path = folder / "samples.parquet"
    parquet.write_samples(path, rows, operations, recorders(running), origin)
    events = _all_events(running)
    if running.part_results.facts.get(SEEN_ONLY):
        events = _seen_events(rows, outcome, is_timed=not running.part_results.facts[UNTIMED])
    parquet.write_events(folder / "events.parquet", events, origin)
    parquet.write_meters(folder / "meters.parquet", meters, origin)
    if running.meters is not None:
        running.disturbance = disturbance(
            running.meters, rows, running.sets, running.t0_ns, running.t1_ns
        )
    return len(rows)


def _origin(running: RunningTrial, experiment: Experiment) -> parquet.Origin:
    """What each row says of its trial; the window is empty in one that did not get there."""
    trial = running.trial
    name = trial.pattern.partition("/")[2]
    level = level_of(experiment, trial.level).text
    window = running.t0_ns, running.t1_ns
    return parquet.Origin(trial.number, experiment.name, name, level, trial.repeat, *window)


def recorders(running: RunningTrial) -> list[str]:
    """Who may have recorded rows; the place of each is its code in them."""
    return [samples.CLIENTS, *(instance.label for instance in running.parts)]


def _all_rows(running: RunningTrial) -> np.ndarray:
    """The rows of load processes and parts, each with the code of who recorded it."""
    blocks = [_read_binary(running.folder / CLIENT_ROWS, samples.DTYPE)]
    for code, instance in enumerate(running.parts, start=1):
        for path in instance.rows_files:
            if len(block := _read_binary(path, samples.DTYPE)):
                blocks.append(block.copy())
                blocks[-1]["part"] = code
    return np.concatenate(blocks) if len(blocks) > 1 else blocks[0]


def _all_events(running: RunningTrial) -> np.ndarray:
    """What all parts published."""
    events = np.concatenate(
        [_read_binary(instance.events, samples.EVENT_DTYPE) for instance in running.parts]
    )
    # The record of a source that was killed ends in rows that nobody wrote.
    return events[events["sequence"] > 0]


def _seen_events(rows: np.ndarray, outcome: int, *, is_timed: bool) -> np.ndarray:
    """Events as those whom they reached tell of them, where nobody has a record: each once."""
    got = rows[rows["operation"] == outcome]
    _, first = np.unique(got["sequence"], return_index=True)
    events = np.zeros(len(first), samples.EVENT_DTYPE)
    events["feed"] = samples.EVERY
    for name in ("sequence", "intended_ns"):
        events[name] = got[name][first]
    if is_timed:
        events["published_ns"] = got["sent_ns"][first]
    return events


def since_first_arrival(rows: np.ndarray, outcome: int) -> np.ndarray:
    """Rows whose outcomes count from when the first client had the event.

    So that it lies within the window for all clients, or for none.
    """
    found = rows.copy()
    got = np.flatnonzero(rows["operation"] == outcome)
    _, event = np.unique(rows["sequence"][got], return_inverse=True)
    first = np.full(int(event.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, event, rows["done_ns"][got])
    for name in ("intended_ns", "sent_ns"):
        found[name][got] = first[event]
    return found


def _read_binary(path: Path, dtype: np.dtype) -> np.ndarray:
    """All whole records of a file, which is then removed; a cut-off last one is dropped."""
    if not path.exists():
        return np.zeros(0, dtype)
    data = path.read_bytes()
    path.unlink()
    return np.frombuffer(data[: len(data) // dtype.itemsize * dtype.itemsize], dtype)


def _counted(running: RunningTrial, rows: int) -> int:
    """Operations that all say they did; of who cannot say it any more the rows count."""
    if running.results is None or any(len(one.rows_files) > 1 for one in running.parts):
        return rows
    return running.results.counted + running.part_results.counted


def record_of(
    running: RunningTrial, experiment: Experiment, reason: str, tail: list[str], rows: int
) -> TrialFile:
    results, part_results = running.results or LoadResults(), running.part_results
    links, hosted = dict(running.links), running.hosted
    link = links.pop(CLIENTS, None)
    logs = [running.folder / LOAD_LOG, *(instance.log for instance in running.parts)]
    for path in logs:
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
        counted=_counted(running, rows),
        parts=recorders(running),
        operations=[*COMMON_OPERATIONS, *experiment.operations],
        outcome_operation=experiment.outcome_operation,
        wire=total_by_mark([results.wire, part_results.wire]),
        link=dict(link.counts) if link else {},
        links={name: dict(one.counts) for name, one in links.items()},
        counts=running.counts,
        facts={
            **results.facts,
            **part_results.facts,
            **({"link": link.facts} if link else {}),
            **({"hosts": facts_of(hosted, results, running.t0_ns)} if hosted else {}),
            **({"links": {name: one.facts for name, one in links.items()}} if links else {}),
            "client_failures": results.failures + part_results.failures,
            "client_errors": [*results.errors, *part_results.errors],
        },
        cpu_sets=running.sets,
        faults=running.faults,
        is_watched=running.is_watched,
        disturbance=running.disturbance,
        disturbed=reasons(running.disturbance) if running.disturbance else [],
    )
