"""Random points of domains: where they lie, how they are spread, what is refused."""

from __future__ import annotations

import dataclasses
import math
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import EXPERIMENTS

from bench.model.domain import FREE, Condition, Domain, Either, Free, Range, Template, Units
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.law import Law
from bench.model.load import LoadType, parameter
from bench.plan.audit import (
    Ground,
    Point,
    chosen_laws,
    drawn,
    grounds_of,
    trials_of_audit,
    with_points,
)


@dataclass(frozen=True, kw_only=True)
class SmallLoad:
    """A pace, a size, a text."""

    pace_per_s: float = parameter(1.0, "/s", "how often", low=0.001, high=1e6)
    payload_bytes: int = parameter(100, "B", "size", low=1, high=10**9)
    route: str = parameter("", "", "any text")


SMALL = LoadType(SmallLoad)
WIDE = Domain({"pace": Range(0.1, 1000), "clients": Range(1, 100), "warmup": Free(0.2)})


def law(domain: Domain | None = WIDE, name: str = "L", pattern: str = "a", **more: Any) -> Law:
    return Law(name, "", "", "m", (pattern,), lambda *_: 1.0, domain, (), **more)


def experiment(*laws: Law) -> Experiment:
    return Experiment(
        "small", "", "", SMALL, (), "", (), (), {"duration": "2s"}, {}, predictions=laws
    )


def points(domain: Domain, count: int = 20, seed: int = 1) -> tuple[Point, ...]:
    made = experiment(law(domain))
    return with_points(made, grounds_of(made.predictions)[0], count, seed).points


GROUNDS = [(one, ground) for one in EXPERIMENTS.values() for ground in grounds_of(one.predictions)]


@given(st.integers(0, 2**32), st.sampled_from(GROUNDS))
def test_every_point_lies_in_its_domain(seed: int, which: tuple[Experiment, Ground]) -> None:
    owner, ground = which
    source = random.Random(seed)
    for _ in range(20):
        if (point := drawn(owner, ground.domain, source)) is not None:
            load = owner.load.read(point.load)
            assert ground.domain.has(load)
            assert load.window.duration_s >= 0.999 * ground.domain.window_s(load)
            assert load.values() == point.load


@pytest.mark.parametrize(("owner", "ground"), GROUNDS, ids=lambda one: getattr(one, "name", ""))
def test_every_domain_can_be_audited(owner: Experiment, ground: Ground) -> None:
    assert len(with_points(owner, ground, 5, 99).points) == 5


def test_positive_ranges_are_spread_evenly_over_their_logarithm() -> None:
    """Four decades: a quarter of the points in each, by chi-square at the 99.9 % level."""
    found = points(Domain({"pace": Range(0.1, 1000)}), 400)
    decades = Counter(math.floor(math.log10(one.load["pace_per_s"]) + 1e-9) for one in found)
    assert sum((decades[at] - 100) ** 2 / 100 for at in range(-1, 3)) < 16.3


def test_others_are_spread_evenly() -> None:
    for wanted in (Range(0, 100), Range(10, 100, evenly=True)):
        found = points(Domain({"warmup": wanted}), 400)
        values = np.array([one.load["warmup_s"] for one in found])
        middle = (wanted.low + wanted.high) / 2
        width = wanted.high - wanted.low
        assert abs(values.mean() - middle) < 4 * width / math.sqrt(12 * 400)
        assert values.min() < wanted.low + 0.05 * width
        assert values.max() > wanted.high - 0.05 * width


def test_whole_numbers_have_both_ends() -> None:
    found = Counter(one.load["clients"] for one in points(Domain({"clients": Range(1, 3)}), 3))
    assert found == {1: 1, 2: 1, 3: 1}


def test_numbers_have_three_digits_and_stay_in_their_range() -> None:
    for point in points(Domain({"payload": Range(99_999, 123_456)}), 10):
        size = point.load["payload_bytes"]
        assert 99_999 <= size <= 123_456
        assert size in (99_999, 123_456) or size % 1000 == 0


def test_single_values_beside_a_range_are_drawn_too() -> None:
    found = points(Domain({"payload": Either(Range(100, 900), (5,))}), 40)
    sizes = [one.load["payload_bytes"] for one in found]
    assert sizes.count(5) == 1  # points differ
    assert all(size == 5 or 100 <= size <= 900 for size in sizes)


def test_all_that_varies_is_the_points_level() -> None:
    domain = Domain(
        {
            "pace": Range(1, 2),
            "clients": (4,),
            "payload": (10, 20),
            "route": Template("to={x}km", {"x": Range(1, 9)}),
            "warmup": Free(0.2),
            "drain": FREE,
        }
    )
    (point,) = points(domain, 1)
    assert set(point.level) == {"pace", "payload", "route"}
    assert point.load["warmup_s"] == 0.2
    assert point.load["clients"] == 4
    assert point.load["duration_s"] == 2.0  # as with --quick
    assert point.load["route"].startswith("to=")


