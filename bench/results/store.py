"""results/ on disk: versioned, written once, atomic.

    results/<run>/run.json                       the plan, the machine, the patterns
    results/<run>/more-<n>.json                  trials that were added to the plan later
    results/<run>/digests.json                   digests of these and of every trial.json
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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.ownserver import UNTIMED
from bench.model.readings import Reading
from bench.model.records import MeterRow, RunFile, TrialFile, by_role
from bench.model.trial import Trial
from bench.results import additions, digests, jsonfile, parquet
from bench.results.digests import PARTIAL, TRIAL_JSON, TRIALS

VERSION = 1
# History of the format
# 1  first version; later with `goal`, more-<n>.json, and `link`, `counts`, `faults` of trials,
#    without which it reads as before; then with digests; then with `links`: those beside
#    the clients' `link`, by name
RUN_JSON, ALGORITHM = "run.json", "sha256"


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
    digests.create(folder, RUN_JSON, replace(run, digests=ALGORITHM))


def trial_folder(run: Path, trial: Trial) -> Path:
    """Where a trial is once it is in place."""
    return run / TRIALS / trial.folder


def partial_folder(run: Path, trial: Trial) -> Path:
    """A fresh folder for a trial under way; what an interrupted one left is removed."""
    final = trial_folder(run, trial)
    folder = final.with_name(f"{final.name}{PARTIAL}")
    digests.withdraw(run, f"{TRIALS}/{trial.folder}/{TRIAL_JSON}")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def finish_trial(partial: Path, record: TrialFile) -> Path:
    """Write trial.json with the digests of all files, and put the folder into place in one step."""
    final = partial.with_name(partial.name.removesuffix(PARTIAL))
    raw = jsonfile.encoded(replace(record, files=digests.of_folder(partial)))
    os.replace(jsonfile.stage(partial / TRIAL_JSON, raw), partial / TRIAL_JSON)
    name = f"{TRIALS}/{final.name}/{TRIAL_JSON}"
    digests.record(partial.parent.parent, name, jsonfile.sha256(raw))
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

    def path(self, name: str) -> Path | None:
        """Where a file of the trial is, its digest checked; None where the trial has none such."""
        path, files = self.folder / name, self.record.files
        if files is not None and name in files:
            digests.check_file(path, files[name])
        elif not os.path.lexists(path):
            return None
        elif files is not None:
            raise UsageError(f"{path}: was not recorded with its trial; remove it")
        return path

    @cached_property
    def meters(self) -> list[MeterRow]:
        path = self.path("meters.parquet")
        return parquet.read_meters(path) if path else []

    @property
    def rows(self) -> np.ndarray:
        """The samples as samples.DTYPE; empty where the trial kept none."""
        path = self.path("samples.parquet")
        operations, parts = self.record.operations, self.record.parts
        return parquet.read_samples(path, operations, parts) if path else np.zeros(0, samples.DTYPE)

    @property
    def events(self) -> np.ndarray:
        """What the backend published, as samples.EVENT_DTYPE; empty where it published nothing."""
        path = self.path("events.parquet")
        return parquet.read_events(path) if path else np.zeros(0, samples.EVENT_DTYPE)

    def data(self) -> TrialData:
        """All raw data of the trial, as the metrics take it (not cached: it can be large)."""
        rows = by_role(self.meters)
        marks: dict[str, dict[str, Reading]] = {}
        for row in rows:
            if row.mark:
                marks.setdefault(row.mark, {})[row.role] = row.reading
        part_marks: dict[str, dict[str, Reading]] = {}
        for row in self.meters:
            if row.mark and row.part:
                part_marks.setdefault(row.mark, {})[row.part] = row.reading
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
            rows=self.rows,
            events=self.events,
            t0_ns=record.t0_ns,
            t1_ns=record.t1_ns,
            marks=marks,
            part_marks=part_marks,
            wire=record.wire,
            link=record.link,
            links=record.links,
            counted=record.counts,
            link_facts=record.facts.get("link", {}),
            faults=record.faults,
            links_facts=record.facts.get("links", {}),
            peaks=peaks,
            series=series,
            generator_cores=_generator_cores(record),
            backend_cores=max(1, len(record.cpu_sets.get("backend", ()))),
            link_shares_core=_shares_core(record.cpu_sets),
            hosts=record.facts.get("hosts", {}),
            is_timed=not record.facts.get(UNTIMED),
        )
        parquet.release_memory()
        return found


def _generator_cores(record: TrialFile) -> int:
    """The cores that all load processes share; a worker on another host has one."""
    elsewhere = sum(host["workers"] for host in record.facts.get("hosts", {}).values())
    return int(elsewhere) or max(1, len(record.cpu_sets.get("load", ())))


def _shares_core(cpu_sets: Mapping[str, Sequence[int]]) -> bool:
    """Whether the link had no core of its own; before version 0.3 it never had."""
    measured = {core for role in ("load", "backend") for core in cpu_sets.get(role, ())}
    return bool(measured & set(cpu_sets.get("link", measured)))


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


def check_folder(folder: Path) -> None:
    """UsageError where a run's folder is none."""
    if folder.is_dir():
        return
    if folder.exists():
        raise UsageError(f"{folder}: a file, not a run; name its folder in results/")
    raise UsageError(f"{folder}: folder not found; `ls results` shows the runs")


def open_run(folder: Path) -> StoredRun:
    """Read a run's folder; UsageError with the remedy where that cannot be done, or where what
    is read is not what was recorded.
    """
    try:
        check_folder(folder)
        return _open(folder)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be read ({error.strerror}); check the folder") from None


def _open(folder: Path) -> StoredRun:
    digests.check_links(folder)
    recorded = digests.read(folder)
    file = jsonfile.read(folder / RUN_JSON, RunFile, VERSION, (recorded or {}).get(RUN_JSON, ""))
    if recorded is not None:
        _check_presence(folder, recorded)
    elif file.digests:
        raise UsageError(f"{folder / digests.NAME}: is missing; restore it, or remove the run")
    known = recorded or {}
    file = _extended(file, additions.read(folder, known))
    trials = []
    for path in trial_files(folder):
        digest = known.get(str(path.relative_to(folder)), "")
        record = jsonfile.read(path, TrialFile, VERSION, digest)
        digests.check_names(path, record.files or ())
        trials.append(StoredTrial(path.parent, record))
    return StoredRun(folder, file, trials)


def _extended(file: RunFile, added: Sequence[additions.MoreFile]) -> RunFile:
    return replace(
        file,
        trials=[*file.trials, *(trial for more in added for trial in more.trials)],
        unlike=[*file.unlike, *(words for more in added for words in more.unlike)],
    )


def trial_files(run: Path) -> list[Path]:
    """The trial.json of every trial that is in place, in the order of their names."""
    found = sorted((run / TRIALS).glob(f"*/{TRIAL_JSON}"))
    return [path for path in found if not path.parent.name.endswith(PARTIAL)]


def _check_presence(folder: Path, recorded: Mapping[str, str]) -> None:
    """Refuse a run in which a file is missing, or stands that was never recorded."""
    expected = digests.in_place(folder, recorded)
    for name in expected:
        if not os.path.lexists(folder / name):
            raise UsageError(f"{folder / name}: is missing; restore it, or remove the run")
    for path in [*additions.files_of(folder), *trial_files(folder)]:
        if str(path.relative_to(folder)) not in expected:
            raise UsageError(f"{path}: was not recorded with its run; remove it")
