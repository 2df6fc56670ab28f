"""Whole runs of one pattern against themselves: how much a repeated run differs on this machine.

Each run is an ordinary one, made of the same plan; what stays of it are its values, in the
machine's history.  Interrupted, it goes on where it was.  Must not know how a trial is run.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from bench import catalog
from bench.analysis.run_noise import (
    BY_MACHINE,
    History,
    PastRun,
    judged,
    most_false,
    noise_of,
    values_of,
)
from bench.model.errors import TrialFailed
from bench.model.records import Identity, TrialFile
from bench.model.trial import Trial
from bench.plan.trials import seed_of
from bench.results import aa_history, environment
from bench.results.evaluation import evaluate
from bench.run import request, runner
from bench.run.identities import identities
from bench.run.progress import Progress
from bench.tools.selfproof import declared
from reports.fitted_table import FittedTable, fitted

WINDOW = "duration=500ms"
TRIALS = 6
"""Of each run: the fewest that settle anything."""

FEWEST_USED = 4
"""A run with fewer trials that the machine left alone is measured again, whatever they show."""

MOST_ATTEMPTS = 5

SCRATCH = "aa-runs"
"""The folder in which a run is while it is measured."""


class RunsProgress(Progress):
    """Says nothing of single trials but failures."""

    def run_begins(self, trials: Sequence[Trial], folder: Path) -> None:
        """A run begins."""

    def trials_added(self, trials: Sequence[Trial], reason: str) -> None:
        """A trial is measured again."""

    def trial_ends(self, record: TrialFile) -> None:
        if record.status != "ok":
            self.failed.append(record)
            self.says(f"trial {record.trial.number}: FAILED: {record.reason}")


def measure(pairs: int, results: Path, command: str, console: Console) -> None:
    """Complete the machine's history to so many pairs of runs, and print what it says."""
    proof, facts = declared(), environment.facts()
    settings = [*proof.subject_settings, WINDOW]
    plan = plan_of(proof.subject, settings, command)
    code = code_of(facts, identities(plan.patterns, {}))
    machine = {name: str(facts.get(name, "")) for name in BY_MACHINE}
    known = aa_history.read(results, machine)
    if known is None or (known.pattern, known.settings) != (proof.subject, settings):
        known = History(aa_history.VERSION, machine, proof.subject, settings)
    have = sum(one.code == code for one in known.runs)
    console.print(Text(begun(have, pairs, len(known.runs) - have)))
    scratch, progress = results / SCRATCH, RunsProgress(console)
    try:
        while have < 2 * pairs:
            shutil.rmtree(scratch, ignore_errors=True)  # what an interrupted run left, too
            known = replace(known, runs=[*known.runs, one_run(plan, scratch, code, progress)])
            aa_history.write(results, known)
            have += 1
            progress.says(f"run {have} of {2 * pairs}: {_short(known.runs[-1])}")
    except KeyboardInterrupt:
        progress.says(f"interrupted; {have} runs are kept; the same command goes on from there")
        raise
    finally:
        progress.close()
        shutil.rmtree(scratch, ignore_errors=True)
    of_now = replace(known, runs=[one for one in known.runs if one.code == code])
    say(of_now, aa_history.path_of(results, machine), console)


def begun(have: int, pairs: int, others: int) -> str:
    """What is there already."""
    more = f"; {others} runs of other code are kept and not counted" if others else ""
    return f"A/A: {have} of {2 * pairs} runs are there{more}"


def plan_of(name: str, settings: Sequence[str], command: str) -> runner.RunPlan:
    """A run of the pattern: the same trials with the same seeds each time."""
    pattern, load = request.one_pattern(name, settings, {})
    trials = [
        Trial(number, pattern.id, {}, number + 1, seed_of(1, number), load)
        for number in range(TRIALS)
    ]
    return runner.RunPlan([pattern], trials, 1, TRIALS, command=command)


def code_of(facts: Mapping[str, Any], code: Mapping[str, Identity]) -> str:
    """A digest of all on which numbers depend: what must agree before runs are repetitions."""
    named = [str(facts.get(name)) for name in environment.COMPARABLE if name != "host"]
    raw = msgspec.json.encode([named, code], order="deterministic")
    return hashlib.sha256(raw).hexdigest()[:16]


def one_run(plan: runner.RunPlan, scratch: Path, code: str, progress: Progress) -> PastRun:
    """One whole run, evaluated; TrialFailed where the machine does not let one come about."""
    for _ in range(MOST_ATTEMPTS):
        run = runner.execute(runner.new_run(plan, scratch), {}, progress)
        (result,) = evaluate(run).experiments
        (group,) = result.groups
        if len(group.used) >= FEWEST_USED:
            return PastRun(run.file.created, code, values_of(group))
        reasons = [one.reason for one in group.trials if one.verdict != "used"]
        progress.says(f"{len(group.used)} of {TRIALS} trials can be used; the run is repeated")
    raise TrialFailed(f"{MOST_ATTEMPTS} runs in a row cannot be used ({reasons[0]})")


def _short(run: PastRun) -> str:
    """What a line says of a run."""
    values = run.values.get("latency_mean", [])
    mean = f"latency mean {sum(values) / len(values):.3g} ms" if values else "no latency"
    return f"{mean} over {len(values)} trials"


def say(history: History, path: Path, console: Console) -> None:
    """What the history says: the spread of each metric, and how many pairs differ falsely."""
    experiment = catalog.experiments()[history.pattern.partition("/")[0]]
    keys = [key for key in experiment.headline if any(key in one.values for one in history.runs)]
    console.print(Text(in_sum(history, keys)))
    console.print(table_of(history, keys))
    console.print(Text(f"history: {path}; `bench compare` uses it where a side has one run"))


def table_of(history: History, keys: Sequence[str]) -> FittedTable:
    """Spreads and false verdicts, metric by metric."""
    tally, noise = judged(history.runs, keys), noise_of(history.runs, keys)
    rows = []
    for key in keys:
        one = tally.metrics[key]
        spread = f"{noise[key].between_runs:.1%}" if key in noise else "-"
        counts = (one.made, one.by_trials, one.false, one.corrected)
        rows.append((key, spread, *map(str, counts)))
    headers = ("metric", "run-to-run spread", "pairs", "false by trials", "false", "after Holm")
    title = f"A/A: {tally.pairs} pairs of runs of {history.pattern}, {TRIALS} trials each"
    return fitted(headers, rows, title, numbers=5)


def in_sum(history: History, keys: Sequence[str]) -> str:
    """How many pairs have any false difference, and how many may."""
    tally = judged(history.runs, keys)
    return (
        f"{tally.false_pairs} of {tally.pairs} pairs of runs falsely differ in any metric (at most "
        f"{most_false(tally.pairs)} may); judged by trials alone {tally.pairs_by_trials} would"
    )
