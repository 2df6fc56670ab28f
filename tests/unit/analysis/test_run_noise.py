"""The A/A history of a machine: how much its runs differ, and how often that misleads."""

from __future__ import annotations

import numpy as np
import pytest

from bench.analysis.run_noise import (
    FEWEST_RUNS,
    History,
    PastRun,
    judged,
    most_false,
    noise_of,
)

KEYS = ("latency", "bytes", "lost")


def history(runs: int, between: float, trials: float, seed: int = 1) -> list[PastRun]:
    """Latencies that vary, bytes that never do, and losses that are 0."""
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(runs):
        latency = np.exp(chance.normal(0, between) + chance.normal(0, trials, 6))
        values = {"latency": latency.tolist(), "bytes": [150.0] * 6, "lost": [0.0] * 6}
        found.append(PastRun("2026-01-02T03:04:05+00:00", "code", values))
    return found


def test_the_spread_of_runs_is_found_metric_by_metric() -> None:
    noise = noise_of(history(200, 0.06, 0.03))
    assert noise["latency"].between_runs == pytest.approx(0.06, rel=0.15)
    assert noise["latency"].runs == 200
    assert noise["bytes"].between_runs == 0
    assert "lost" not in noise  # of values at 0 there is no share
    assert noise_of(history(FEWEST_RUNS - 1, 0.06, 0.03)) == {}
    assert list(noise_of(history(20, 0.06, 0.03), ["bytes"])) == ["bytes"]


def test_pairs_seldom_differ_once_the_spread_of_runs_is_known() -> None:
    tally = judged(history(80, 0.06, 0.03), KEYS)
    assert tally.pairs == 40
    assert tally.false_pairs <= most_false(40)
    assert tally.pairs_by_trials > 5 * most_false(40) / 2
    latency = tally.metrics["latency"]
    assert latency.made == 40
    assert latency.by_trials > latency.false >= latency.corrected
    assert tally.metrics["lost"].false == tally.metrics["bytes"].false == 0


def test_where_runs_do_not_differ_nothing_is_taken_away() -> None:
    tally = judged(history(80, 0.0, 0.05, seed=2), KEYS)
    assert tally.false_pairs <= most_false(40)
    assert tally.pairs_by_trials <= 4


def test_a_metric_that_a_run_lacks_makes_no_verdict() -> None:
    runs = history(20, 0.02, 0.02)
    del runs[0].values["latency"]
    assert judged(runs, KEYS).metrics["latency"].made == 9


@pytest.mark.parametrize(("pairs", "most"), [(40, 2), (20, 1), (19, 0), (100, 5)])
def test_one_pair_in_twenty_may_be_false(pairs: int, most: int) -> None:
    assert most_false(pairs) == most


def test_only_runs_of_the_latest_code_are_repetitions() -> None:
    old = PastRun("2025-12-31T00:00:00+00:00", "old", {})
    found = History(1, {}, "a/b", [], [old, *history(3, 0.1, 0.1)])
    assert len(found.latest) == 3
    assert found.until == "2026-01-02"
