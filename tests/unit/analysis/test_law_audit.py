"""What the points of an audit come to, beside plain Python."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.audit import audits_of, left_out, points_of
from bench.analysis.evaluated import (
    Deliveries,
    ExperimentResult,
    Group,
    Level,
    Predicted,
    TrialResult,
)
from bench.model.domain import Domain, Range, Units
from bench.model.experiment import Experiment
from bench.model.law import Law
from bench.model.pattern import Pattern
from bench.model.records import TrialFile
from bench.model.trial import Trial
from bench.stats.estimates import Estimate
from scenarios.notifications.load import LOAD

DOMAIN = Domain({"clients": Range(1, 1000)}, units=Units("events", 50, lambda _: 10.0))


def law(name: str = "L", patterns: tuple[str, ...] = ("a",), **more: object) -> Law:
    return Law(name, "f", "s", "latency_mean", patterns, lambda *_: 1.0, DOMAIN, (), **more)  # type: ignore[arg-type]


def group(
    clients: int, ratio: float | None, pattern: str = "a", of: Law | None = None, **load: float
) -> Group:
    """A point whose measured value is so many times its law's; None: its trial failed."""
    one = of or law()
    trial = Trial(clients, f"x/{pattern}", {"clients": clients}, 1, 1, {})
    status = "failed" if ratio is None else "used"
    record = TrialFile(1, trial, "ok")
    result = TrialResult(record, status, "it broke", {}, (), Deliveries(1, 1, 0, 0, 0, 0), {})  # type: ignore[arg-type]
    value = Estimate(200.0 * (ratio or 0), math.nan, math.nan, 1)
    found = Predicted(one.id, "f", "s", "latency_mean", 200.0, value, one.band)
    level = Level((("clients", clients),), f"clients={clients}")
    predicted = () if ratio is None else (found,)
    asked = LOAD(clients=clients, **load)
    return Group(pattern, level, (result,), {}, (), predicted, None, load=asked)


def result(groups: Sequence[Group], *laws: Law) -> ExperimentResult:
    names = dict.fromkeys(one.pattern for one in groups)
    levels = {one.level.text: one.level for one in groups}
    made = Experiment("x", "", "", LOAD, (), "", (), (), {}, {}, predictions=laws or (law(),))
    grid = {(one.pattern, one.level.text): one for one in groups}
    patterns = tuple(Pattern("x", name, name, "") for name in names)
    return ExperimentResult(made, patterns, (), tuple(levels.values()), grid, {})


@given(st.lists(st.floats(0.2, 3), min_size=1, max_size=30))
def test_the_table_of_a_law(ratios: list[float]) -> None:
    (one,) = audits_of(result([group(n, ratio) for n, ratio in enumerate(ratios, 1)]))
    residuals = [ratio - 1 for ratio in ratios]
    sizes = sorted(abs(value) for value in residuals)
    assert one.points == one.asked == len(ratios)
    assert one.bias == pytest.approx(statistics.median(residuals), abs=1e-12)
    assert one.median == pytest.approx(statistics.median(sizes), abs=1e-12)
    # The least value that nine in ten do not exceed.
    rank = -(-9 * len(sizes) // 10)
    assert one.p90 == pytest.approx(sizes[rank - 1], abs=1e-12)
    near = [value for value in sizes if not 0.0999999 < value < 0.1000001]
    if len(near) == len(sizes):
        assert one.inside == sum(value < 0.1 for value in sizes) / len(sizes)
    assert one.worst is not None
    assert abs(one.worst.residual) == pytest.approx(sizes[-1], abs=1e-12)


def test_points_that_cannot_be_used_are_named_and_not_counted() -> None:
    found = result([group(1, 1.05), group(2, None), group(3, 1.5)])
    (one,) = audits_of(found)
    assert (one.points, one.asked, one.inside) == (2, 3, 0.5)
    assert [(entry.group.level.text, entry.reason) for entry in left_out(found)] == [
        ("clients=2", "it broke")
    ]


def test_a_law_without_any_point_is_there_with_nothing() -> None:
    (one,) = audits_of(result([group(1, None)]))
    assert (one.points, one.asked, one.worst) == (0, 1, None)
    assert math.isnan(one.bias)
    assert math.isnan(one.inside)


def test_a_point_counts_where_the_law_speaks_and_its_window_is_long_enough() -> None:
    groups = [group(1, 1.0, duration_s=5.0), group(2, 1.0, duration_s=4.9), group(1001, 1.0)]
    (one,) = audits_of(result(groups))
    assert (one.points, one.asked) == (1, 1)


def test_laws_are_told_by_pattern_and_only_those_asked_for() -> None:
    both, other = law("L", ("a", "b")), law("K, J", ("a",))
    groups = [group(1, 1.2), group(1, 0.9, "b"), group(2, 1.0, of=other)]
    found = result(groups, both, other)
    assert [(one.law.id, one.pattern, one.points) for one in audits_of(found)] == [
        ("L", "a", 1),
        ("L", "b", 1),
        ("K, J", "a", 1),
    ]
    assert {one.law.id for one in audits_of(found, ["J"])} == {"K, J"}
    assert {one.law.id for one in points_of(found, ["L"])} == {"L"}


def test_a_law_of_nothing_is_far_off_or_right() -> None:
    zero = Predicted("L", "f", "s", "latency_mean", 0.0, Estimate(5, 5, 5, 1))
    (one,) = points_of(result([with_predicted(zero)]))
    assert one.residual == math.inf
    right = Predicted("L", "f", "s", "latency_mean", 0.0, Estimate(0, 0, 0, 1))
    (one,) = points_of(result([with_predicted(right)]))
    assert (one.residual, one.predicted.is_inside) == (0.0, True)


def with_predicted(found: Predicted) -> Group:
    base = group(1, 1.0)
    return Group(base.pattern, base.level, base.trials, {}, (), (found,), None, load=base.load)