def test_a_window_is_as_long_as_its_units_need() -> None:
    units = Units("events", 100, lambda load: load.own.pace_per_s, at_least_s=1, at_most_s=20)
    domain = dataclasses.replace(WIDE, units=units)
    for point in points(domain, 50):
        wanted = max(1.0, 100 / point.load["pace_per_s"])
        assert wanted <= point.load["duration_s"] < wanted + 0.1 + 1e-9
        assert point.load["pace_per_s"] >= 5


def test_loopback_has_no_link_to_describe() -> None:
    domain = Domain({"link": ("loopback", "emulated"), "rtt": Range(0.01, 0.1)})
    found = points(domain, 20)
    assert {one.load["link"] for one in found} == {"loopback", "emulated"}
    for one in found:
        assert (one.load["rtt_s"] == 0) == (one.load["link"] == "loopback")
        assert ("rtt" in one.level) == (one.load["link"] == "emulated")


def test_points_depend_on_seed_and_domain_alone() -> None:
    other = dataclasses.replace(WIDE, load={**WIDE.load, "payload": FREE})
    assert points(WIDE) == points(Domain(dict(WIDE.load)))
    assert points(WIDE) != points(WIDE, seed=2)
    assert points(WIDE) != points(other)
    made = experiment(law(other, "K"), law(WIDE))
    assert with_points(made, grounds_of(made.predictions)[1], 20, 1).points == points(WIDE)


def test_a_domain_of_choices_has_no_more_points_than_choices() -> None:
    assert len(points(Domain({"payload": (10, 20, 30)}), 4)) == 3


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        (
            dataclasses.replace(WIDE, where=(Condition("never", lambda _: False),)),
            (
                "law L: 0 of 2 points found in 1,000 draws; its conditions leave too little of its "
                "ranges: never"
            ),
        ),
        (
            dataclasses.replace(WIDE, units=Units("events", 5, lambda _: 0.01)),
            "a window of at most 20 s for 5 events",
        ),
        (Domain({"clients": Range(3, 3)}), "its ranges are too narrow"),
    ],
)
def test_a_domain_that_has_too_few_points_says_why(domain: Domain, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        points(domain, 2)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_laws_with_the_same_domain_share_their_points_and_trials() -> None:
    other = Domain({"pace": Range(1, 5)})
    same = Domain(dict(WIDE.load))
    made = experiment(law(), law(same, "K", "b"), law(other, "J", "c"), law(same, "I", "a"))
    grounds = grounds_of(made.predictions)
    assert [[one.id for one in ground.laws] for ground in grounds] == [["L", "K", "I"], ["J"]]
    grounds = [with_points(made, ground, 5, 1) for ground in grounds]
    trials = trials_of_audit(made, grounds, ["a", "b", "c"], 2, 1)
    assert Counter(one.pattern for one in trials) == {"small/a": 10, "small/b": 10, "small/c": 10}
    assert [one.number for one in trials] == list(range(30))
    assert len({one.seed for one in trials}) == 2 * 10  # a repeat's, of each point
    by_point: dict[str, set[int]] = {}
    for one in trials:
        by_point.setdefault(f"{one.repeat} {sorted(one.load.items())}", set()).add(one.seed)
    assert all(len(seeds) == 1 for seeds in by_point.values())
    assert trials_of_audit(made, grounds, ["b"], 1, 1)[0].pattern == "small/b"


@pytest.mark.parametrize(
    ("text", "seed", "words"),
    [
        ("X", 1, "law=X: unknown law; small has L, K"),
        (
            "",
            7,
            (
                "seed=7: law L (m) was fitted with it; an audit needs a seed that the law has "
                "not seen, e.g. --seed 8"
            ),
        ),
        ("L", 7, "seed=7"),
    ],
)
def test_what_cannot_be_audited_is_refused_in_one_line(text: str, seed: int, words: str) -> None:
    made = experiment(law(fitted_with=(7,)), law(None, "K"))
    with pytest.raises(UsageError, match=r".") as refused:
        chosen_laws(made, text, seed)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_law_is_chosen_by_any_of_its_ids() -> None:
    made = experiment(law(name="LP-2, LP-3"), law(name="SP-1", fitted_with=(7,)))
    assert [one.id for one in chosen_laws(made, "LP-3", 7)] == ["LP-2, LP-3"]
    with pytest.raises(UsageError, match="states no domain"):
        chosen_laws(experiment(law(None)), "", 1)
    with pytest.raises(UsageError, match="has no laws"):
        chosen_laws(experiment(), "", 1)
