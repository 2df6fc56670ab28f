"""Gates: what is written, what is refused and with which remedy, what an interval settles."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import METRICS

from bench.analysis import gates
from bench.analysis.gates import Answer, Gate
from bench.model.errors import UsageError


@pytest.mark.parametrize(
    ("text", "metric", "operator", "bound"),
    [
        ("latency_p99 < 50 ms", "latency_p99", "<", 50),
        ("latency_p99<50ms", "latency_p99", "<", 50),
        (" latency_p99 <= 1s ", "latency_p99", "<=", 1000),
        ("latency_mean < 200us", "latency_mean", "<", 0.2),
        ("server_cpu_us_per_event < 80 us", "server_cpu_us_per_event", "<", 80),
        ("server_cpu_us_per_event < 0.1ms", "server_cpu_us_per_event", "<", 100),
        ("wire_bytes_per_event[tcp_info] < 4 kB", "wire_bytes_per_event[tcp_info]", "<", 4000),
        ("wire_bytes_per_event < 4 kB", "wire_bytes_per_event", "<", 4000),
        ("deliveries_per_s > 100/s", "deliveries_per_s", ">", 100),
        ("completeness >= 0.999", "completeness", ">=", 0.999),
        ("completeness >= 99.9%", "completeness", ">=", 0.999),
        ("completeness >= 99.9 %", "completeness", ">=", 0.999),
        ("lost < 1", "lost", "<", 1),
    ],
)
def test_an_objective_is_in_the_metrics_unit(
    text: str, metric: str, operator: str, bound: float
) -> None:
    gate = gates.objective(text, METRICS)
    assert (gate.metric, gate.operator) == (metric, operator)
    assert gate.bound == pytest.approx(bound)
    assert gate.text == text.strip()


@pytest.mark.parametrize(
    ("text", "operator", "bound"),
    [
        ("latency_p99 > +10%", ">", 0.1),
        ("latency_p99>+10 %", ">", 0.1),
        ("completeness < -0.5%", "<", -0.005),
        ("completeness <= -5%", "<=", -0.05),
        ("latency_mean >= +200%", ">=", 2.0),
        ("latency_mean > +0%", ">", 0.0),
    ],
)
def test_a_change_is_signed_percent(text: str, operator: str, bound: float) -> None:
    gate = gates.change(text, METRICS)
    assert (gate.operator, gate.bound) == (operator, pytest.approx(bound))


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("objective", "latency_p99", "not METRIC < VALUE (or <=, >, >=); write e.g. 'latency"),
        ("objective", "latency_p99 = 50 ms", "not METRIC < VALUE"),
        ("objective", "latency_p99 <", "not METRIC < VALUE"),
        ("objective", "", "not METRIC < VALUE"),
        ("objective", "latency_p98 < 50 ms", "unknown metric 'latency_p98'; did you mean late"),
        ("objective", "qqq < 50 ms", "unknown metric 'qqq'; docs/metrics.md lists them"),
        ("objective", "latency_p99 < 50", "the unit is missing; write it as 50 ms"),
        ("objective", "latency_p99 < 50 kB", "unknown unit 'kB'; write it as 250ms"),
        ("objective", "completeness > 1 ms", "it takes no unit; remove 'ms'"),
        (
            "objective",
            "latency_p99 < +10%",
            "a single run has nothing to compare with; write 50 ms",
        ),
        ("objective", "latency_p99 < 10%", "a single run has nothing to compare with"),
        ("objective", "completeness > -10%", "a single run has nothing to compare with"),
        ("change", "latency_p99 > 10%", "the sign is missing; write +10% (more) or -10%"),
        (
            "change",
            "latency_p99 > 50 ms",
            "50 ms is not a change in percent; write e.g. 'latency_p99",
        ),
        ("change", "latency_p99 > +ten%", "+ten% is not a change in percent"),
        ("change", "latency_p99 < -100%", "nothing can fall by 100 %"),
        ("change", "latency > +10%", "unknown metric 'latency'; did you mean latency_"),
    ],
)
def test_a_bad_gate_says_what_would_do(kind: str, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        getattr(gates, kind)(text, METRICS)
    assert message in str(caught.value)
    assert str(caught.value).startswith(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", METRICS)
def test_every_metric_can_have_both(key: str) -> None:
    unit = METRICS[key].unit
    assert gates.objective(f"{key} < 5{unit}", METRICS).bound == pytest.approx(5)
    assert gates.change(f"{key} > +5%", METRICS).bound == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("operator", "low", "high", "answer"),
    [
        ("<", 1, 2, "yes"),
        ("<", 1, 10, "not settled"),
        ("<=", 1, 10, "yes"),
        ("<", 10, 12, "no"),
        ("<=", 10, 12, "not settled"),
        (">", 11, 12, "yes"),
        (">", 10, 12, "not settled"),
        (">=", 10, 12, "yes"),
        (">", 1, 2, "no"),
        ("<", 9, 11, "not settled"),
        ("<", math.nan, math.nan, "not settled"),
        (">", 11, math.inf, "yes"),
        (">", -math.inf, math.inf, "not settled"),
    ],
)
def test_an_interval_settles_a_gate_or_not(
    operator: gates.Operator, low: float, high: float, answer: Answer
) -> None:
    assert Gate("lost", operator, 10, "").holds(low, high) == answer


@given(
    st.sampled_from([("<", ">="), (">", "<="), ("<=", ">"), (">=", "<")]),
    st.floats(-10, 10),
    st.floats(-10, 10),
    st.floats(0, 10),
)
def test_what_holds_denies_its_opposite(
    pair: tuple[gates.Operator, gates.Operator], bound: float, low: float, width: float
) -> None:
    """The opposite condition's answer is always the opposite answer."""
    opposite = {"yes": "no", "no": "yes", "not settled": "not settled"}
    there, back = (Gate("lost", operator, bound, "").holds(low, low + width) for operator in pair)
    assert back == opposite[there]
