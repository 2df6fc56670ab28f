"""The harness against itself: its noise floor, its loop lag, and a pattern against itself (A/A).

All trials are ordinary runs; `aa` says what the comparisons come to.  Must not know how a
trial is run; the other generators are in `calibration`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bench import catalog
from bench.analysis.evaluate import TrialEvaluator
from bench.analysis.evaluated import TrialResult
from bench.model.errors import UsageError
from bench.model.records import TrialFile
from bench.model.self_proof import SelfProof
from bench.model.trial import Trial
from bench.model.units import significant
from bench.plan import replacements
from bench.plan.trials import seed_of
from bench.results import store
from bench.results.evaluation import evaluate
from bench.results.store import StoredRun
from bench.run import request, runner
from bench.run.progress import Progress
from bench.stats.estimates import Estimate
from bench.tools import aa
from bench.tools.aims import Figure
from reports.fitted_table import FittedTable, fitted

READ_AIMS_MS = {"read_delay_p50": 0.05, "read_delay_p99": 0.2}
"""How late clients may read what the kernel has received."""

FLOOR_KEYS = ("latency_p50", "latency_p99", "loop_lag_p50", "loop_lag_p99", *READ_AIMS_MS)
FLOOR_TRIALS = 5
QUICK_WINDOW, LONG_WINDOW = "duration=1500ms", "duration=1s"


def declared() -> SelfProof:
    """The self proof that an experiment declares, patterns by id; UsageError where none does."""
    for name, experiment in catalog.experiments().items():
        if (proof := experiment.self_proof) is not None:
            floor, subject = f"{name}/{proof.floor}", f"{name}/{proof.subject}"
            return replace(proof, floor=floor, subject=subject)
    raise UsageError("no experiment declares a self proof; add self_proof to an experiment.py")


# --- trials -----------------------------------------------------------------------------------


def new_run(
    name: str, settings: Sequence[str], seeds: Sequence[int], results: Path, command: str
) -> Path:
    """A run of one pattern at one load, a trial per seed."""
    pattern, load = request.one_pattern(name, settings, {})
    trials = [
        Trial(number, pattern.id, {}, number + 1, seed, load) for number, seed in enumerate(seeds)
    ]
    plan = runner.RunPlan([pattern], trials, 1, len(trials), command=command)
    return runner.new_run(plan, results)


# --- the floor ---------------------------------------------------------------------------------


def floor_of(run: StoredRun) -> dict[str, Estimate]:
    """The floor's metrics: pooled over all samples, with the interval over trials."""
    (result,) = evaluate(run).experiments
    (group,) = result.groups
    return {key: group.estimates[key] for key in FLOOR_KEYS}


def floor_table(found: Mapping[str, Estimate]) -> FittedTable:
    rows = []
    for key, entry in found.items():
        within = "-"
        if entry.has_interval:
            within = f"{significant(entry.low)} to {significant(entry.high)} ms"
        name = f"{key} of {declared().floor}" if key.startswith("latency") else key
        rows.append((name, f"{significant(entry.value)} ms", within, str(entry.trials)))
    headers = ("", "value", "95 % interval", "trials")
    return fitted(headers, rows, "noise floor: what the harness itself adds", numbers=3)


def floor_words(found: Mapping[str, Estimate]) -> str:
    """The floor in a sentence."""
    median, tail = (significant(found[key].value) for key in FLOOR_KEYS[:2])
    return (
        f"The harness itself adds {median} ms (p50) and {tail} ms (p99): "
        "no smaller latency can be seen here."
    )


def read_words(found: Mapping[str, Estimate]) -> str:
    """How late clients read, beside the aims, in a sentence."""
    median, tail = (
        f"{significant(found[key].value)} ms ({key[-3:]}; aim {significant(aim)} ms)"
        for key, aim in READ_AIMS_MS.items()
    )
    return f"Clients read what the kernel has received {median} and {tail} later."


# --- A/A ---------------------------------------------------------------------------------------


def value_of(result: TrialResult, keys: Sequence[str]) -> dict[str, float]:
    """The trial's metrics; NaN where it is of no use."""
    is_used = result.verdict == "used"
    return {key: result.metrics.get(key, math.nan) if is_used else math.nan for key in keys}


