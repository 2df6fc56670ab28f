"""The answer in words says no more than the intervals allow."""

from __future__ import annotations

import dataclasses

import pytest
from report_builders import alone, near, result, trial

from bench.analysis.evaluated import Deliveries, Predicted
from bench.model.finding import Finding
from reports import sentences

LATENCY = "latency_mean"


def test_a_settled_answer_names_the_best_and_the_distances() -> None:
    values = {"sse": near(2.0, 0.2), "poll": near(20.0, 2.0), "ws": near(1.0, 0.1)}
    first = sentences.answer(result(LATENCY, values))[0]
    assert first.startswith(
        "WS has the lowest latency mean: 1.00 ms (95 % interval 0.900 to 1.10)."
    )
    assert "SSE, the next, has 2.00 times that (1.75 to 2.29)" in first
    assert "POLL, the last, has 20.0 times as much (17.5 to 22.9)" in first


def test_an_unsettled_answer_says_so() -> None:
    values = {"sse": near(1.1, 0.2), "poll": near(20.0, 2.0), "ws": near(1.0, 0.1)}
    first = sentences.answer(result(LATENCY, values))[0]
    assert first.startswith("This run does not settle which pattern has the lowest latency mean")
    assert "of WS (1.00 ms) and SSE (1.10 ms) overlap" in first
    assert "POLL, the next, has 20.0 times the value of WS" in first


def test_single_trials_settle_nothing() -> None:
    found = sentences.answer(result(LATENCY, {"sse": alone(2.0), "ws": alone(1.0)}))
    assert "does not settle which pattern is best" in found[0]
    assert found[1] == "The lowest latency mean first: WS 1.00 ms, SSE 2.00 ms."


def test_over_levels_the_lead_may_change() -> None:
    low = {"sse": near(1.0, 0.1), "poll": near(9.0, 0.1)}
    high = {"sse": near(9.0, 0.1), "poll": near(8.0, 0.1)}
    assert sentences.answer(result(LATENCY, low, high))[0] == (
        "The lowest latency mean: SSE at clients=1; POLL at clients=2. "
        "Values at clients=2: POLL 8.00 ms, SSE 9.00 ms."
    )
    assert sentences.answer(result(LATENCY, low, low))[0].startswith(
        "SSE has the lowest latency mean at all 2 levels."
    )


def test_completeness_counts_usable_trials() -> None:
    lossy = trial("sse", deliveries=Deliveries(100, 97, 3, 0, 0, 0))
    void = trial("sse", "void", deliveries=Deliveries(100, 0, 100, 0, 0, 0))
    values = {"sse": near(1.0, 0.1), "ws": near(2.0, 0.1)}
    found = result(LATENCY, values, trials={"sse": (lossy, void)})
    assert sentences.completeness(found) == "Not all deliveries arrived: SSE lost 3 of 100."
    whole = result(LATENCY, values)
    assert sentences.completeness(whole) == "All 200 expected deliveries arrived."


def test_doubts_are_told() -> None:
    doubt = Finding("generator_late", "doubt", "late", "fewer clients")
    note = Finding("source_late", "note", "late", "none")
    trials = {"sse": (trial("sse", findings=(doubt,)),), "ws": (trial("ws", findings=(note,)),)}
    found = result(LATENCY, {"sse": near(1.0), "ws": near(2.0)}, trials=trials)
    assert "SSE with caution" in sentences.doubtful(found)
    assert "WS" not in sentences.doubtful(found)


def test_harness_time_is_a_median() -> None:
    assert "median 0.500 s, most 3.00 s, over 3 trials" in sentences.harness_time([3.0, 0.5, 0.4])
    assert sentences.harness_time([]) == ""


IMPRECISE = "1 too imprecise to say: only their interval includes the law's value"
OFF = "2 differ, and so does their whole interval"


def predicted(value: float, width: float, law: float = 100.0) -> Predicted:
    return Predicted("L-1", "a", "b", LATENCY, law, near(value, width))


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], ""),
        ([predicted(95.0, 1.0)], "1 of 1 measured values lie within 10 % of their law."),
        (
            [predicted(95.0, 1.0), predicted(0.0, 0.0, law=0.0), predicted(130.0, 40.0)],
            f"2 of 3 measured values lie within 10 % of their law; {IMPRECISE}.",
        ),
        (
            [predicted(130.0, 40.0), predicted(130.0, 10.0), predicted(1.0, 0.1, law=0.0)],
            f"0 of 3 measured values lie within 10 % of their law; {IMPRECISE}; {OFF}.",
        ),
    ],
)
def test_agreement_with_a_law_and_imprecision_are_told_apart(
    pairs: list[Predicted], expected: str
) -> None:
    measured = result(LATENCY, {"sse": near(1.0)})
    (group,) = measured.groups
    grid = {("sse", ""): dataclasses.replace(group, predicted=tuple(pairs))}
    assert sentences.laws(dataclasses.replace(measured, grid=grid)) == expected
