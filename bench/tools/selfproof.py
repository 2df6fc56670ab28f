"""The harness against itself: its noise floor, its loop lag, and a pattern against itself (A/A).

In an A/A comparison both sides are the same, so every "lower" or "higher" is false; at
the 95 % level about one comparison in twenty says so.  All trials are ordinary runs.
Must not know how a trial is run; the other generators are in `calibration`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from scipy.stats import binom

from bench import catalog
from bench.analysis.evaluate import TrialEvaluator
from bench.analysis.evaluated import TrialResult
from bench.model.errors import UsageError
from bench.model.experiment import SelfProof
from bench.model.records import TrialFile
from bench.model.trial import Trial
from bench.model.units import significant
from bench.plan.trials import seed_of
from bench.results import store
from bench.results.evaluation import evaluate
from bench.results.store import StoredRun
from bench.run import request, runner
from bench.run.progress import Progress
from bench.stats.estimates import CONFIDENCE, Estimate
from bench.stats.two_samples import Comparison, compare, holm

FLOOR_KEYS = ("latency_p50", "latency_p99", "loop_lag_p50", "loop_lag_p99")
FLOOR_TRIALS = 5
AA_REPEATS = 5
QUICK_WINDOW, LONG_WINDOW = "duration=1500ms", "duration=1s"
FALSE = ("lower", "higher")
"""Verdicts that cannot be true of a pattern against itself."""

SURPRISE = 0.99
"""More false verdicts than chance gives in so many of 100 proofs are a defect."""


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


def aa_seeds(comparisons: int) -> list[int]:
    """The seeds of an A/A run: two trials side by side are a pair and see the same events."""
    return [seed_of(1, pair) for pair in range(comparisons * AA_REPEATS) for _ in range(2)]


# --- the floor ---------------------------------------------------------------------------------


def floor_of(run: StoredRun) -> dict[str, Estimate]:
    """The floor's metrics: pooled over all samples, with the interval over trials."""
    (result,) = evaluate(run).experiments
    (group,) = result.groups
    return {key: group.estimates[key] for key in FLOOR_KEYS}


def floor_table(found: Mapping[str, Estimate]) -> Table:
    table = Table(title="noise floor: what the harness itself adds", title_justify="left")
    for header in ("", "value", "95 % interval", "trials"):
        table.add_column(header)
    for key, entry in found.items():
        within = "-"
        if entry.has_interval:
            within = f"{significant(entry.low)} to {significant(entry.high)} ms"
        name = f"{key} of {declared().floor}" if key.startswith("latency") else key
        table.add_row(name, f"{significant(entry.value)} ms", within, str(entry.trials))
    return table


# --- A/A ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tally:
    """Verdicts of one metric over A/A comparisons: all that could be made, and the false ones."""

    made: int = 0
    false: int = 0
    corrected: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.made + other.made, self.false + other.false, self.corrected + other.corrected
        )


def value_of(result: TrialResult, keys: Sequence[str]) -> dict[str, float]:
    """The trial's metrics; NaN where it is of no use."""
    is_used = result.verdict == "used"
    return {key: result.metrics[key] if is_used else math.nan for key in keys}


def sides(
    values: Mapping[int, Mapping[str, float]], comparison: int, key: str
) -> tuple[list[float], list[float]]:
    """A and B of one comparison: of each pair one trial, A going first in every other pair."""
    a, b = [], []
    for pair in range(comparison * AA_REPEATS, (comparison + 1) * AA_REPEATS):
        first, second = (values[2 * pair + turn].get(key, math.nan) for turn in (0, 1))
        a.append(second if pair % 2 else first)
        b.append(first if pair % 2 else second)
    return a, b


def judged(
    values: Mapping[int, Mapping[str, float]], comparison: int, keys: Sequence[str]
) -> dict[str, Tally]:
    """The verdicts of one comparison; Holm's family are its metrics."""
    return {
        key: Tally(
            int(one.has_interval),
            int(one.verdict in FALSE),
            int(one.verdict_at(corrected) in FALSE),
        )
        for key, (one, corrected) in compared(values, comparison, keys).items()
    }


def compared(
    values: Mapping[int, Mapping[str, float]], comparison: int, keys: Sequence[str]
) -> dict[str, tuple[Comparison, float]]:
    """One comparison's metrics, each with its p value corrected by Holm."""
    made = {key: compare(*sides(values, comparison, key), paired=True) for key in keys}
    corrected = holm([one.p_value for one in made.values()])
    return dict(zip(made, zip(made.values(), corrected, strict=True), strict=True))


def whole_comparisons(values: Mapping[int, Any]) -> int:
    """How many comparisons have all their trials: they are run in order."""
    count = 0
    while count in values:
        count += 1
    return count // (2 * AA_REPEATS)


