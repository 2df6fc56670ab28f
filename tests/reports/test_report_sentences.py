"""The answer in words says no more than the intervals allow."""

from __future__ import annotations

import dataclasses

import pytest
from report_builders import ONE, alone, near, result, trial

from bench.analysis.evaluated import Deliveries, Predicted
from bench.model.finding import Finding
from reports import arrivals, sentences
from scenarios.notifications.load import LOAD

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
    assert first.startswith("No pattern clearly has the lowest latency mean")
    assert "of WS (1.00 ms) and SSE (1.10 ms) overlap" in first
    assert "POLL, the next, has 20.0 times the value of WS" in first


def test_single_trials_settle_nothing() -> None:
    found = sentences.answer(result(LATENCY, {"sse": alone(2.0), "ws": alone(1.0)}))
    assert "No pattern is called best" in found[0]
    assert found[1] == "Latency mean, lowest first: WS 1.00 ms, SSE 2.00 ms."


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
    assert arrivals.completeness(found) == "Not all deliveries arrived: SSE lost 3 of 100."
    whole = result(LATENCY, values)
    assert arrivals.completeness(whole) == "All 200 expected deliveries arrived."


def test_what_was_lost_is_said_of_its_level() -> None:
    lossy = trial("sse", deliveries=Deliveries(100, 97, 3, 0, 0, 0))
    values = {"sse": near(1.0, 0.1), "ws": near(2.0, 0.1)}
    found = result(LATENCY, values, values)
    some = dict(found.grid)
    some["sse", "clients=2"] = dataclasses.replace(some["sse", "clients=2"], trials=(lossy,))
    assert arrivals.completeness(dataclasses.replace(found, grid=some)) == (
        "Not all deliveries arrived: SSE lost 3 of 100 at clients=2."
    )
    assert arrivals.completeness(found) == "All 400 expected deliveries arrived, at all 2 levels."


def test_what_a_load_is_meant_to_lose_is_counted_with_nothing_else() -> None:
    lossy = trial("sse", deliveries=Deliveries(100, 1, 99, 0, 0, 0))
    found = result(LATENCY, {"sse": near(1.0)}, {"sse": near(1.0)})
    some = dict(found.grid)
    dropping = LOAD(fault="clients.0-3:stop@0%,for=100%", slow_policy="drop")
    some["sse", "clients=2"] = dataclasses.replace(
        some["sse", "clients=2"], trials=(lossy,), load=dropping
    )
    assert arrivals.completeness(dataclasses.replace(found, grid=some)) == (
        "All 100 expected deliveries arrived, at 1 level. Not counted: the level at which the load "
        "itself makes deliveries go missing (clients=2)."
    )
    alone = dataclasses.replace(some["sse", "clients=2"], level=ONE)
    only = dataclasses.replace(found, levels=(ONE,), grid={("sse", ""): alone})
    assert arrivals.completeness(only) == (
        "The load itself makes deliveries go missing, so none is counted."
    )


def test_doubts_are_said_of_their_levels() -> None:
    doubt = Finding("generator_late", "doubt", "late", "fewer clients")
    trials = {"sse": (trial("sse", findings=(doubt,)),)}
    values = {"sse": near(1.0), "ws": near(2.0)}
    found = result(LATENCY, values, values, values, trials=trials)
    assert "SSE at 3 levels with caution; see the findings" in sentences.doubtful(found)
    some = {key: one for key, one in found.grid.items() if key != ("sse", "clients=1")}
    some["sse", "clients=2"] = result(LATENCY, values).grid["sse", ""]
    said = sentences.doubtful(dataclasses.replace(found, grid=some))
    assert "SSE at clients=3 with caution" in said


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
