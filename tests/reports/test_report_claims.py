"""Claims in a report: evidence from a run, lines, files, and levels of many kinds."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from make_run import make_claims_run
from report_builders import result as built
from typer.testing import CliRunner

from bench.analysis import judging
from bench.analysis.evaluated import Evaluated, ExperimentResult, JudgedClaim
from bench.cli.main import application
from bench.model.units import significant
from bench.results.evaluation import evaluate
from bench.verdicts.judgement import Judgement, Number, Verdict
from reports import answer, claims_section, claims_table, figures, page, sentences, svg, sweeps


@pytest.fixture(scope="module")
def claims_run(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    """The levels of three claims: a sweep, another one, and one idle level."""
    folder = tmp_path_factory.mktemp("results") / "claims"
    return evaluate(make_claims_run(folder, "N2,N3,N4,N5,N8,N16", 6, duration="2s"))


@pytest.fixture(scope="module")
def judged(claims_run: Evaluated) -> ExperimentResult:
    return claims_run.experiments[0]


def of(result: ExperimentResult, claim: str) -> JudgedClaim:
    return next(one for one in result.claims if one.claim.id == claim)


# --- evidence and verdicts ------------------------------------------------------------------


def test_evidence_holds_the_usable_trials(result: ExperimentResult) -> None:
    cells = {cell.pattern: cell for cell in judging.evidence_of(result).cells}
    assert set(cells["sse"].trials) == {1, 2, 3}
    assert set(cells["websocket"].trials) == {1, 2}  # the third is void
    assert set(cells["long_polling"].trials) == {1, 2}  # the third failed
    assert cells["sse"].load["clients"] == 25
    assert "warmup" not in cells["sse"].load
    assert cells["sse"].facts(1)["rtt_us"] == pytest.approx(44)


def test_a_run_that_obeys_the_laws_refutes_none_of_them(judged: ExperimentResult) -> None:
    found = {one.claim.id: one.judgement for one in judged.claims}
    assert found["N2"].verdict == "confirmed"
    assert found["N3"].verdict == "depends"
    assert found["N3"].numbers[0].value == pytest.approx(1)
    assert found["N3"].numbers[0].law == pytest.approx(1)
    assert found["N16"].verdict in {"confirmed", "not settled"}


def test_what_is_not_measured_has_a_remedy(judged: ExperimentResult) -> None:
    assert of(judged, "X1").remedy == "bench run notifications --claims X1"
    assert of(judged, "N2").remedy == ""
    missing = dataclasses.replace(judged, not_measured={"rabbitmq": "it is missing; install it"})
    missing = dataclasses.replace(missing, claims=judging.judged(missing))
    assert of(missing, "N1").remedy == (
        "rabbitmq: it is missing; install it; bench run notifications --claims N1"
    )


def test_the_table_has_a_row_for_each_number(judged: ExperimentResult) -> None:
    frame = claims_table.table([judged])
    assert list(frame.columns) == claims_table.COLUMNS
    n2 = frame[frame.claim == "N2"]
    assert len(n2) == len(of(judged, "N2").judgement.numbers) == 9
    assert set(n2.unit) == {"ms"}
    (lone,) = frame[frame.claim == "X1"].to_dict("records")
    assert (lone["verdict"], lone["trials"], lone["law"]) == ("not measured", 0, "CO-1")
    assert set(frame.claim) == {claim.id for claim in judged.experiment.claims}


# --- the section ------------------------------------------------------------------------


def test_lines_use_titles_and_marks(judged: ExperimentResult) -> None:
    section = claims_section.section(judged)
    lines = {line.id: line for line in section.judged}
    assert set(lines) >= {"N2", "N3", "N16"}
    n3 = lines["N3"]
    assert (n3.mark, n3.verdict, n3.slug) == ("⇄", "depends", "depends")
    assert "short polling has more requests per event than 1 up to" in n3.words
    assert n3.numbers[0].text.startswith("event_rate where requests per event of short polling")
    assert n3.numbers[0].law == "1.00/s"
    assert {line.id for line in section.missing}.isdisjoint(lines)
    ids = ",".join(line.id for line in section.missing)
    assert section.command == f"bench run notifications --claims {ids}"
    assert sum(int(part.split()[0]) for part in section.counts.split(", ")) == len(lines)


def test_long_lists_of_numbers_are_cut(judged: ExperimentResult) -> None:
    n2 = next(line for line in claims_section.section(judged).judged if line.id == "N2")
    assert len(n2.first) == claims_section.MOST_SHOWN
    assert n2.first + n2.rest == n2.numbers


def test_a_run_without_claims_has_the_short_list_only(result: ExperimentResult) -> None:
    section = claims_section.section(result)
    assert section.judged == ()
    assert section.command == "bench run notifications --claims all"
    assert len(section.missing) == len(result.experiment.claims)


def test_marks_differ_and_cover_every_verdict() -> None:
    assert len(set(claims_section.MARKS.values())) == len(claims_section.MARKS) == 5


# --- pictures ---------------------------------------------------------------------------


def pictures(run: Evaluated) -> dict[str, figures.Figure]:
    kind = next(kind for kind in figures.kinds() if kind.name == "claims")
    return dict(kind.figures(run, run.experiments[0]))


@pytest.fixture(scope="module")
def drawn(claims_run: Evaluated) -> dict[str, figures.Figure]:
    return pictures(claims_run)


def test_each_judged_claim_has_a_picture(
    drawn: dict[str, figures.Figure], judged: ExperimentResult
) -> None:
    ids = [
        one.claim.id
        for one in judged.claims
        if not one.remedy and any(n.role == "statement" for n in one.judgement.numbers)
    ]
    assert list(drawn) == [f"claim-{identity}" for identity in ids]


def test_a_run_without_claims_has_no_pictures(run: Evaluated) -> None:
    assert pictures(run) == {}


def test_a_crossing_is_marked_with_its_law(drawn: dict[str, figures.Figure]) -> None:
    (axes,) = drawn["claim-N3"].axes
    labels = [line.get_label() for line in axes.lines]
    assert "equal at 1.00/s" in labels
    assert "law: 1.00/s" in labels
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_a_line_is_drawn_through_its_points(drawn: dict[str, figures.Figure]) -> None:
    panels = drawn["claim-N16"].axes
    assert len({axes.get_ylabel() for axes in panels}) == len(panels) == 2
    for axes in panels:
        (dashed,) = [line for line in axes.lines if line.get_linestyle() == "--"]
        assert tuple(dashed.get_xdata()[[0, -1]]) == (20, 1000)
        assert axes.get_xscale() == axes.get_yscale() == "log"


def test_rows_stand_against_bound_or_law(drawn: dict[str, figures.Figure]) -> None:
    (axes,) = drawn["claim-N2"].axes
    labels = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    assert labels[0] == "latency mean, event rate=8/s poll interval=1s"
    assert len(labels) == 9
    assert axes.get_xlabel() == "short polling: measured / law"


# --- files ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(claims_run: Evaluated, drawn: dict[str, figures.Figure]) -> Path:
    every = figures.kinds()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(svg, "save_png", lambda figure, path, dpi=0: path.write_bytes(b""))
        kind = next(kind for kind in every if kind.name == "claims")
        few = [pair for pair in drawn.items() if pair[0] in {"claim-N3", "claim-N2"}]
        kind = dataclasses.replace(kind, draw=lambda *_: few)
        patch.setattr(figures, "kinds", lambda: [kind])
        return page.write(claims_run)


def test_claims_are_written_as_a_table(written: Path, judged: ExperimentResult) -> None:
    frame = pd.read_csv(written.parent / "claims.csv")
    assert list(frame.columns) == ["run", *claims_table.COLUMNS]
    assert len(frame) == len(claims_table.table([judged]))


def test_the_page_shows_verdicts_in_words_and_colour(written: Path) -> None:
    text = written.read_text()
    start = text.index('id="notifications-claims"')
    assert (
        text.index('id="notifications-answer"') < start < text.index('id="notifications-findings"')
    )
    assert '<span class="verdict confirmed">✓ confirmed</span>' in text
    assert '<span class="verdict depends">⇄ depends</span>' in text
    assert "notifications-claim-n3" in text
    assert "bench run notifications --claims" in text


def test_the_markdown_has_the_same(written: Path) -> None:
    text = (written.parent / "report.md").read_text()
    part = text[text.index("## Claims") : text.index("## Laws")]
    (n2,) = [line for line in part.splitlines() if line.startswith("| N2 |")]
    assert "✓ confirmed" in n2
    assert "](figures/notifications-claim-n2.png)" in part
    widths = {line.count("|") - line.count("\\|") for line in part.splitlines() if line[:1] == "|"}
    assert len(widths) == 1


# --- the terminal -----------------------------------------------------------------------


def test_the_command_prints_verdicts(
    claims_run: Evaluated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.results.evaluation.evaluate", lambda folder: claims_run)
    shown = CliRunner().invoke(application(), ["claims", str(claims_run.folder)])
    assert shown.exit_code == 0
    lines = shown.output.splitlines()
    assert any(line.startswith("✓ N2 confirmed: Short polling is as late") for line in lines)
    assert any(line.startswith("⇄ N3 depends: ") for line in lines)
    assert any(line.startswith("    ✓ latency mean of short polling") for line in lines)
    assert lines[-2].startswith("    bench run notifications --claims N1,")


def test_the_command_prints_the_ledger() -> None:
    shown = CliRunner().invoke(application(), ["claims"])
    assert shown.exit_code == 0
    assert "N1 " in shown.output
    assert "SP-1" in shown.output


# --- levels of many kinds -----------------------------------------------------------------


def test_levels_that_form_no_grid_are_told_apart(judged: ExperimentResult) -> None:
    assert not sweeps.is_grid(judged)
    found = sweeps.sweeps(judged)
    assert [(one.name, len(one.levels)) for one in found] == [
        ("event_rate", 4),
        ("clients", 5),
        ("event_rate", 4),
        ("long_poll_timeout", 3),
    ]
    assert found[0].fixed == "clients=100 schedule=constant"
    assert found[0].positions() == [0.5, 2, 8, 30]
    texts = [level.text for one in found for level in one.levels]
    assert len(set(texts)) == len(texts)


def test_the_answer_speaks_of_the_main_sweep(
    claims_run: Evaluated, judged: ExperimentResult
) -> None:
    main = sweeps.main_levels(judged)
    assert [dict(level.values)["event_rate"] for level in main] == [0.5, 2, 8, 30]
    key = [level.text for level in sweeps.key_levels(judged)]
    assert len(key) == 3
    assert [table.level for table in answer.answer_tables(claims_run)] == key
    first, *_ = sentences.answer(judged)
    assert first.startswith(f"Of {len(judged.levels)} levels of different kinds, these sentences")


def test_what_the_plan_does_not_ask_for_has_no_row(judged: ExperimentResult) -> None:
    tables = {table.level: table for table in answer.tables_of(judged)}
    patterns = [row.pattern for row in tables["clients=20 event_rate=10/s"].rows]
    assert patterns == ["sse", "amqp"]


def test_short_titles_say_what_differs(judged: ExperimentResult) -> None:
    levels = sweeps.key_levels(judged)
    common, texts = sweeps.distinguish(judged, levels)
    assert common == "clients=100 schedule=constant"
    assert list(texts.values()) == ["event_rate=0.5/s", "event_rate=8/s", "event_rate=30/s"]
    assert sweeps.distinguish(judged, levels[:1]) == ("", {levels[0]: levels[0].text})


def test_every_kind_of_figure_bears_such_levels(claims_run: Evaluated) -> None:
    judged = claims_run.experiments[0]
    by_name = {kind.name: kind for kind in figures.kinds()}
    assert len(by_name["tradeoff"].draw(claims_run, judged)) == 1
    assert len(by_name["events"].draw(claims_run, judged)) == 1
    names = [name for name, _ in by_name["load_over_time"].draw(claims_run, judged)]
    assert len(names) == 2


def test_levels_without_any_sweep_still_have_key_levels(judged: ExperimentResult) -> None:
    ranked = dict.fromkeys(len(level.names) for level in judged.levels)
    one_each = tuple(
        next(level for level in judged.levels if len(level.names) == count) for count in ranked
    )
    few = dataclasses.replace(judged, levels=one_each)
    assert sweeps.sweeps(few) == []
    assert 0 < len(sweeps.key_levels(few)) <= 3


def test_a_grid_is_swept_along_its_longer_side() -> None:
    near = {"sse": claims_section.Estimate(1, 1, 1, 3)}
    one = built("latency_mean", near, near, near)
    (sweep,) = sweeps.sweeps(one)
    assert (sweep.name, sweep.fixed, len(sweep.levels)) == ("clients", "", 3)
    assert sweeps.main_levels(one) == one.levels
    assert significant(sweep.positions()[-1]) == "3.00"


# --- numbers beside the statement -------------------------------------------------------------


def line_of(judged: ExperimentResult, **more: object) -> str:
    given = {"verdict": "confirmed", "trials": 6, **more}
    one = Number("value", "latency_mean", "sse", 2.0, 1.0, 3.0, **given)  # type: ignore[arg-type]
    return claims_section.number_line(judged, one).text


def test_a_number_says_which_part_it_has_in_the_claim(judged: ExperimentResult) -> None:
    assert line_of(judged) == "latency mean of SSE: 2.00 (1.00 to 3.00)"
    needed = line_of(judged, role="must be seen", wanted=(5.0, 9.0))
    assert needed == "must be seen: latency mean of SSE: 2.00 (at least 5.00)"
    every = line_of(judged, role="precondition")
    assert every == "precondition: latency mean of SSE: 2.00 (1.00 to 3.00 in 6 trials)"
    estimated = line_of(judged, role="precondition", p_value=0.01)
    assert estimated == "precondition: latency mean of SSE: 2.00 (1.00 to 3.00)"


def test_of_a_claim_that_is_not_settled_the_open_numbers_stand_first() -> None:
    made = Number("value", "lost", "sse", 1, 1, 1, 6)
    kinds = ("confirmed", "not settled", "refuted", None)
    numbers = [dataclasses.replace(made, verdict=kind) for kind in kinds]
    numbers.insert(0, dataclasses.replace(made, verdict="not settled", role="precondition"))

    def shown(verdict: Verdict) -> list[object]:
        found = claims_section.in_order(Judgement(verdict, "", tuple(numbers)))
        assert found[-1].role == "precondition"
        return [one.verdict for one in found[:-1]]

    assert shown("not settled")[0] == "not settled"
    assert shown("depends") == [None, "refuted", "confirmed", "not settled"]
    assert shown("refuted")[0] == "refuted"


def test_a_setting_without_a_value_is_said_as_none() -> None:
    words = "SSE (fault=server:stop@0% / fault=) at fault="
    assert (
        claims_section.without_empty(words) == "SSE (fault=server:stop@0% / no fault) at no fault"
    )


@pytest.mark.parametrize(
    ("title", "is_plural"),
    [
        ("requests per event", True),
        ("wire bytes per event", True),
        ("completeness", False),
        ("backend CPU per second", False),
        ("link used", False),
        ("waves per page", True),
    ],
)
def test_of_what_is_counted_there_are_fewer(title: str, is_plural: bool) -> None:
    assert claims_section._is_plural(title) == is_plural


def test_of_many_reasons_the_first_are_said() -> None:
    few = "; ".join(f"reason {n}" for n in range(claims_section.MOST_REASONS + 1))
    assert claims_section._first_reasons(few) == few
    assert claims_section._first_reasons(f"{few}; one more").endswith("; and 2 more")