def expected_most(made: int) -> int:
    """False verdicts that chance alone stays within, in 99 of 100 proofs."""
    return int(binom.ppf(SURPRISE, made, 1 - CONFIDENCE))


def tally_of(values: Mapping[int, Mapping[str, float]], keys: Sequence[str]) -> dict[str, Tally]:
    total = dict.fromkeys(keys, Tally())
    for comparison in range(whole_comparisons(values)):
        found = judged(values, comparison, keys)
        total = {key: total[key] + found[key] for key in keys}
    return total


def one_table(values: Mapping[int, Mapping[str, float]], keys: Sequence[str]) -> Table:
    """A single A/A comparison: what it says of each metric."""
    title = f"A/A: {declared().subject} against itself, {AA_REPEATS} pairs"
    table = Table(title=title, title_justify="left")
    for header in ("metric", "B / A", "95 % interval", "verdict", "after Holm"):
        table.add_column(header, no_wrap=header == "metric")
    for key, (one, corrected) in compared(values, 0, keys).items():
        sign = "" if one.kind == "ratio" else " more"
        within = f"{significant(one.low)} to {significant(one.high)}" if one.has_interval else "-"
        shown = f"{significant(one.value)}{sign}"
        table.add_row(key, shown, within, one.verdict, one.verdict_at(corrected))
    return table


def in_sum(tallies: Mapping[str, Tally]) -> str:
    """What the verdicts come to, in a sentence."""
    one = sum(tallies.values(), Tally())
    return (
        f"{one.false} of {one.made} A/A comparisons falsely say lower or higher at the 95 % level "
        f"(chance gives about {one.made * (1 - CONFIDENCE):.1f}), {one.corrected} after Holm"
    )


def aa_table(tallies: Mapping[str, Tally], comparisons: int) -> Table:
    title = f"A/A: {declared().subject} against itself, {comparisons} x {AA_REPEATS} pairs"
    table = Table(title=title, title_justify="left")
    headers = ("metric", "comparisons", "false at 95 %", "chance gives", "false after Holm")
    for header in headers:
        table.add_column(header, no_wrap=header == "metric")
    rows = dict(tallies)
    if len(rows) > 1:
        rows["all"] = sum(tallies.values(), Tally())
    for key, one in rows.items():
        # Metrics of one comparison hang together, so no bound is told for all of them.
        most = f", at most {expected_most(one.made)}" if key != "all" else ""
        chance = f"{one.made * (1 - CONFIDENCE):.1f}{most}"
        table.add_row(key, str(one.made), str(one.false), chance, str(one.corrected))
    return table


@dataclass
class Watcher:
    """Reads each trial once as it ends and keeps its metrics by number."""

    folder: Path
    keys: Sequence[str]
    evaluator: TrialEvaluator
    values: dict[int, dict[str, float]] = field(default_factory=dict)

    def catch_up(self) -> None:
        """Read what has ended since."""
        for stored in store.open_run(self.folder).trials:
            if stored.trial.number not in self.values:
                found = self.evaluator.result(stored)
                self.values[stored.trial.number] = value_of(found, self.keys)


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
        number = record.trial.number + 1
        if number % (2 * AA_REPEATS):
            return
        self._watcher.catch_up()
        comparison = number // (2 * AA_REPEATS)
        found = judged(self._watcher.values, comparison - 1, self._watcher.keys)
        false = [key for key, one in found.items() if one.false]
        says = f"false: {', '.join(false)}" if false else "nothing false"
        self.says(f"comparison {comparison}: {says}")


def prove(comparisons: int, window: str, results: Path, command: str, console: Console) -> None:
    """A pattern against itself, so many times; what was measured is kept and told on Ctrl-C."""
    proof = declared()
    folder = new_run(
        proof.subject, [*proof.subject_settings, window], aa_seeds(comparisons), results, command
    )
    finish(folder, console)


def finish(folder: Path, console: Console) -> None:
    """Do what is left of an A/A run and print its table."""
    run = store.open_run(folder)
    planned = run.file.trials
    if {one.pattern for one in planned} != {declared().subject} or len(planned) % (2 * AA_REPEATS):
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
    count, tallies = whole_comparisons(watcher.values), tally_of(watcher.values, watcher.keys)
    if count == 1:
        console.print(one_table(watcher.values, watcher.keys))
    elif count:
        console.print(aa_table(tallies, count))
    console.print(Text(in_sum(tallies)))


def show_floor(results: Path, command: str, console: Console) -> None:
    """Measure the null pattern and print what the harness adds."""
    seeds = [seed_of(1, repeat) for repeat in range(FLOOR_TRIALS)]
    proof = declared()
    folder = new_run(proof.floor, proof.floor_settings, seeds, results, command)
    progress = Progress(console)
    try:
        run = runner.execute(folder, {}, progress)
    finally:
        progress.close()
    console.print(floor_table(floor_of(run)))
