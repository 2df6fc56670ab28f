"""results/ on disk: versioned, written once, atomic.

    results/<run>/run.json                       the plan, the machine, the patterns
    results/<run>/more-<n>.json                  trials that were added to the plan later
    results/<run>/trials/<folder>/trial.json     what happened, marks, wire totals
                                  samples.parquet  one row per operation, raw
                                  events.parquet   what the backend published, and when
                                  meters.parquet   CPU, memory, switches per role over time
                                  *.log            what the processes said
    results/<run>/report/                        written by reports, never read back

A trial is written into `<folder>.partial` and renamed when it is whole; nothing
is changed afterwards.  Knows nothing of how a trial is run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.readings import Reading
from bench.model.records import MeterRow, RunFile, TrialFile
from bench.model.trial import Trial
from bench.results import additions, jsonfile
from bench.results.jsonfile import write_json

VERSION = 1
# History of the format
# 1  first version; later with `goal`, more-<n>.json, and `link`, `counts` of trials,
#    without which it reads as before

T = TypeVar("T")


def read_json(path: Path, kind: type[T]) -> T:
    """Decode a versioned file; UsageError where it is missing, newer or broken."""
    return jsonfile.read(path, kind, VERSION)


# --- writing -----------------------------------------------------------------


def create_run(folder: Path, run: RunFile) -> None:
    """Make the run's folder; it must not exist yet."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise UsageError(f"{folder}: exists already; a run is written once") from None
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made ({error.strerror}); name another") from None
    (folder / "trials").mkdir()
    write_json(folder / "run.json", run)


def partial_folder(run: Path, trial: Trial) -> Path:
    """A fresh folder for a trial under way; what an interrupted one left is removed."""
    folder = run / "trials" / f"{trial.folder}.partial"
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def write_samples(path: Path, rows: np.ndarray, operations: Sequence[str]) -> None:
    """Rows of samples.DTYPE as Parquet; every row, every nanosecond."""
    columns: dict[str, pa.Array] = {
        "operation": pa.DictionaryArray.from_arrays(
            pa.array(rows["operation"].astype(np.int8)), pa.array(list(operations))
        ),
        "outcome": pa.DictionaryArray.from_arrays(
            pa.array(rows["outcome"].astype(np.int8)), pa.array(list(samples.OUTCOMES))
        ),
    }
    for name in samples.DTYPE.names[3:]:  # type: ignore[index]
        columns[name] = pa.array(np.ascontiguousarray(rows[name]))
    _write_table(path, pa.table(columns))


def write_events(path: Path, events: np.ndarray) -> None:
    """Events of samples.EVENT_DTYPE as Parquet."""
    names = samples.EVENT_DTYPE.names or ()
    _write_table(
        path, pa.table({name: pa.array(np.ascontiguousarray(events[name])) for name in names})
    )


def write_meters(path: Path, rows: Sequence[MeterRow]) -> None:
    table = pa.table(
        {
            "time_ns": pa.array([row.reading.time_ns for row in rows], pa.int64()),
            "role": pa.array([row.role for row in rows], pa.string()),
            "mark": pa.array([row.mark for row in rows], pa.string()),
            "cpu_ns": pa.array([row.reading.cpu_ns for row in rows], pa.int64()),
            "memory_bytes": pa.array([row.reading.memory_bytes for row in rows], pa.int64()),
            "context_switches": pa.array(
                [row.reading.context_switches for row in rows], pa.int64()
            ),
        }
    )
    _write_table(path, table)


def _write_table(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path, compression="zstd", compression_level=1)


def finish_trial(partial: Path, record: TrialFile) -> Path:
    """Write trial.json and put the folder into place, in one step."""
    write_json(partial / "trial.json", record)
    final = partial.with_name(partial.name.removesuffix(".partial"))
    if final.exists():
        shutil.rmtree(final)
    os.replace(partial, final)
    return final


# --- reading -----------------------------------------------------------------


