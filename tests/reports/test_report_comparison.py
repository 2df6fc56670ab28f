"""Two runs side by side: what is slowed is found, what is not is not, and gates say so."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import make_run
import pytest
from measured import METRICS
from report_builders import alone, near, result

from bench.analysis import gates
from bench.analysis.evaluated import Evaluated
from bench.cli.main import main
from bench.model.errors import UsageError
from bench.results import store
from bench.results.evaluation import evaluate
from bench.stats.two_samples import SAME_WORDS
from reports import between_runs, comparison, comparison_text, objectives, pairs
from reports.comparison import RunComparison

NAMES = ("sse", "long_polling")
SETTINGS: dict[str, Any] = {
    "names": NAMES,
    "clients": (20,),
    "rates": (30.0,),
    "repeats": 8,
    "spoil": False,
    "duration_s": 1.0,
}


def slowed(share: float = 0.0, added_ms: float = 0.0) -> dict[str, make_run.Model]:
    return {
        name: dataclasses.replace(
            model,
            base_ms=model.base_ms * (1 + share) + added_ms,
            server_us=model.server_us * (1 + share),
        )
        for name, model in make_run.MODELS.items()
    }


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same plan four times: as it is, 10 % slower, 200 us slower, on two other loads."""
    results = tmp_path_factory.mktemp("compared")
    models = {"base": slowed(), "tenth": slowed(0.10), "late": slowed(added_ms=0.2)}
    found = {}
    for name, changed in models.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(make_run, "MODELS", changed)
            found[name] = make_run.make_run(results / name, **SETTINGS)
    other = SETTINGS | {"repeats": 1, "names": ("sse",), "payload_bytes": 200}
    found["unlike"] = make_run.make_run(results / "unlike", **other)
    return found


@pytest.fixture(scope="module")
def runs(folders: dict[str, Path]) -> dict[str, Evaluated]:
    return {name: evaluate(folder) for name, folder in folders.items()}


def compare_runs(a: Evaluated, b: Evaluated, *more: Any, **named: Any) -> RunComparison:
    """One run against another."""
    return between_runs.compare_runs([a], [b], *more, **named)


def verdicts(found: RunComparison) -> dict[tuple[str, str], str]:
    return {(row.pattern, row.metric.key): row.words for row in found.rows}


