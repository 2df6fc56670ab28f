"""One value, one meaning: in no table does a percentile exceed a higher one or the maximum."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest
from make_run import make_run
from measured import METRICS
from value_order import STEPS, out_of_order, summary_out_of_order

from bench.analysis.evaluated import Evaluated
from bench.results.evaluation import evaluate
from reports import comparison_text, page
from reports.between_runs import compare_runs

ORDERED = [key for key in METRICS if key.partition("[")[0].rpartition("_")[2] in STEPS]


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trials of which each has a tail of its own, long enough for a p99 of all together."""
    folder = tmp_path_factory.mktemp("results") / "uneven"
    return make_run(folder, repeats=5, rates=(20.0,), duration_s=5.0)


def test_the_check_sees_what_it_is_for() -> None:
    assert out_of_order([("latency_p99", 3.0), ("latency_max", 2.0)])
    assert not out_of_order([("latency_p50", 1.0), ("latency_max", 2.0), ("wait_p99", 9.0)])


@pytest.mark.usefixtures("no_figures")
def test_every_table_of_a_report_is_in_order(uneven: Path) -> None:
    evaluated = evaluate(uneven)
    page.write(evaluated)
    path = uneven / "report" / "summary.csv"
    assert {"latency_p90", "latency_max"} <= set(pd.read_csv(path)["metric"])
    assert summary_out_of_order(path) == []


def test_both_sides_of_a_comparison_are_in_order(uneven: Path) -> None:
    evaluated = evaluate(uneven)
    found = json.loads(comparison_text.as_json(compare_runs([evaluated], [evaluated], ORDERED)))
    for side in ("a", "b"):
        values: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for row in found["rows"]:
            values[row["pattern"]].append((row["metric"], row[side]["value"]))
        assert values
        assert [text for one in values.values() for text in out_of_order(one)] == []


def test_headlines_of_all_experiments_are_of_one_meaning(run: Evaluated) -> None:
    """What stands in the answer table and at the terminal is the same estimate."""
    for result in run.experiments:
        for group in result.groups:
            values = [(key, group.estimates[key].value) for key in result.experiment.headline]
            assert out_of_order(values) == []