@dataclass
class Watcher:
    """Reads each trial once as it ends and keeps its metrics by number."""

    folder: Path
    keys: Sequence[str]
    evaluator: TrialEvaluator
    values: dict[int, dict[str, float]] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def catch_up(self) -> None:
        """Read what has ended since; what was measured again counts in the place of the first."""
        run = store.open_run(self.folder)
        for stored in sorted(run.trials, key=lambda one: one.trial.number):
            if stored.trial.number not in self.seen:
                self.seen.add(stored.trial.number)
                place = replacements.original(run.file.trials, stored.trial.number)
                self.values[place] = value_of(self.evaluator.result(stored), self.keys)


class ProofProgress(Progress):
    """One line per comparison, none per trial."""

    def __init__(self, console: Console, watcher: Watcher) -> None:
        super().__init__(console)
        self._watcher = watcher

    def trial_ends(self, record: TrialFile) -> None:
        self._count()
        if record.status != "ok":
            self.failed.append(record)
            self.says(f"trial {record.trial.number}: FAILED: {record.reason}")
        self._watcher.catch_up()
        planned = store.open_run(self._watcher.folder).file.trials
        number = 1 + replacements.original(planned, record.trial.number)
        if number % (2 * aa.REPEATS) or record.is_void:
            return
        comparison = number // (2 * aa.REPEATS)
        found = aa.judged(self._watcher.values, comparison - 1, self._watcher.keys)
        false = [key for key, one in found.items() if one.false]
        says = f"false: {', '.join(false)}" if false else "nothing false"
        self.says(f"comparison {comparison}: {says}")


def prove(comparisons: int, window: str, results: Path, command: str, console: Console) -> None:
    """A pattern against itself, so many times; what was measured is kept and told on Ctrl-C."""
    proof = declared()
    folder = new_run(
        proof.subject, [*proof.subject_settings, window], aa.seeds(comparisons), results, command
    )
    finish(folder, console)


def finish(folder: Path, console: Console) -> None:
    """Do what is left of an A/A run and print its table."""
    run = store.open_run(folder)
    planned = [one for one in run.file.trials if one.replaces is None]
    if {one.pattern for one in planned} != {declared().subject} or len(planned) % (2 * aa.REPEATS):
        raise UsageError(f"{folder}: no A/A run; make one with `bench calibrate --aa 40`")
    runner.check_resumable(run, {}, allow_unlike=False)
    known = catalog.experiments()
    keys = known[declared().subject.partition("/")[0]].headline
    watcher = Watcher(folder, keys, TrialEvaluator(known))
    watcher.catch_up()
    progress = ProofProgress(console, watcher)
    try:
        runner.execute(folder, {}, progress)
    finally:
        progress.close()
        watcher.catch_up()
        say(watcher, console)


def say(watcher: Watcher, console: Console) -> None:
    """The verdicts of all comparisons that are whole."""
    subject = declared().subject
    count, tallies = aa.whole_comparisons(watcher.values), aa.tally_of(watcher.values, watcher.keys)
    console.print(Text(aa.in_sum(tallies)))
    if count == 1:
        console.print(aa.one_table(watcher.values, watcher.keys, subject))
    elif count:
        console.print(aa.all_table(tallies, count, subject))


def show_floor(results: Path, command: str, console: Console) -> list[Figure]:
    """Measure the null pattern and print what the harness adds; returns what has an aim."""
    seeds = [seed_of(1, repeat) for repeat in range(FLOOR_TRIALS)]
    proof = declared()
    folder = new_run(proof.floor, proof.floor_settings, seeds, results, command)
    progress = Progress(console)
    try:
        run = runner.execute(folder, {}, progress)
    finally:
        progress.close()
    found = floor_of(run)
    console.print(Text(floor_words(found)))
    console.print(Text(read_words(found)))
    console.print(floor_table(found))
    return [
        Figure(f"a read after the kernel's receipt, {key[-3:]}", found[key].value, aim, "ms")
        for key, aim in READ_AIMS_MS.items()
    ]
