"""The tidy frames that the page's tables are made of."""

from __future__ import annotations

import dataclasses

import pytest

from bench.analysis.evaluated import Evaluated, ExperimentResult
from reports import present, tables


def test_predictions_compare_with_the_measured_value(result: ExperimentResult) -> None:
    frame = tables.predictions(result).set_index(["law", "pattern", "metric"])
    row = frame.loc[("SP-1", "short_polling", "latency_p50")]
    assert row["predicted"] == pytest.approx(500, rel=0.001)
    assert row["difference"] == pytest.approx(row["measured"] / row["predicted"] - 1)


def test_deliveries_sum_over_usable_trials(result: ExperimentResult) -> None:
    frame = tables.deliveries(result).set_index("pattern")
    assert frame.loc["sse", ["owed", "delivered", "lost", "trials"]].tolist() == [1800, 1799, 1, 3]
    assert frame.loc["websocket", ["owed", "trials"]].tolist() == [1200, 2]


def test_backend_has_a_row_per_role(result: ExperimentResult) -> None:
    frame = tables.backend(result)
    roles = frame.groupby("pattern")["role"].apply(list)
    assert roles["sse"] == ["server", "generator"]
    assert (frame["peak_memory_bytes"] > 30_000_000).all()


def test_findings_are_counted_and_sorted_by_weight(result: ExperimentResult) -> None:
    frame = tables.findings(result)
    weights = [["void", "doubt", "note"].index(severity) for severity in frame["severity"]]
    assert weights == sorted(weights)
    lost = frame[frame["code"] == "incomplete"]
    assert lost[["pattern", "times"]].to_numpy().tolist() == [["sse", 1]]


def test_trials_are_all_listed_in_order(result: ExperimentResult) -> None:
    frame = tables.trials(result)
    assert frame["number"].tolist() == list(range(15))
    assert frame["verdict"].value_counts().to_dict() == {"used": 13, "failed": 1, "void": 1}


def test_harness_times_leave_out_what_was_not_recorded(run: Evaluated) -> None:
    assert len(tables.harness_times_s(run)) == 14


def test_no_level_column_where_nothing_is_swept(result: ExperimentResult, swept: Evaluated) -> None:
    assert "level" not in present.deliveries(result).headers
    assert "level" in present.deliveries(swept.experiments[0]).headers


def test_clocks_are_shown_where_several_hosts_carried_the_load(result: ExperimentResult) -> None:
    assert tables.harness_keys(result) == tables.HARNESS
    known = {}
    for key, group in result.grid.items():
        of_clocks = dataclasses.replace(group.estimates[tables.CLOCKS], value=80.0)
        estimates = {**group.estimates, tables.CLOCKS: of_clocks}
        known[key] = dataclasses.replace(group, estimates=estimates)
    hosted = dataclasses.replace(result, grid=known)
    assert tables.harness(hosted)[tables.CLOCKS].eq(80.0).all()
    assert "uncertainty of clocks between hosts (µs)" in present.harness(hosted).headers
