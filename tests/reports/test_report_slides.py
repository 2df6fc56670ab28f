"""Slides: their size, their words, and which claim has one."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import matplotlib as mpl
import pytest
from make_run import make_claims_run
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from report_builders import near, result

from bench.analysis.evaluated import Evaluated
from bench.model.errors import UsageError
from bench.results.evaluation import evaluate
from bench.verdicts.judgement import Number
from reports import picture_files
from reports.figures import _claim_curves, _claim_rows
from reports.slides import answers, claims, sheet
from reports.style import RC

LEAST_POINTS = 17.0
"""On a slide of 12.8 x 7.2 inches; the footer is smaller."""


@pytest.fixture(scope="module")
def claims_run(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    folder = tmp_path_factory.mktemp("results") / "slides"
    return evaluate(make_claims_run(folder, "N2,N3,N16", 6, duration="2s"))


def texts_of(figure: Figure) -> dict[str, float]:
    """Every text of a figure with its size in points on the slide."""
    scale = sheet.SHOWN_INCHES[0] / sheet.WIDTH
    found = figure.findobj(Text)
    return {
        text.get_text().replace("\n", " "): text.get_fontsize() * scale
        for text in found
        if isinstance(text, Text) and text.get_text() and text.get_visible()
    }


def claim_slide(run: Evaluated, identity: str) -> Figure:
    result = run.experiments[0]
    judged = next(one for one in result.claims if one.claim.id == identity)
    return claims.slide(result, judged, "footer")


def test_a_claims_title_is_its_statement_and_all_is_legible(claims_run: Evaluated) -> None:
    for identity in ("N2", "N3", "N16"):
        texts = texts_of(claim_slide(claims_run, identity))
        claim = next(
            one for one in claims_run.experiments[0].experiment.claims if one.id == identity
        )
        assert claim.statement in texts
        footer = next(text for text in texts if text.startswith("footer"))
        assert footer.endswith(f"claim {identity}")
        assert all(size >= LEAST_POINTS for text, size in texts.items() if text != footer)


def test_curves_of_different_metrics_have_panels_of_their_own(claims_run: Evaluated) -> None:
    figure = claim_slide(claims_run, "N16")
    assert len(figure.axes) == 2
    assert len({axes.get_ylabel() for axes in figure.axes}) == 2
    judged = next(one for one in claims_run.experiments[0].claims if one.claim.id == "N16")
    shared = _claim_curves.panels_of(judged.judgement.curves)
    assert [len({curve.metric for curve in curves}) for curves in shared] == [1, 1]


def test_the_answer_is_a_title_without_its_intervals(run: Evaluated, swept: Evaluated) -> None:
    for evaluated in (run, swept):
        result = evaluated.experiments[0]
        found = dict(answers.slides(result, "footer"))
        assert list(found) == ["answer", "tradeoff"]
        assert answers.headline(result) in texts_of(found["answer"])
        names = texts_of(found["answer"])
        assert all(pattern.title in " ".join(names) for pattern in result.measured)
    assert answers.INTERVAL.sub("", "SSE takes 3 (2 to 4) ms (95 % interval 1 to 2).") == (
        "SSE takes 3 ms."
    )


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("a at x=1: 4 repeats, 6 are needed", "4 repeats, 6 are needed"),
        (
            "a: 1 repeat, 6 are needed; b: 1 repeat, 6 are needed | confirmed: c",
            "1 repeat, 6 are needed",
        ),
        ("a: few; b: near its bound", "few; near its bound"),
        ("nothing else", "nothing else"),
    ],
)
def test_a_slide_says_why_a_claim_is_open(said: str, reason: str) -> None:
    assert claims.why_open(said) == reason


def test_rows_say_what_distinguishes_them_once() -> None:
    at = "event_rate=8/s poll_interval=1s (poll_interval=1s / poll_interval=5s)"
    said = _claim_rows._said_once(at, {"event_rate=8/s"})
    assert said == "(poll_interval=1s / poll_interval=5s)"
    assert _claim_rows._said_once("a=1 b=2", {"a=1"}) == "b=2"


@pytest.mark.parametrize(
    ("pairs", "labels"),
    [
        (["ab", "ac"], ["A / B", "A / C"]),
        (["ab", "cb"], ["A", "C"]),
        (["ab", "cd"], ["A / B", "C / D"]),
    ],
)
def test_rows_say_what_a_ratio_is_to_where_that_differs(
    pairs: list[str], labels: list[str]
) -> None:
    shown = result("latency_mean", dict.fromkeys("abcd", near(1)))
    rows = [Number("ratio", "latency_mean", mine, 1, 1, 1, 6, other=other) for mine, other in pairs]
    assert _claim_rows._labels(shown, rows) == labels


def test_what_lies_between_two_bounds_is_held_against_their_middle() -> None:
    one = Number("ratio", "lost", "sse", 1, 1, 1, 6, wanted=(0.7, 1.3))
    assert _claim_rows.reference(one) == pytest.approx(1)
    assert _claim_rows.reference(dataclasses.replace(one, wanted=(1 / 3, 3))) == pytest.approx(1)
    assert _claim_rows.reference(dataclasses.replace(one, wanted=(0, 0.1))) == pytest.approx(0.1)
    assert _claim_rows.reference(dataclasses.replace(one, law=3.0)) == 3
    assert _claim_rows.reference(dataclasses.replace(one, wanted=(2, float("inf")))) == 2


@pytest.mark.parametrize("length", [20, 90, 150, 400])
def test_a_title_always_fits(length: int) -> None:
    size, lines = sheet.fitted("word " * (length // 5))
    assert len(lines) <= dict(sheet.SIZES)[size]
    assert size * 2 >= LEAST_POINTS
    assert all(len(line) * size * sheet.SIGN_SHARE <= sheet.WIDTH * 72 for line in lines)


def test_a_slide_is_16_to_9_at_200_dpi(tmp_path: Path) -> None:
    with mpl.rc_context(RC):
        made = sheet.sheet("A title", "below", "footer")
    png, vector = sheet.save(made.figure, tmp_path / "one")
    with Image.open(png) as image:
        assert image.size == sheet.PIXELS == (2560, 1440)
        assert image.info["dpi"] == pytest.approx((200, 200), abs=0.1)
    assert 'width="921.6pt" height="518.4pt"' in vector.read_text()


def test_the_files_of_one_claim(
    claims_run: Evaluated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "PIXELS", (256, 144))
    made = dataclasses.replace(claims_run, folder=tmp_path)
    found = picture_files.write(made, ["n3"], is_slide=True)
    names = ["notifications-claim-n3.png", "notifications-claim-n3.svg"]
    assert [path.name for path in found] == names
    assert [path.name for path in picture_files.write(made, ["N3"])] == names
    assert all(path.parent.name == "slides" for path in found)


@pytest.mark.parametrize(
    ("identity", "words"),
    [("N99", "this run has none such; it has N9"), ("X1", "not measured by this run; bench run")],
)
def test_a_claim_without_a_slide_is_refused(
    claims_run: Evaluated, identity: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        picture_files.write(claims_run, [identity], is_slide=True)
