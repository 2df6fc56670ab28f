"""Evaluation of built data: trial by trial it is the same as at once, in any order."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_builders import MS, SECOND, data, latencies, trial

from bench.analysis import kept
from bench.analysis.evaluate import TrialEvaluator, evaluate
from bench.analysis.evaluated import Predicted, TrialResult
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.pattern import Pattern
from bench.model.readings import Reading
from bench.model.records import RunFile, TrialFile
from bench.model.trial import Trial
from bench.results.evaluation_cache import decoded, encoded
from bench.stats.estimates import Estimate, estimate_of_greatest
from scenarios.notifications.experiment import EXPERIMENT

KNOWN = {EXPERIMENT.name: EXPERIMENT}


@dataclass(frozen=True)
class BuiltTrial:
    record: TrialFile
    content: TrialData

    def data(self) -> TrialData:
        return self.content


@dataclass(frozen=True)
class BuiltRun:
    folder: Path
    file: RunFile
    trials: tuple[BuiltTrial, ...]
    unfinished: tuple[Trial, ...] = ()


def built(plan: Trial, values_ns: list[int], missing: int = 0, failed: bool = False) -> BuiltTrial:
    """A trial of these latencies; `missing` rows were counted and not stored (void)."""
    meters = {"server": [Reading(n * SECOND // 10, n * 7 * MS, 1000, n) for n in range(11)]}
    content = data(latencies(values_ns, intended_ns=SECOND // 2), series=meters)
    record = TrialFile(1, plan, "failed" if failed else "ok", t1_ns=SECOND)
    return BuiltTrial(replace(record, counted=len(values_ns) + missing), content)


def run_of(trials: list[BuiltTrial]) -> BuiltRun:
    ids = dict.fromkeys(one.record.trial.pattern for one in trials)
    patterns = {one: Pattern(*one.split("/"), one, "") for one in ids}
    plan = [one.record.trial for one in trials]
    file = RunFile(1, "", "", 1, 1, 1, {}, patterns, plan)
    return BuiltRun(Path("run"), file, tuple(trials))


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


def broadcast(number: int, events: int, clients: int) -> BuiltTrial:
    """Every event to every client; each event has one latency, so nothing else is independent."""
    rows = np.zeros(events * clients, samples.DTYPE)
    rows["operation"] = 1
    rows["client"] = np.tile(np.arange(clients), events)
    rows["sequence"] = np.repeat(np.arange(events), clients)
    rows["intended_ns"] = SECOND // 2
    rows["done_ns"] = rows["intended_ns"] + (1 + rows["sequence"]) * MS
    plan = trial(number, load={"clients": clients})
    record = TrialFile(1, plan, "ok", t1_ns=SECOND, counted=len(rows))
    return BuiltTrial(record, data(rows, clients))


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
    assert missing.message == "latency p99 is not shown: it has 120 events and needs 459"
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
