"""The files for analysts; summary.csv against golden data.

After a wanted change: pytest tests/reports --update-golden
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from measured import EXPERIMENTS

from bench.analysis.evaluated import Evaluated
from bench.model.errors import UsageError
from bench.model.load import parameters_of
from reports import claims_table, datafiles

FLOATS = ("value", "low", "high", "predicted", "residual", "median", "median_low", "median_high")
GOLDEN = Path(__file__).parent / "golden_summary.csv"


def test_summary_is_as_it_was(run: Evaluated, request: pytest.FixtureRequest) -> None:
    """New metrics may appear; those of the golden file must keep their values."""
    found = datafiles.summary(run)[datafiles.SUMMARY]
    if request.config.getoption("--update-golden"):
        found.to_csv(GOLDEN, index=False, lineterminator="\n")
    golden = pd.read_csv(GOLDEN, keep_default_na=False, na_values=dict.fromkeys(FLOATS, ""))
    kept = found[found["metric"].isin(golden["metric"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, golden, rtol=1e-9, check_dtype=False)


def test_a_summary_row_has_its_law(run: Evaluated) -> None:
    rows = datafiles.summary(run).set_index(["pattern", "metric"])
    row = rows.loc[("short_polling", "latency_p50")]
    assert row["law"] == "SP-1"
    assert row["predicted"] == pytest.approx(500, rel=0.001)
    assert row["residual"] == pytest.approx(row["value"] / row["predicted"] - 1)
    without = rows.loc[("sse", "server_cpu_share")]
    assert (without["law"], without["predicted"]) == ("", pytest.approx(math.nan, nan_ok=True))


def test_level_is_text(swept: Evaluated) -> None:
    levels = datafiles.summary(swept)["level"].unique().tolist()
    assert levels == ["clients=4", "clients=8", "clients=12"]


LOAD = list(parameters_of(EXPERIMENTS["notifications"].load))


def test_no_load_parameter_is_named_as_a_column() -> None:
    taken = {
        *(*datafiles.SUMMARY, *datafiles.LAWS, *datafiles.FINDINGS, *datafiles.TRIALS),
        *claims_table.COLUMNS,
    } - {"law"}
    for experiment in EXPERIMENTS.values():
        assert taken.isdisjoint(parameters_of(experiment.load))


@pytest.mark.parametrize("name", datafiles.FILES)
def test_every_file_names_the_run_and_has_a_fixed_head(run: Evaluated, name: str) -> None:
    frame = datafiles.FILES[name](run)
    assert len(frame)
    assert set(frame["run"]) == {run.folder.name}
    if name != "claims":
        known = getattr(datafiles, name.upper())
        assert list(frame.columns)[: len(known) + len(LOAD)] == [*known, *LOAD]


def test_every_load_parameter_is_a_column_in_base_units(swept: Evaluated) -> None:
    rows = datafiles.summary(swept).set_index(["pattern", "level", "metric"])
    row = rows.loc[("sse", "clients=4", "latency_mean")]
    assert (row["clients"], row["duration"], row["poll_interval"]) == (4, 1.0, 0.5)
    assert (row["link"], row["payload"]) == ("loopback", 100)


def test_what_means_nothing_here_has_no_row(run: Evaluated) -> None:
    metrics = set(datafiles.summary(run)["metric"])
    assert "server_capacity_per_s" in metrics
    assert "proxied_capacity_per_s" not in metrics


def test_trials_say_which_of_them_count_and_what_they_measured(run: Evaluated) -> None:
    frame = datafiles.trials(run)
    assert frame["trial"].tolist() == list(range(15))
    assert frame["status"].value_counts().to_dict() == {"used": 13, "failed": 1, "void": 1}
    assert not frame["calibrates"].any()
    used = frame[(frame["pattern"] == "sse") & (frame["status"] == "used")]
    rows = datafiles.summary(run).set_index(["pattern", "metric"])
    assert used["latency_mean"].mean() == pytest.approx(
        rows.loc[("sse", "latency_mean"), "value"], rel=1e-3
    )
    assert frame[frame["status"] == "failed"]["latency_mean"].isna().all()


def test_findings_name_their_trial(run: Evaluated) -> None:
    frame = datafiles.findings(run).set_index("code")
    lost = frame.loc["incomplete"]
    assert (lost["pattern"], lost["severity"]) == ("sse", "doubt")
    assert lost["trial"] in range(15)
    assert frame.loc["too_few_samples", "trial"].isna().all()


def test_laws_stand_beside_what_was_measured(run: Evaluated) -> None:
    frame = datafiles.laws(run).set_index(["law", "metric"])
    row = frame.loc[("SP-1", "latency_p50")]
    assert row["residual"] == pytest.approx(row["measured"] / row["predicted"] - 1)
    assert row["inside"] == (abs(row["residual"]) <= row["band"])
    assert row["formula"]


def test_the_json_has_the_same_rows_and_no_nan(run: Evaluated, tmp_path: Path) -> None:
    def refuse(word: str) -> Any:
        raise AssertionError(word)

    path = tmp_path / "run.json"
    datafiles.export_json(run, path)
    found = json.loads(path.read_text(), parse_constant=refuse)
    for name, make in datafiles.FILES.items():
        assert len(found[name]) == len(make(run))
    assert found["experiments"][0]["name"] == "notifications"
    assert found["experiments"][0]["answer"]
    first = datafiles.summary(run).iloc[0]
    assert found["summary"][0]["value"] == first["value"]
    assert "predicted" not in found["summary"][0]


def test_a_json_that_cannot_be_written_is_one_line(run: Evaluated, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        datafiles.export_json(run, tmp_path / "none" / "x.json")
