"""Trials that laws need for their facts: which, how often, and where in the plan."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from bench.model.domain import FREE, Domain, Range
from bench.model.experiment import Experiment
from bench.model.law import Calibration, Law
from bench.model.load import LoadType, parameter
from bench.model.pattern import Pattern
from bench.plan.calibration import needed_by, source_of, with_calibration
from bench.plan.trials import Request, trials_of


@dataclass(frozen=True, kw_only=True)
class SmallLoad:
    """A rate."""

    rate_per_s: float = parameter(1.0, "/s", "how often", low=0.01)


SMALL = LoadType(SmallLoad)
IDLE = Calibration("idle", {"rate": 0.01, "duration": "1s"}, ("poll_bytes_up",))
HALF = Calibration("half", {"clients": lambda load: load.window.clients // 2}, ("rtt_us",))
DOMAIN = Domain({"clients": Range(2, 1000), "rate": FREE})
PATTERNS = [Pattern("small", name, name, "") for name in ("a", "b")]


def experiment(*calibration: Calibration, domain: Domain = DOMAIN) -> Experiment:
    law = Law("L", "", "", "m", ("a",), lambda *_: 1.0, domain, (), calibration)
    return Experiment("small", "", "", SMALL, (), "", (), (), {}, {}, predictions=(law,))


def planned(made: Experiment, repeats: int = 2, shared: int = 1, **settings: str) -> list[Any]:
    trials = trials_of(made, PATTERNS, Request(("small",), settings, repeats), first_number=5)
    return with_calibration(made, trials, ["a", "b"], seed=3, shared=shared)


def test_a_calibration_has_the_trials_load_with_its_settings() -> None:
    made = experiment(IDLE)
    load = SMALL(clients=20, rate_per_s=7.0)
    found = source_of(made, made.predictions[0], IDLE, "a", load)
    assert found == ("a", {**load.values(), "rate_per_s": 0.01, "duration_s": 1.0})


def test_it_may_depend_on_the_load_or_be_of_another_pattern() -> None:
    made = experiment(HALF)
    (law,) = made.predictions
    found = source_of(made, law, HALF, "a", SMALL(clients=21))
    assert found is not None
    assert found[1]["clients"] == 10
    other = dataclasses.replace(IDLE, pattern="b")
    found = source_of(made, law, other, "a", SMALL())
    assert found is not None
    assert found[0] == "b"


def test_there_is_none_outside_the_domain_or_where_it_is_the_same_trial() -> None:
    made = experiment(IDLE)
    (law,) = made.predictions
    assert source_of(made, law, IDLE, "a", SMALL(clients=1)) is None
    assert source_of(made, law, IDLE, "a", SMALL(rate_per_s=0.01, duration_s=1.0)) is None


def test_every_repeat_has_each_calibration_once_among_its_trials() -> None:
    trials = planned(experiment(IDLE), repeats=3, rate="1,2,3/s")
    assert [one.number for one in trials] == list(range(5, 5 + 3 * (3 * 2 + 1)))
    added = [one for one in trials if one.calibrates]
    assert [one.repeat for one in added] == [1, 2, 3]
    assert {one.pattern for one in added} == {"small/a"}
    seeds = {(one.repeat, one.seed) for one in trials}
    assert len(seeds) == 3
    assert [one.repeat for one in trials] == sorted(one.repeat for one in trials)


@pytest.mark.parametrize(
    ("rates", "repeats", "often"),
    [
        ("1", 1, 1),
        ("1,2", 1, 2),
        ("1,2,3,4", 1, 3),
        ("1,2,3,4", 2, 3),
        ("1,2,3,4", 4, 4),
        ("1", 4, 4),
    ],
)
def test_a_calibration_that_several_points_share_is_measured_for_each_of_them(
    rates: str, repeats: int, often: int
) -> None:
    trials = planned(experiment(IDLE), repeats, shared=3, rate=f"{rates}/s")
    added = [one for one in trials if one.calibrates]
    assert sorted(one.repeat for one in added) == list(range(1, often + 1))
    assert len({one.seed for one in added}) == often
    assert [one.number for one in trials] == list(range(5, 5 + len(trials)))
    compared = [one.repeat for one in trials if not one.calibrates]
    assert compared == sorted(compared)


def test_what_is_planned_anyway_is_not_added() -> None:
    trials = planned(experiment(HALF), clients="2,4,8")
    added = Counter(one.load["clients"] for one in trials if one.calibrates)
    assert added == {1: 2}  # half of 2; half of 4 and of 8 are levels of their own


def test_a_calibration_is_called_by_its_level_and_what_differs() -> None:
    trials = planned(experiment(IDLE), repeats=1, clients="10,20")
    levels = [one.level for one in trials if one.calibrates]
    assert sorted(levels, key=lambda one: one["clients"]) == [
        {"clients": 10, "duration": 1.0, "rate": 0.01},
        {"clients": 20, "duration": 1.0, "rate": 0.01},
    ]
    assert all("-calibration-" in one.folder for one in trials if one.calibrates)


def test_a_pattern_that_cannot_be_measured_calibrates_nothing() -> None:
    made = experiment(dataclasses.replace(IDLE, pattern="b"))
    trials = trials_of(made, PATTERNS[:1], Request(("small",), {}, 1))
    assert len(needed_by(made, trials)) == 1
    assert with_calibration(made, trials, ["a"], seed=1) == trials