@dataclass(frozen=True)
class StoredTrial:
    """A finished (or failed) trial on disk; raw data is read when asked for."""

    folder: Path
    record: TrialFile

    @property
    def trial(self) -> Trial:
        return self.record.trial

    @property
    def is_whole(self) -> bool:
        return self.record.status == "ok"

    @cached_property
    def meters(self) -> list[MeterRow]:
        path = self.folder / "meters.parquet"
        if not path.exists():
            return []
        columns = _read_table(path).to_pydict()
        return [
            MeterRow(role, mark, Reading(time, cpu, memory, switches))
            for time, role, mark, cpu, memory, switches in zip(*columns.values(), strict=True)
        ]

    def data(self) -> TrialData:
        """All raw data of the trial, as the metrics take it (not cached: it can be large)."""
        rows = self.meters
        marks: dict[str, dict[str, Reading]] = {}
        for row in rows:
            if row.mark:
                marks.setdefault(row.mark, {})[row.role] = row.reading
        record = self.record
        peaks: dict[str, int] = {}
        series: dict[str, list[Reading]] = {}
        for row in rows:
            if row.mark not in ("idle", "end"):
                series.setdefault(row.role, []).append(row.reading)
            if record.t0_ns <= row.reading.time_ns <= record.t1_ns:
                peaks[row.role] = max(peaks.get(row.role, 0), row.reading.memory_bytes)
        found = TrialData(
            load=record.trial.load,
            operations=tuple(record.operations),
            outcome_operation=record.outcome_operation,
            rows=read_samples(self.folder / "samples.parquet", record.operations),
            events=read_events(self.folder / "events.parquet"),
            t0_ns=record.t0_ns,
            t1_ns=record.t1_ns,
            marks=marks,
            wire=record.wire,
            link=record.link,
            counted=record.counts,
            link_facts=record.facts.get("link", {}),
            peaks=peaks,
            series=series,
            generator_cores=max(1, len(record.cpu_sets.get("load", ()))),
            backend_cores=max(1, len(record.cpu_sets.get("backend", ()))),
        )
        # Arrow keeps the memory of the tables it has read; with millions of rows that is half.
        pa.default_memory_pool().release_unused()
        return found


@dataclass(frozen=True)
class StoredRun:
    """A run's folder as it stands; its file's trials are those of the plan and those added."""

    folder: Path
    file: RunFile
    trials: list[StoredTrial]

    @property
    def unfinished(self) -> list[Trial]:
        """Planned trials that have no folder in place yet, in plan order."""
        done = {stored.trial.number for stored in self.trials}
        return [trial for trial in self.file.trials if trial.number not in done]


def _read_table(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise UsageError(f"{path}: cannot be read ({error}); restore or remove it") from None


def _codes(column: pa.ChunkedArray, words: Sequence[str], path: Path) -> np.ndarray:
    """A dictionary column as codes into `words`."""
    parts = []
    for chunk in column.chunks:
        names = chunk.dictionary.to_pylist()
        for name in names:
            if name not in words:
                raise UsageError(f"{path}: unknown word {name!r} in it; restore or remove it")
        mapping = np.array([words.index(name) for name in names] or [0], dtype=np.uint8)
        parts.append(mapping[chunk.indices.to_numpy(zero_copy_only=False)])
    return np.concatenate(parts) if parts else np.zeros(0, np.uint8)


def read_samples(path: Path, operations: Sequence[str]) -> np.ndarray:
    """The stored rows as samples.DTYPE; empty where the trial kept none."""
    if not path.exists():
        return np.zeros(0, samples.DTYPE)
    table = _read_table(path)
    rows = np.zeros(table.num_rows, samples.DTYPE)
    rows["operation"] = _codes(table["operation"], operations, path)
    rows["outcome"] = _codes(table["outcome"], samples.OUTCOMES, path)
    for name in samples.DTYPE.names[3:]:  # type: ignore[index]
        rows[name] = table[name].to_numpy()
    return rows


def read_events(path: Path) -> np.ndarray:
    if not path.exists():
        return np.zeros(0, samples.EVENT_DTYPE)
    table = _read_table(path)
    events = np.zeros(table.num_rows, samples.EVENT_DTYPE)
    for name in samples.EVENT_DTYPE.names or ():
        events[name] = table[name].to_numpy()
    return events


def open_run(folder: Path) -> StoredRun:
    """Read a run's folder; UsageError with the remedy where that cannot be done."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; `ls results` shows the runs")
    file = read_json(folder / "run.json", RunFile)
    file = replace(file, trials=[*file.trials, *additions.trials_of(folder)])
    trials = []
    for path in sorted((folder / "trials").glob("*/trial.json")):
        if not path.parent.name.endswith(".partial"):
            trials.append(StoredTrial(path.parent, read_json(path, TrialFile)))
    return StoredRun(folder, file, trials)