@pytest.fixture
def bench(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """The command line in this process: exit code, standard output, standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["bench", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return run


# --- rows ----------------------------------------------------------------------------------


def test_a_run_and_itself_do_not_differ(runs: dict[str, Evaluated]) -> None:
    gate = gates.change("latency_p50 > +1%", METRICS)
    found = compare_runs(runs["base"], runs["base"], gates=[gate])
    assert set(verdicts(found).values()) == {SAME_WORDS}
    assert all(row.comparison.low == row.comparison.high for row in found.rows)
    assert (found.changed, found.broken) == ((), ())
    assert {result.state for result in found.gates} == {"kept"}
    assert "both are the same run, so nothing can differ" in found.notes


@pytest.mark.parametrize(("name", "direction"), [("tenth", "higher"), ("late", "higher")])
def test_a_slower_run_is_found_slower(
    runs: dict[str, Evaluated], name: str, direction: str
) -> None:
    found = compare_runs(runs["base"], runs[name])
    changed = {(row.pattern, row.metric.key): row.verdict for row in found.changed}
    for pattern in NAMES:
        assert changed[pattern, "latency_mean"] == direction
        assert changed[pattern, "latency_p50"] == direction
    assert set(changed.values()) == {direction}
    back = compare_runs(runs[name], runs["base"])
    assert {row.verdict for row in back.changed} == {"lower"}
    assert len(back.changed) == len(found.changed)


def test_the_size_is_right_and_in_words(runs: dict[str, Evaluated]) -> None:
    tenth = compare_runs(runs["base"], runs["tenth"], ["latency_mean", "server_cpu_us_per_event"])
    for row in tenth.rows:
        if row.pattern == "long_polling":
            assert row.comparison.low < 1.1 < row.comparison.high
            assert row.words in ("slightly higher (worse)", "clearly higher (worse)")
    late = compare_runs(runs["base"], runs["late"], ["latency_p50"])
    added = {row.pattern: row.b.value - row.a.value for row in late.rows}
    assert added == pytest.approx({"sse": 0.2, "long_polling": 0.2}, rel=0.3)
    assert verdicts(late)["sse", "latency_p50"] == "much higher (worse)"


def test_only_what_is_slower_changes(runs: dict[str, Evaluated]) -> None:
    words = verdicts(compare_runs(runs["base"], runs["late"]))
    for key in ("completeness", "wire_bytes_per_event", "requests_per_event"):
        assert words["sse", key] == SAME_WORDS


def test_verdicts_are_corrected_for_the_number_of_rows(runs: dict[str, Evaluated]) -> None:
    found = compare_runs(runs["base"], runs["tenth"])
    assert all(
        row.p_value >= row.comparison.p_value for row in found.rows if row.comparison.has_interval
    )
    (alone_row, _) = compare_runs(runs["base"], runs["tenth"], ["latency_p50"]).rows
    (family_row,) = [r for r in found.rows if (r.pattern, r.metric.key) == ("sse", "latency_p50")]
    assert alone_row.comparison == family_row.comparison
    assert alone_row.p_value <= family_row.p_value


def test_what_only_one_run_has_is_named(runs: dict[str, Evaluated]) -> None:
    found = compare_runs(runs["base"], runs["unlike"])
    assert {row.pattern for row in found.rows} == {"sse"}
    assert "not compared: long_polling has no usable trials in unlike" in found.notes
    assert {row.verdict for row in found.rows} == {"not settled"}  # one trial settles nothing


def test_an_unsettled_row_says_how_many_repeats_would_do(runs: dict[str, Evaluated]) -> None:
    found = compare_runs(runs["base"], runs["base"], ["latency_mean"])
    (row, _) = found.rows
    assert row.repeats == 2
    doubtful = dataclasses.replace(row.comparison, identical=False, low=0.9, high=1.1)
    unsettled = dataclasses.replace(row, comparison=doubtful, p_value=0.4, repeats=12)
    text = comparison_text.remedy(dataclasses.replace(found, rows=(unsettled, row)))
    assert text.startswith("With about 12 repeats in each run, each of these")


# --- gates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "gate", "states"),
    [
        ("late", "latency_p50 > +10%", ["broken", "broken"]),
        ("late", "latency_p50 > +500%", ["kept", "kept"]),
        ("late", "completeness < -1%", ["kept", "kept"]),
        ("late", "useless_share > +1%", ["kept"]),
        ("tenth", "latency_mean > +1%", ["broken", "broken"]),
        ("tenth", "latency_mean < -1%", ["kept", "kept"]),
        ("tenth", "latency_mean > +9%", ["not settled", "not settled"]),
        ("unlike", "latency_mean > +10%", ["not settled"]),
    ],
)
def test_gates(runs: dict[str, Evaluated], name: str, gate: str, states: list[str]) -> None:
    found = compare_runs(runs["base"], runs[name], gates=[gates.change(gate, METRICS)])
    assert [result.state for result in found.gates] == states
    assert bool(found.broken) == ("broken" in states)


def test_a_gate_on_many_rows_has_wider_intervals(runs: dict[str, Evaluated]) -> None:
    gate = gates.change("latency_mean > +1%", METRICS)
    row = compare_runs(runs["base"], runs["tenth"], ["latency_mean"]).rows[0]
    (one,) = comparison.judge(gate, [row])
    many = comparison.judge(gate, [row] * 30)[0]
    assert (one.low, one.high) == pytest.approx((row.comparison.low - 1, row.comparison.high - 1))
    assert many.low < one.low
    assert many.high > one.high


def test_a_gate_that_looks_at_nothing_is_said(runs: dict[str, Evaluated]) -> None:
    found = compare_runs(
        runs["base"], runs["late"], gates=[gates.change("broker_cpu_share > +1%", METRICS)]
    )
    assert found.gates == ()
    assert "gate 'broker_cpu_share > +1%' found nothing to check" in found.notes


# --- one run's patterns ----------------------------------------------------------------------


def test_patterns_are_compared_in_pairs(runs: dict[str, Evaluated]) -> None:
    found = pairs.compare_patterns(runs["base"], "sse", ["latency_p50", "completeness"])
    assert [(row.pattern, row.words) for row in found.rows] == [
        ("long_polling", "many times higher (worse)"),
        ("long_polling", SAME_WORDS),
    ]
    row = found.rows[0]
    assert row.comparison.shift is not None
    assert float(row.comparison.shift.freedom) == 5  # eight pairs, the outermost trimmed
    (back,) = pairs.compare_patterns(
        runs["base"], "notifications/long_polling", ["latency_p50"]
    ).rows
    assert back.comparison.value == pytest.approx(1 / row.comparison.value)
    assert back.title == "SSE to long polling"


def test_an_unknown_base_names_those_there_are(runs: dict[str, Evaluated]) -> None:
    with pytest.raises(UsageError, match="measured are notifications/sse, notifications/long_p"):
        pairs.compare_patterns(runs["base"], "carrier_pigeon")


# --- objectives ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "gate", "text"),
    [
        (
            near(10, 1),
            "latency_p50 < 50 ms",
            "kept: notifications/sse 10.0 ms (95 %: 9.00 to 11.0)",
        ),
        (
            near(61, 4),
            "latency_p50 < 50 ms",
            "broken: notifications/sse 61.0 ms (95 %: 57.0 to 65.",
        ),
        (near(51, 4), "latency_p50 < 50 ms", "not settled: notifications/sse 51.0 ms (95 %: 47.0"),
        (near(49, 4), "latency_p50 < 50 ms", "not settled: notifications/sse 49.0 ms"),
        (alone(61), "latency_p50 < 50 ms", "not settled: notifications/sse 61.0 ms, but too few"),
        (near(1), "lost < 1", "not settled: notifications/sse has no value"),
    ],
)
def test_objectives(tmp_path: Path, entry: Any, gate: str, text: str) -> None:
    run = Evaluated(tmp_path, None, (result("latency_p50", {"sse": entry}),), 0)  # type: ignore[arg-type]
    (found,) = objectives.objectives(run, [gates.objective(gate, METRICS)])
    assert found.text.startswith(f"slo '{gate}' {text}")
    assert found.is_broken == text.startswith("broken")


def test_floors_are_judged_only_where_they_are_alone(tmp_path: Path) -> None:
    gate = gates.objective("latency_p50 < 50 ms", METRICS)
    both = result("latency_p50", {"sse": near(1), "null": near(1)}, floors=("null",))
    floor = result("latency_p50", {"null": near(1)}, floors=("null",))
    for experiment, name in ((both, "sse"), (floor, "null")):
        run = Evaluated(tmp_path, None, (experiment,), 0)  # type: ignore[arg-type]
        assert [found.place for found in objectives.objectives(run, [gate])] == [
            f"notifications/{name}"
        ]


# --- how it is written -------------------------------------------------------------------------


def test_the_numbers_are_golden(runs: dict[str, Evaluated], golden: Callable[..., None]) -> None:
    """The data, not the words: what is written from it may be worded anew."""
    found = compare_runs(
        runs["base"],
        runs["late"],
        ["latency_p50", "completeness", "useless_share"],
        [gates.change("latency_p50 > +10%", METRICS)],
    )
    content = json.loads(comparison_text.as_json(found))
    kept = (
        "pattern",
        "metric",
        "ratio",
        "difference",
        "value",
        "low",
        "high",
        "verdict",
        "p_value",
    )
    rows = [{name: row[name] for name in kept if name in row} for row in content["rows"]]
    golden("comparison", {"rows": rows, "gates": content["gates"], "broken": content["broken"]})


def test_markdown_has_a_row_for_each_value(runs: dict[str, Evaluated]) -> None:
    found = compare_runs(runs["base"], runs["late"], ["latency_p50", "completeness"])
    lines = comparison_text.markdown(found).splitlines()
    assert len([line for line in lines if line.startswith("| ")]) == len(found.rows) + 2
    assert all(line.count("|") == 8 for line in lines if line.startswith("| "))


def test_json_has_every_number_and_no_nan(runs: dict[str, Evaluated]) -> None:
    found = compare_runs(runs["base"], runs["unlike"], gates=[gates.change("lost > +1%", METRICS)])
    content = json.loads(comparison_text.as_json(found), parse_constant=pytest.fail)
    assert content["version"] == 1
    assert [row["metric"] for row in content["rows"]] == [row.metric.key for row in found.rows]
    first = content["rows"][0]
    assert first["low"] is None
    assert len(first["a"]["trials"]) == 8
    assert first["a"]["bootstrap"][0] < first["a"]["value"] < first["a"]["bootstrap"][1]
    assert content["gates"][0]["state"] == "not settled"
    assert content["broken"] is False


# --- the command ---------------------------------------------------------------------------


def test_the_command_compares_a_run_with_itself(
    folders: dict[str, Path], bench: Callable[..., Any]
) -> None:
    code, out, err = bench(
        "compare", folders["base"], folders["base"], "--fail-if", "latency_p90 > +1%"
    )
    assert (code, err) == (0, "")
    assert "0 differ" in out
    assert "gate 'latency_p90 > +1%' kept: notifications/sse +0.0 % to +0.0 %" in out


def test_the_command_fails_by_a_gate(folders: dict[str, Path], bench: Callable[..., Any]) -> None:
    base, late = folders["base"], folders["late"]
    code, out, _ = bench("compare", base, late, "--fail-if", "latency_p50 > +10%")
    assert code == 1
    assert "gate 'latency_p50 > +10%' broken: notifications/sse +" in out
    code, out, _ = bench("compare", base, "--to", "long_polling", "--format", "markdown")
    assert code == 0
    assert "| SSE to long polling | latency p50 (ms) |" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["base", "unlike"], "unlike runs: load.payload_bytes (100 / 200); repeat one of them"),
        (["base", "late", "--fail-if", "latency_p99 > 10%"], "the sign is missing"),
        (["base", "late", "--metric", "latency"], "--metric latency: unknown metric"),
        (["base", "late", "--to", "sse"], "--to sse: compares patterns within one run"),
        (["base", "nowhere"], "folder not found"),
        (["unlike"], "only one pattern has usable trials; name a second run"),
    ],
)
def test_the_command_refuses_in_one_line(
    folders: dict[str, Path], bench: Callable[..., Any], arguments: list[str], message: str
) -> None:
    code, out, err = bench("compare", *(folders.get(word, word) for word in arguments))
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_unlike_runs_are_compared_where_allowed(
    folders: dict[str, Path], bench: Callable[..., Any]
) -> None:
    code, out, _ = bench("compare", folders["base"], folders["unlike"], "--allow-unlike")
    assert code == 0
    assert "unlike: load.payload_bytes (100 / 200) at notifications/sse" in out
    assert store.open_run(folders["unlike"]).unfinished == []
