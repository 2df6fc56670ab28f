"""Evaluation of built data: trial by trial it is the same as at once, in any order."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from evaluation_builders import broadcast, built, run_of
from hypothesis import given
from hypothesis import strategies as st
from measured import EXPERIMENTS
from unit_builders import MS, data, trial

from bench.analysis import kept
from bench.analysis.evaluate import TrialEvaluator, evaluate
from bench.analysis.evaluated import Predicted, TrialResult
from bench.results.evaluation_cache import decoded, encoded
from bench.stats.estimates import Estimate, estimate_of_greatest

EXPERIMENT = EXPERIMENTS["notifications"]

KNOWN = {EXPERIMENT.name: EXPERIMENT}


def as_bytes(results: list[TrialResult]) -> bytes:
    return encoded(results)  # type: ignore[arg-type]


TRIALS = st.lists(
    st.tuples(
        st.sampled_from(["sse", "websocket"]),
        st.sampled_from([5, 10]),
        st.lists(st.integers(1, 10**9), max_size=8),
        st.sampled_from([0, 0, 0, 2]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@given(TRIALS, st.randoms(use_true_random=False))
def test_trial_by_trial_is_the_same_as_at_once(
    drawn: list[tuple[str, int, list[int], int, bool]], order: random.Random
) -> None:
    trials = [
        built(
            trial(
                number,
                pattern=f"notifications/{name}",
                level={"clients": clients},
                load={"clients": clients},
            ),
            values,
            missing,
            failed,
        )
        for number, (name, clients, values, missing, failed) in enumerate(drawn)
    ]
    whole = evaluate(run_of(trials), KNOWN)
    evaluator = TrialEvaluator(KNOWN)
    shuffled = order.sample(trials, len(trials))
    alone = {one.record.trial.number: evaluator.result(one) for one in shuffled}
    assert as_bytes(whole.trials) == as_bytes([alone[number] for number in sorted(alone)])
    # Kept and put back, nothing differs: NaNs, arrays, judgements.
    raw = encoded(kept.kept(whole))
    back = kept.restored(run_of(trials), KNOWN, {}, decoded(raw))
    assert encoded(kept.kept(back)) == encoded(decoded(raw))
    assert [group.load for group in back.experiments[0].groups] == [
        group.load for group in whole.experiments[0].groups
    ]


def test_a_trial_is_read_once_by_an_evaluator() -> None:
    evaluator, one = TrialEvaluator(KNOWN), built(trial(), [MS] * 5)
    first = evaluator.result(one)
    assert evaluator.result(replace(one, content=data())) is first
    assert first.observations["latency_p99"] == 5
    assert math.isnan(first.metrics["latency_p99"])


def test_an_array_comes_back_as_it_was() -> None:
    numbers = kept.kept(evaluate(run_of([built(trial(), [MS] * 500)]), KNOWN))
    (found,) = decoded(encoded(numbers))
    roles, before = (one.groups[0].trials[0].roles["server"] for one in (found, numbers[0]))
    assert np.array_equal(roles.cpu_share, before.cpu_share)
    assert roles.cpu_share.dtype == before.cpu_share.dtype


@pytest.mark.parametrize(
    ("law", "value", "low", "high", "expected"),
    [
        (100.0, 109.0, 50.0, 150.0, "close"),
        (100.0, 91.0, 90.5, 91.5, "close"),
        (100.0, 120.0, 95.0, 150.0, "imprecise"),
        (100.0, 120.0, 110.0, 130.0, "missed"),
        (100.0, 120.0, math.nan, math.nan, "missed"),
        (0.0, 0.0, 0.0, 0.0, "close"),
        (0.0, 1.0, 0.5, 1.5, "missed"),
    ],
)
def test_agreement(law: float, value: float, low: float, high: float, expected: str) -> None:
    found = Predicted("L", "f", "s", "latency_mean", law, Estimate(value, low, high, 3))
    assert found.agreement == expected


SPREADS = st.lists(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=600), min_size=1, max_size=5
)
STEPS = ("_p50", "_p90", "_p99", "_p999", "_max")


@given(SPREADS, st.integers(0, 10**9))
def test_no_percentile_of_a_group_exceeds_a_higher_one_or_the_greatest(
    values: list[list[int]], outlier: int
) -> None:
    """However differently the trials come out: one of them may have all of the tail."""
    values[0] = [*values[0] * 40, outlier]
    (result,) = evaluate(
        run_of([built(trial(number), one) for number, one in enumerate(values)]), KNOWN
    ).experiments
    (group,) = result.groups
    for family in ("latency", "service"):
        keys = [key for step in STEPS if (key := f"{family}{step}") in group.estimates]
        found = [group.estimates[key].value for key in keys]
        known = [value for value in found if not math.isnan(value)]
        assert known == sorted(known)
    assert group.estimates["latency_max"].value == max(map(max, values)) / 1e6
    assert group.estimates["latency_max"].trials == len(values)


def test_deliveries_of_one_broadcast_are_one_observation() -> None:
    run = run_of([broadcast(number, 40, 100) for number in range(3)])
    (group,) = evaluate(run, KNOWN).experiments[0].groups
    (result, *_) = group.trials
    assert result.observations["latency_p99"] == 40
    assert math.isnan(result.metrics["latency_p90"])  # 44 events carry it, 4,000 deliveries not
    assert result.value("latency_p90") == 36
    assert group.estimates["latency_p90"].value == 36  # 120 events of three trials
    assert group.estimates["latency_p90"].trials == 3
    assert math.isnan(group.estimates["latency_p99"].value)
    (missing,) = (one for one in group.findings if one.code == "too_few_samples")
    assert missing.message == "latency p99 is not shown: it needs 459 events and has 120"
    assert missing.remedy == "raise duration or repeats 4 times, or the rate of events"


def test_the_greatest_value_has_an_interval_over_trials() -> None:
    """Gumbel tails: the median of the greatest of five lies within it as often as promised."""
    typical = math.exp(math.log(5) - math.log(math.log(2)))
    runs = np.exp(np.random.default_rng(1).gumbel(size=(500, 5)))
    found = [estimate_of_greatest(list(one)) for one in runs]
    assert [one.value for one in found] == list(runs.max(axis=1))
    assert sum(one.low <= typical <= one.high for one in found) >= 0.925 * len(found)
    assert not estimate_of_greatest([3.0]).has_interval
    assert estimate_of_greatest([0.0, 0.0]) == Estimate(0.0, 0.0, 0.0, 2)
