"""The table that fills during a run: drawn between trials, never while one measures."""

from __future__ import annotations

import dataclasses
import io
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from measured import EXPERIMENTS
from rich.console import Console
from rich.text import Text

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.cli.so_far import SoFar
from bench.model.errors import UsageError
from bench.model.records import TrialFile
from bench.plan.trials import seconds_of
from bench.results import store
from bench.run import request
from bench.run.progress import Progress, duration
from reports import so_far

TITLES = {"notifications/sse": "SSE", "notifications/long_polling": "long polling"}


def shown(table: Any, width: int = 100) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def screen() -> Console:
    return Console(width=80, height=40, file=io.StringIO(), force_terminal=True, color_system=None)


def written(console: Console) -> str:
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


# --- the table -------------------------------------------------------------------------------


def test_a_pattern_without_trials_has_a_row_already(result: ExperimentResult) -> None:
    trials = [one for group in result.groups if group.pattern == "sse" for one in group.trials]
    text = shown(so_far.table(result.experiment, TITLES, trials))
    rows = {line.split("  ")[0]: line.split() for line in text.splitlines()}
    assert rows["SSE"][1] == "3"
    assert rows["SSE"][3] == "ms"
    assert rows["long polling"][2] == "0"
    assert "useless" not in text  # nobody asked: no column


def test_void_and_failed_trials_are_not_counted(result: ExperimentResult) -> None:
    trials = [one for group in result.groups for one in group.trials]
    assert " 2 " in next(
        line
        for line in shown(so_far.table(result.experiment, TITLES, trials)).splitlines()
        if line.startswith("long polling")
    )


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_it_is_one_block_at_every_width(result: ExperimentResult, width: int) -> None:
    trials = [one for group in result.groups for one in group.trials]
    lines = shown(so_far.table(result.experiment, TITLES, trials), width).splitlines()
    assert sum("pattern" in line for line in lines) == 1
    assert max(len(line.rstrip()) for line in lines) <= width
    assert "\u2026" not in "".join(lines)


def test_it_fills_trial_by_trial(
    run_folder: Path, run: Evaluated, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = store.open_run(run_folder)
    monkeypatch.setattr(store, "open_run", lambda folder: dataclasses.replace(whole, trials=[]))
    known = SoFar(run_folder)
    counts = []
    for stored in sorted(whole.trials, key=lambda one: one.trial.number)[:10]:
        text = shown(known(stored.record))
        counts.append(sum(int(line.split()[-1]) for line in _trials_column(text)))
    assert counts == list(range(1, 11))


def _trials_column(text: str) -> list[str]:
    """The lines of the table, cut behind the column of trials."""
    lines = text.splitlines()
    head = next(at for at, line in enumerate(lines) if line.startswith("\u2500"))
    end = lines[head - 1].index("trials") + len("trials")
    return [line[:end] for line in lines[head + 1 :] if line.strip()]


def test_trials_that_calibrate_change_nothing(run_folder: Path) -> None:
    known = SoFar(run_folder)
    (stored, *_) = store.open_run(run_folder).trials
    trial = dataclasses.replace(stored.trial, calibrates=True)
    assert known(dataclasses.replace(stored.record, trial=trial)) is None


# --- the display -----------------------------------------------------------------------------


def record_of(run_folder: Path) -> TrialFile:
    return next(one for one in store.open_run(run_folder).trials if one.is_whole).record


def test_nothing_is_drawn_while_a_trial_measures(run_folder: Path) -> None:
    console, threads = screen(), threading.active_count()
    record = record_of(run_folder)
    progress = Progress(console, lambda record: Text("what is known"))
    progress.run_begins([record.trial, record.trial], run_folder)
    progress.trial_begins(record.trial)
    before = written(console)
    assert "trial 1 of 2" in before
    for phase in ("start", "verify", "connect", "warmup", "window", "drain", "finish"):
        progress.phase(phase, None)  # type: ignore[arg-type]
    assert written(console) == before
    assert threading.active_count() == threads
    progress.trial_ends(record)
    progress.trial_begins(record.trial)
    assert "what is known" in written(console)[len(before) :]
    progress.close()


def test_a_table_that_cannot_be_made_ends_no_run(run_folder: Path) -> None:
    def fails(record: TrialFile) -> None:
        raise ValueError("odd")

    console, record = screen(), record_of(run_folder)
    progress = Progress(console, fails)
    progress.run_begins([record.trial], run_folder)
    progress.trial_begins(record.trial)
    progress.trial_ends(record)
    progress.close()
    assert progress.failed == []


def test_where_nobody_looks_there_are_plain_lines(run_folder: Path) -> None:
    console = Console(width=80, file=io.StringIO())
    asked: list[TrialFile] = []
    known: Callable[[TrialFile], Any] = asked.append
    progress, record = Progress(console, known), record_of(run_folder)
    progress.run_begins([record.trial], run_folder)
    progress.trial_begins(record.trial)
    progress.trial_ends(record)
    progress.close()
    lines = written(console).splitlines()
    assert lines[-1].startswith(f"trial 1 of 1 {record.trial.pattern}")
    assert lines[-1].endswith(": ok (0 s left)")
    assert asked == []


def test_all_rows_and_the_time_left_are_there_before_the_first_trial_ends(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = store.open_run(run_folder)
    monkeypatch.setattr(store, "open_run", lambda folder: dataclasses.replace(whole, trials=[]))
    known, console = SoFar(run_folder), screen()
    progress = Progress(console, known, known.before)
    progress.run_begins(whole.file.trials, run_folder)
    progress.trial_begins(whole.file.trials[0])
    drawn = written(console)
    progress.close()
    titles = [known.titles[one] for one in {trial.pattern: "" for trial in whole.file.trials}]
    assert [title for title in titles if f"\n{title} " not in drawn.replace("\r", "\n")] == []
    assert re.search(r"spent, (\d+ min )?\d+ s left", drawn)
    floor = next(one for one in whole.file.patterns.values() if not one.compared)
    assert drawn.rindex(f"{floor.title} ") > max(
        drawn.rindex(f"{title} ") for title in titles if title != floor.title
    )


def test_the_time_left_follows_the_plan_and_the_pace(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("bench.run.progress.time.monotonic", lambda: now[0])
    record = record_of(run_folder)
    longer = dataclasses.replace(
        record.trial, load={**record.trial.load, "duration_s": record.trial.load["duration_s"] * 3}
    )
    console = Console(width=80, file=io.StringIO())
    progress = Progress(console)
    progress.run_begins([record.trial, longer], run_folder)
    progress.trial_begins(record.trial)
    now[0] += 2 * seconds_of([record.trial])  # twice as long as planned
    progress.trial_ends(record)
    assert written(console).endswith(f": ok ({duration(2 * seconds_of([longer]))} left)\n")
    progress.close()


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("name", sorted(EXPERIMENTS))
def test_the_first_row_comes_within_twenty_seconds(name: str, quick: bool) -> None:
    asked = request.Asked(names=(name,), settings={}, quick=quick, seed=1)
    try:
        first = request.plan_of(asked).trials[0]
    except UsageError:  # not without settings of one's own
        assert not quick
        return
    assert not first.calibrates
    assert seconds_of([first]) <= 20
