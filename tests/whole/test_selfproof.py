"""The harness against itself: which trials are A and B, what is counted, what is printed."""

from __future__ import annotations

import io
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from make_run import _write_trial, make_run
from rich.console import Console

from bench.model.errors import UsageError
from bench.model.records import TrialFile
from bench.results import store
from bench.run import runner
from bench.stats.estimates import Estimate
from bench.tools import aa, selfproof
from bench.tools.aa import REPEATS, Tally

KEY = "latency_p50"
TRIALS = 2 * REPEATS


def printed(table: object) -> str:
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(table)
    return console.export_text()


def test_the_trials_of_a_pair_see_the_same_events_and_pairs_differ() -> None:
    seeds = aa.seeds(3)
    assert len(seeds) == 3 * TRIALS
    assert set(Counter(seeds).values()) == {2}
    assert seeds[0::2] == seeds[1::2]


def test_a_and_b_take_turns_in_going_first() -> None:
    values = {number: {KEY: float(number)} for number in range(2 * TRIALS)}
    a, b = aa.sides(values, 0, KEY)
    assert (a, b) == ([0, 3, 4, 7, 8], [1, 2, 5, 6, 9])
    again, _ = aa.sides(values, 1, KEY)
    assert again == [11, 12, 15, 16, 19]


def proof(comparisons: int, shift: float = 0.0, seed: int = 1) -> dict[int, dict[str, float]]:
    """Values that scatter by 5 %; `shift` is what B has more than A."""
    chance, found = np.random.default_rng(seed), {}
    for number in range(comparisons * TRIALS):
        pair, turn = divmod(number, 2)
        is_b = turn != pair % 2
        found[number] = {
            KEY: float(chance.lognormal(0, 0.05)) * (1 + shift * is_b),
            "lost": 0.0,
            "latency_p99": math.nan,
        }
    return found


def test_false_verdicts_come_about_as_often_as_they_may() -> None:
    keys = [KEY, "lost", "latency_p99"]
    tallies = aa.tally_of(proof(200), keys)
    assert tallies[KEY].made == 200
    assert 2 <= tallies[KEY].false <= aa.expected_most(200)
    assert tallies[KEY].corrected <= tallies[KEY].false
    assert tallies["lost"] == Tally(200, 0, 0)  # identical: no difference
    assert tallies["latency_p99"] == Tally(0, 0, 0)  # never measured


def test_a_true_difference_is_seen() -> None:
    assert aa.tally_of(proof(10, shift=0.5), [KEY])[KEY] == Tally(10, 10, 10)


def test_holm_corrects_over_the_metrics_of_a_comparison() -> None:
    values = {number: dict.fromkeys("abcdefgh", one[KEY]) for number, one in proof(200).items()}
    tallies = aa.tally_of(values, "abcdefgh")
    assert tallies["a"].corrected < tallies["a"].false


def test_only_whole_comparisons_count() -> None:
    values = proof(3)
    del values[2 * TRIALS + 4]
    assert aa.whole_comparisons(values) == 2
    assert aa.tally_of(values, [KEY])[KEY].made == 2
    assert aa.whole_comparisons({}) == 0


@pytest.mark.parametrize(("made", "most"), [(0, 0), (1, 1), (40, 6), (200, 18)])
def test_what_chance_gives(made: int, most: int) -> None:
    assert aa.expected_most(made) == most


def test_the_table_has_a_row_for_each_metric_and_one_for_all() -> None:
    text = printed(aa.all_table(aa.tally_of(proof(2), [KEY, "lost"]), 2, "notifications/sse"))
    assert "A/A: notifications/sse against itself, 2 x 5 pairs" in text
    assert "0.1, at most 1" in text
    (row,) = [line for line in text.splitlines() if line.startswith("all ")]
    assert row.split()[1] == "4"


def test_the_floor_has_pooled_values_with_intervals(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"spoil": False, "duration_s": 5.0}
    folder = make_run(tmp_path / "run", names=("floor",), repeats=3, rates=(100.0,), **settings)
    found = selfproof.floor_of(store.open_run(folder))
    assert list(found) == list(selfproof.FLOOR_KEYS)
    assert all(
        entry.has_interval and entry.trials == 3
        for key, entry in found.items()
        if key not in selfproof.READ_AIMS_MS  # made-up trials have no sockets
    )
    assert found["loop_lag_p50"].low <= found["loop_lag_p50"].value <= found["loop_lag_p50"].high
    assert "loop_lag_p99" in printed(selfproof.floor_table(found))


def test_late_reads_are_said_beside_the_aims() -> None:
    found = {"read_delay_p50": Estimate(0.0321, 0.03, 0.04, 5)}
    found["read_delay_p99"] = Estimate(0.234, 0.2, 0.3, 5)
    assert selfproof.read_words(found) == (
        "Clients read what the kernel has received 0.0321 ms (p50; aim 0.0500 ms) and "
        "0.234 ms (p99; aim 0.200 ms) later."
    )


def test_a_run_that_is_no_proof_is_refused(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", names=("sse", "floor"), repeats=1, duration_s=0.5)
    with pytest.raises(UsageError, match="no A/A run; make one with"):
        selfproof.finish(folder, Console())


def test_a_proof_is_an_ordinary_run_that_can_be_finished_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real folders and a real loop; only the trials are synthetic."""
    measured: list[int] = []

    def measure(run: store.StoredRun, _: object, progress: runner.Progress) -> None:
        for one in run.unfinished:
            if one.number == 13 and 13 not in measured:
                measured.append(13)
                raise KeyboardInterrupt
            measured.append(one.number)
            folder = run.folder
            _write_trial(folder, one, counted_wrong=False, lose_one=False)
            progress.trial_ends(TrialFile(store.VERSION, one, "ok"))

    monkeypatch.setattr(runner, "measure", measure)
    console = Console(width=160, record=True, file=io.StringIO())
    with pytest.raises(KeyboardInterrupt):
        selfproof.prove(2, "duration=500ms", tmp_path, "bench calibrate --aa 2", console)
    first = console.export_text()
    assert "against itself, 5 pairs" in first
    assert "0 of 6 A/A comparisons falsely" in " ".join(first.split())
    (folder,) = tmp_path.iterdir()
    selfproof.finish(folder, console)
    text = console.export_text()
    assert "comparison 2: " in text
    assert "against itself, 2 x 5 pairs" in text
    assert len(store.open_run(folder).trials) == 2 * TRIALS
