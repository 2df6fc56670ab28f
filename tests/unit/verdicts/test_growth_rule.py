"""How a metric grows: exponents that were put in, and levels that do not suffice."""

from __future__ import annotations

import numpy as np
import pytest
from claim_builders import cell, evidence

from bench.verdicts.growth import Growth
from bench.verdicts.judgement import Judgement, Verdict

METRIC = "backend_cpu_us_per_s"
LEVELS = (10, 30, 100, 300, 1000)


def grown(
    exponent: float,
    start: float = 0.0,
    levels: tuple[int, ...] = LEVELS,
    count: int = 8,
    noise: float = 0.01,
) -> Judgement:
    random = np.random.default_rng(3)
    cells = [
        cell(
            "sse",
            {METRIC: list((start + 2 * n**exponent) * random.lognormal(0, noise, count))},
            clients=n,
        )
        for n in levels
    ]
    return Growth(METRIC, "us", "sse", "clients").judge(evidence(*cells))


@pytest.mark.parametrize(
    ("exponent", "start", "verdict"),
    [
        (1.0, 0.0, "confirmed"),
        (1.0, 500.0, "confirmed"),  # what it costs at nothing is subtracted
        (1.2, 0.0, "refuted"),
        (1.5, 0.0, "refuted"),
        (0.8, 0.0, "refuted"),
        (1.05, 0.0, "not settled"),
    ],
)
def test_an_exponent(exponent: float, start: float, verdict: Verdict) -> None:
    found = grown(exponent, start)
    assert found.verdict == verdict
    (number,) = found.numbers
    assert number.value == pytest.approx(exponent, abs=0.03)
    assert number.what == f"{METRIC} of sse: exponent of its growth with clients"


@pytest.mark.parametrize(
    ("exponent", "start", "found_as"),
    [(0.0, 0.0, 0.0), (0.3, 0.0, 0.3), (1.0, 0.0, 1.0), (1.0, 10_000.0, 0.03)],
)
def test_as_a_whole_nothing_is_subtracted(exponent: float, start: float, found_as: float) -> None:
    random = np.random.default_rng(4)
    values = {n: (start + 2 * n**exponent) * random.lognormal(0, 0.01, 8) for n in LEVELS}
    cells = [cell("sse", {METRIC: list(values[n])}, clients=n) for n in LEVELS]
    rule = Growth(METRIC, "us", "sse", "clients", wanted=(-0.1, 0.1), is_whole=True)
    found = rule.judge(evidence(*cells))
    (number,), (curve,) = found.numbers, found.curves
    logs = [np.log(np.mean(values[n])) for n in LEVELS]
    assert number.value == pytest.approx(np.polyfit(np.log(LEVELS), logs, 1)[0], abs=0.005)
    assert number.value == pytest.approx(found_as, abs=0.02)
    assert found.verdict == ("confirmed" if found_as < 0.1 else "refuted")
    assert curve.start == 0


def test_where_it_does_not_grow_straight_the_exponent_is_the_answer() -> None:
    found = grown(1.2)
    assert found.words.startswith(f"{METRIC} grows as clients^1.2")
    (curve,) = found.curves
    assert curve.exponent == pytest.approx(1.2, abs=0.03)
    ends = [curve.start + curve.factor * x**curve.exponent for x in (10, 1000)]
    assert ends == pytest.approx([2 * x**1.2 for x in (10, 1000)], rel=0.1)


def test_five_repeats_and_much_noise_settle_nothing() -> None:
    assert grown(1.0, count=5).verdict == "not settled"
    assert grown(1.0, noise=0.3).verdict == "not settled"
    assert grown(2.0, count=5).verdict == "not settled"


@pytest.mark.parametrize("levels", [(10, 30, 100, 1000), (10, 20, 50, 100, 400), (10,), ()])
def test_few_levels_or_a_narrow_range_tell_no_exponent(levels: tuple[int, ...]) -> None:
    found = grown(1.0, levels=levels)
    assert found.verdict == "not measured"
    assert "5 levels of clients over a factor of 50 are needed" in found.words


def test_a_trial_without_the_metric_is_left_out() -> None:
    cells = [
        cell("sse", {METRIC: [float("nan")] * 6 if n == 100 else [1.0 * n] * 6}, clients=n)
        for n in LEVELS
    ]
    found = Growth(METRIC, "us", "sse", "clients").judge(evidence(*cells))
    assert found == Judgement("not measured", f"no trial has {METRIC}")
