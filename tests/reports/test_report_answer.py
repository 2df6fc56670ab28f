"""The answer table: every number against pandas on the raw files, every mark by its rule."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from report_builders import near
from report_builders import result as made

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.stats.clusters import percentile_of_units
from reports import not_carried, numbers
from reports.answer import BEST, DASH, RANGE_UP_TO, AnswerTable, Row, answer_tables, tables_of

STUDENT_T = {1: 12.706204736174707, 2: 4.302652729749464}
ERROR = {2: math.sqrt(1.3 / 0.7 / 2 + 0.18**2), 3: math.sqrt(1.46 / 0.77 / 3 + 0.18**2)}
"""For a spread of 1, with room for a correlation of 0.3 (1 + 2 sum (1 - k / n) 0.3^k, by hand)
and for disturbed trials."""
QUANTILES = {"latency_p50": 0.5, "latency_p90": 0.9, "latency_p99": 0.99}


@pytest.fixture(scope="module")
def answer(run: Evaluated) -> AnswerTable:
    (table,) = answer_tables(run)
    return table


def row_of(table: AnswerTable, pattern: str) -> Row:
    return next(row for row in table.rows if row.pattern == pattern)


def recomputed(folder: Path) -> tuple[dict[str, float], np.ndarray, np.ndarray]:
    """The headline values of one trial from its files alone, its latencies in ms, and to which
    independent observation each belongs: of a broadcast to its event, of polling to its reply.
    """
    record = json.loads((folder / "trial.json").read_text())
    rows = pd.read_parquet(folder / "samples.parquet")
    events = pd.read_parquet(folder / "events.parquet")
    meters = pd.read_parquet(folder / "meters.parquet").query("role == 'server'")
    rows = rows[rows["intended_ns"].between(record["t0_ns"], record["t1_ns"], inclusive="left")]
    got = rows[(rows["operation"] == "delivery") & (rows["outcome"] == "ok")]
    requests = rows[rows["operation"] == "request"]
    latency = (got["done_ns"] - got["intended_ns"]).to_numpy() / 1e6
    at = meters[meters["mark"] != ""].set_index("mark")
    clients = record["trial"]["load"]["clients"]
    wire = sum(
        record["wire"]["t1"][way] - record["wire"]["t0"][way] for way in ("wire_up", "wire_down")
    )
    values = {
        "latency_mean": latency.mean(),
        "completeness": len(got.drop_duplicates(["client", "sequence"])) / (len(events) * clients),
        "requests_per_event": len(requests) / len(got),
        "useless_share": (requests["outcome"] == "empty").mean() if len(requests) else math.nan,
        "wire_bytes_per_event": wire / len(got),
        "backend_cpu_us_per_event": (at.cpu_ns["t1"] - at.cpu_ns["t0"]) / 1e3 / len(got),
        "backend_memory_bytes_per_client": (at.memory_bytes["t1"] - at.memory_bytes["idle"])
        / clients,
    }
    for key, quantile in QUANTILES.items():
        values[key] = np.sort(latency)[math.ceil(quantile * len(latency)) - 1]
    unit = ["client", "done_ns"] if "short_polling" in folder.name else ["sequence"]
    return values, latency, got.groupby(unit).ngroup().to_numpy()


def interval(values: np.ndarray, value: float, least: tuple[float, float] | None = None) -> str:
    """Over trials; `least` is what it must hold as well."""
    half = STUDENT_T[len(values) - 1] * ERROR[len(values)]
    if (values > 0).all():
        width = math.exp(half * np.log(values).std(ddof=1))
        low, high = value / width, value * width
    else:
        width = half * values.std(ddof=1)
        low, high = value - width, value + width
    if least is not None:
        low, high = min(low, least[0]), max(high, least[1])
    if high - low <= 1e-9 * abs(value):
        return "±0"
    return f"{numbers.number(low)}{DASH if low >= 0 else ' to '}{numbers.number(high)}"


@pytest.mark.parametrize("pattern", ["short_polling", "long_polling", "sse", "websocket", "floor"])
def test_every_number_can_be_recomputed_from_the_files(
    answer: AnswerTable, run_folder: Path, pattern: str
) -> None:
    usable = [1, 2] if pattern in ("long_polling", "websocket") else [1, 2, 3]
    folders = [next((run_folder / "trials").glob(f"*.{pattern}-r{n}")) for n in usable]
    found = [recomputed(folder) for folder in folders]
    rows = np.concatenate([latencies for _, latencies, _ in found])
    latency = np.sort(rows)
    numbered = np.concatenate([units + 100_000 * n for n, (*_, units) in enumerate(found)])
    units = len(np.unique(numbered))
    fewest = min(len(np.unique(one)) for *_, one in found)
    row = row_of(answer, pattern)
    assert row.trials == (f"{len(usable)}" if len(usable) == 3 else f"{len(usable)} of 3")
    for key, cell in zip(answer.metrics, row.cells, strict=True):
        per_trial = np.array([values[key] for values, *_ in found])
        value, least = per_trial.mean(), None
        if key in QUANTILES:
            value = latency[math.ceil(QUANTILES[key] * len(latency)) - 1]
            if 1 - QUANTILES[key] ** units < 0.99:
                value = math.nan
            elif 1 - QUANTILES[key] ** fewest < 0.99:  # no trial carries it, but all together do
                of_units = percentile_of_units(rows, numbered, QUANTILES[key])
                least = of_units.low, of_units.high
        assert (key, cell.value) == (key, numbers.number(value))
        if len(usable) == RANGE_UP_TO and key not in QUANTILES:
            ends = dict.fromkeys(numbers.number(one) for one in sorted(per_trial))
            wanted = "\N{EN DASH}".join(ends) if len(ends) > 1 else ""
        elif len(usable) > RANGE_UP_TO:
            wanted = "" if math.isnan(value) else interval(per_trial, value, least)
        else:
            continue
        assert (key, cell.interval) == (key, wanted.replace(numbers.SAME, ""))


def test_only_clear_winners_are_marked(answer: AnswerTable) -> None:
    marked = {
        (row.pattern, key)
        for row in answer.rows
        for key, cell in zip(answer.metrics, row.cells, strict=False)
        if cell.best
    }
    assert ("short_polling", "wire_bytes_per_event") in marked
    assert not any(pattern == "floor" for pattern, _ in marked)
    assert not any(key in ("latency_mean", "completeness") for _, key in marked)


def test_the_floor_stands_last_and_the_missing_with_its_reason(answer: AnswerTable) -> None:
    kinds = [row.kind for row in answer.rows]
    assert kinds == ["compared"] * 4 + ["missing", "floor"]
    assert row_of(answer, "amqp").remark.startswith("not measured: rabbitmq-server is missing")


def test_doubts_and_left_out_trials_have_a_footnote(answer: AnswerTable) -> None:
    notes = dict(answer.notes)
    (failed,) = row_of(answer, "long_polling").marks
    assert notes[failed].startswith(
        "Some trials are excluded from the numbers: failed, the target ended"
    )
    (void,) = row_of(answer, "websocket").marks
    assert "void" in notes[void]
    assert any("never arrived" in notes[mark] for mark in row_of(answer, "sse").marks)
    assert row_of(answer, "short_polling").marks == ()


def test_plain_rows_are_as_wide_as_the_headers(answer: AnswerTable) -> None:
    lines = answer.plain()
    assert {len(line) for line in lines} == {len(answer.headers)}
    assert lines[-1][0].startswith("not compared: bare stream")
    wire = lines[0][1 + answer.metrics.index("wire_bytes_per_event")]
    assert wire.endswith(BEST)


def test_levels_share_their_footnotes(swept: Evaluated) -> None:
    tables = answer_tables(swept)
    assert [table.level for table in tables] == ["clients=4", "clients=8", "clients=12"]


def test_a_pattern_without_a_usable_trial_says_why() -> None:
    from report_builders import trial

    values = {"sse": near(1.0, 0.1), "ws": near(2.0, 0.1)}
    bad = (trial("ws", "failed"), trial("ws", "failed"))
    found: ExperimentResult = made("latency_mean", values, trials={"ws": bad})
    (table,) = tables_of(found)
    row: Any = row_of(table, "ws")
    assert row.kind == "missing"
    assert row.remark == ("not measured: none of its 2 trials can be used (failed: failed reason)")


def test_a_percentile_that_is_not_shown_has_its_reason(
    answer: AnswerTable, result: ExperimentResult
) -> None:
    assert "latency_p99" not in answer.metrics
    assert "latency_p90" in answer.metrics
    said = [text for _, text in not_carried.notes(result, {answer.level})]
    assert said[-1].startswith("latency p99 is not shown for ")
    assert said[-1].endswith(": it needs 459 events, and 72 were observed.")
