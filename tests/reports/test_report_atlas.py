"""The atlas of the whole ledger: words, counts, data, page and slides."""

from __future__ import annotations

import dataclasses
import html
import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest
from atlas_builders import CREATED, entries, result_of, source_of
from measured import EXPERIMENTS
from report_builders import group, trial

from bench import catalog
from bench.analysis.ledger import Entry, least_left
from bench.analysis.ledger import ledger as entries_of
from bench.analysis.metrics import metrics_of
from bench.results import kept_atlas
from bench.verdicts.judgement import VERDICTS, Judgement, Kind, Number
from reports.atlas import data, page, pictures, rows, terminal, wording
from reports.atlas.rows import Row
from reports.claims_section import MARKS

AROUND = page.Around(CREATED, "0123456789", "Fast 3000, 2 cores", 18, left_out=("b <broken>",))
LEADS = {
    "confirmed": "Yes: ",
    "refuted": "No: ",
    "depends": "It depends: ",
    "not settled": "Open: ",
    "not measured": "Not measured",
}
EXPERIMENT = EXPERIMENTS["cpu_handlers"]
CLAIM = EXPERIMENT.claims[0]


@pytest.fixture(scope="module")
def ledger() -> list[Entry]:
    return entries()


@pytest.fixture(scope="module")
def found(ledger: list[Entry]) -> list[Row]:
    return rows.rows_of(ledger)


@pytest.fixture(scope="module")
def drawn(found: list[Row]) -> dict[str, pictures.Small | None]:
    """A few of the pictures, by the claim's slug: all of them take their time."""
    return {row.slug: pictures.small(row) for row in found[::12]}


@pytest.fixture(scope="module")
def folder(
    found: list[Row],
    drawn: dict[str, pictures.Small | None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The page with these pictures and one slide."""
    folder = tmp_path_factory.mktemp("atlas")
    one = next(row for row in found if row.verdict == "depends")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "small", lambda row: drawn.get(row.slug))
        all_slides = pictures.slides
        patch.setattr(pictures, "slides", lambda _, into: all_slides([one], into))
        page.write(found, AROUND, folder)
    return folder


# --- words ------------------------------------------------------------------------------


def test_all_verdicts_are_among_them(found: list[Row]) -> None:
    assert {row.verdict for row in found} == set(VERDICTS)
    assert len({row.slug for row in found}) == len(found)


def test_each_claim_has_an_answer_and_what_would_overturn_it(found: list[Row]) -> None:
    for row in found:
        assert row.answer.startswith(LEADS[row.verdict]), row.id
        assert row.overturned_by.endswith("."), row.id
        assert row.rule, row.id
        assert row.command.startswith(f"bench run {row.entry.experiment.name} --claims {row.id}")
        texts = (row.answer, row.overturned_by, row.words, row.why_missing)
        assert not any(re.search(r"\bnan\b|\binf\b|None|  ", text) for text in texts), row


def test_words_have_titles_and_no_keys(found: list[Row]) -> None:
    for row in found:
        experiment = row.entry.experiment
        names = {*metrics_of(experiment), *catalog.patterns(experiment.name)}
        keys = {key for key in names if "_" in key}
        for text in (row.answer, row.overturned_by, row.rule):
            # A load parameter may be called like a metric: it is followed by its value.
            assert not set(re.findall(r"\w+\b(?!=)", text)) & keys, (row.id, text)


def number(kind: Kind, value: float, **changes: object) -> Number:
    one = Number(kind, "latency_p99", "server_async", value, value * 0.9, value * 1.1, 6)
    return dataclasses.replace(one, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (
            number("ratio", 2, other="server_threads"),
            "async has 2.00 times the latency p99 of threads",
        ),
        (number("ratio", 2, other="0.5"), "latency p99 of async is 2.00 times the bound of 0.5"),
        (
            number("ratio", 2, other="pool_size=5", at="pool_size=10"),
            "latency p99 of async is 2.00 times that at pool size=5 at pool size=10",
        ),
        (
            number("ratio", 2, other="server_async", at="a=5 (a=5 / a=1)"),
            "latency p99 of async at a=5 over that at a=1 is 2.00",
        ),
        (
            number("difference", 0.5, unit="ms", other="server_threads"),
            "async has 0.500 ms more latency p99 than threads",
        ),
        (number("value", 3, unit="ms"), "latency p99 of async is 3.00 ms"),
        (
            number("value", 3, unit="ms", law=2.5, at="clients=5"),
            "latency p99 of async is 3.00 ms, the law says 2.50 ms at clients=5",
        ),
        (
            number("crossing", 7, unit="/s", over="event_rate", other="server_threads"),
            "async and threads have equal latency p99 at event rate=7.00/s",
        ),
        (number("exponent", 1.5, over="clients"), "latency p99 of async grows as clients^1.50"),
        (
            number("slope", 8, over="clients", unit="B"),
            "latency p99 of async rises by 8.00 B for one more of clients",
        ),
        (
            number("share", 0.97, other="6"),
            "latency p99 of async is exactly 6 in a share of 0.970",
        ),
        (
            number("false verdicts", 0.01),
            "the share of false verdicts on async against itself is 0.0100",
        ),
        (number("value", 3, at="x=" + 50 * "y"), "latency p99 of async is 3.00"),
    ],
)
def test_a_number_in_a_sentence(one: Number, words: str) -> None:
    assert wording.sentence(result_of(EXPERIMENT), one) == words


INF = math.inf


@pytest.mark.parametrize(
    ("wanted", "inside", "outside"),
    [
        ((-INF, 0.5), "below 0.500", "above 0.500"),
        ((2.0, INF), "above 2.00", "below 2.00"),
        ((0.9, 1.1), "between 0.900 and 1.10", "below 0.900 or above 1.10"),
        ((0.0, 0.1), "between 0 and 0.100", "above 0.100"),
    ],
)
def test_bounds_in_words(wanted: tuple[float, float], inside: str, outside: str) -> None:
    one = number("value", 1.0, wanted=wanted)
    assert (wording.inside(one), wording.outside(one)) == (inside, outside)


def test_no_share_lies_above_all() -> None:
    assert wording.outside(number("share", 1.0, wanted=(0.9, 1.0))) == "below 0.900"


def judged(verdict: str, *numbers: Number, words: str = "") -> Judgement:
    return Judgement(verdict, words, numbers)  # type: ignore[arg-type]


def test_the_number_that_is_nearest_to_the_other_side_tells_what_overturns() -> None:
    far = number("ratio", 9, other="server_threads", wanted=(1.0, INF), verdict="confirmed")
    near = number("ratio", 1.3, other="server_processes", wanted=(1.0, INF), verdict="confirmed")
    said = wording.overturned_by(result_of(EXPERIMENT), judged("confirmed", far, near))
    assert "one of 2 numbers lies outside its bounds" in said
    assert "async / processes is 1.30 (1.17 to 1.43), and would have to be below 1.00" in said
    refuted = [
        dataclasses.replace(one, wanted=(20.0, INF), verdict="refuted") for one in (far, near)
    ]
    said = wording.overturned_by(result_of(EXPERIMENT), judged("refuted", *refuted))
    assert "all of 2 numbers lie where the claim holds" in said
    assert "async / threads is 9.00 (8.10 to 9.90), and would have to be above 20.0" in said


def test_what_is_open_says_how_many_repeats_would_do() -> None:
    one = number("value", 1, wanted=(0.95, 1.05), verdict="not settled")
    words = "latency_p99: about 38 repeats would settle it"
    said = wording.overturned_by(result_of(EXPERIMENT), judged("not settled", one, words=words))
    assert "(about 38 repeats would settle it)" in said
    assert "between 0.950 and 1.05 with its whole interval, or below 0.950 or above 1.05" in said


def test_parts_that_differ_in_their_level_alone_say_it() -> None:
    sides = [
        number("value", value, at=f"a=1 b={value:g}", verdict=verdict, wanted=(-INF, 2.0))
        for value, verdict in ((1, "confirmed"), (3, "refuted"))
    ]
    said = wording.answer(result_of(EXPERIMENT), judged("depends", *sides))
    assert said == (
        "It depends: latency p99 of async is 1.00 at b=1, but latency p99 of async is 3.00 at b=3"
    )


# --- what sets a measurement apart ----------------------------------------------------------


def test_older_code_another_machine_and_doubts_are_marked() -> None:
    judgement = judged("confirmed", number("value", 1, verdict="confirmed"))
    plain = rows.made_of(source_of(EXPERIMENT, CLAIM, judgement))
    assert (plain.kinds, plain.warnings) == ((), ())
    assert plain.commit == "0123456789"
    assert plain.date == "26 November 2026"
    assert plain.machine == "Fast 3000, 2 cores, Linux 6.1.0"
    marked = rows.made_of(
        source_of(
            EXPERIMENT,
            CLAIM,
            judgement,
            older_code=("a changed", "b changed", "c changed", "d changed"),
            other_machine=("cpu (x / y)",),
            doubts=("3 repeats, 6 are needed",),
        )
    )
    assert marked.kinds == ("another machine", "older code", "doubtful")
    assert "c changed and 1 more" in marked.warnings[1]


def test_a_run_of_before_has_no_commit() -> None:
    source = source_of(EXPERIMENT, CLAIM, judged("confirmed"))
    origin = dataclasses.replace(source.origin, environment={})
    made = rows.made_of(dataclasses.replace(source, origin=origin))
    assert (made.commit, made.machine) == ("not recorded", "machine not recorded")


def test_the_command_has_the_seed_and_unusual_repeats() -> None:
    source = source_of(EXPERIMENT, CLAIM, judged("confirmed"))
    entry = Entry(EXPERIMENT, CLAIM, (), source)
    base = f"bench run {EXPERIMENT.name} --claims {CLAIM.id}"
    assert rows.command_of(entry) == f"{base} --seed 21"
    assert rows.command_of(Entry(EXPERIMENT, CLAIM, ())) == base
    origin = dataclasses.replace(source.origin, repeats=10)
    more = dataclasses.replace(entry, source=dataclasses.replace(source, origin=origin))
    assert rows.command_of(more) == f"{base} --seed 21 --repeats 10"


# --- void trials ----------------------------------------------------------------------------


@pytest.mark.parametrize(("void", "left"), [(0, None), (1, 5), (6, 0)])
def test_a_level_that_void_trials_left_too_few_is_a_doubt(void: int, left: int | None) -> None:
    name = CLAIM.setups[0].patterns[0]
    trials = tuple(trial(name, "void" if at < void else "used") for at in range(6))
    level = group(name, {}, trials=trials)
    result = dataclasses.replace(result_of(EXPERIMENT), grid={(name, ""): level})
    assert least_left(result, CLAIM) == left


# --- counts ---------------------------------------------------------------------------------


def test_topics_hold_each_claim_that_names_them(found: list[Row]) -> None:
    counts = rows.by_topic(found)
    named = sum(len(row.topics) for row in found)
    assert sum(len(count.rows) for count in counts) == named
    assert [count.name for count in counts] == sorted(
        {topic for one in EXPERIMENTS.values() for topic in one.topics}, key=str.lower
    )
    for count in counts:
        assert sum(count.by_verdict.values()) == len(count.rows)


def test_the_terminal_says_it_in_a_minute(found: list[Row]) -> None:
    first, *notices = terminal.lines(found)
    assert first.startswith(f"Of {len(found)} claims: ")
    assert sum(map(int, re.findall(r"\d+", first)[1:])) == len(found)
    assert any("code that has changed since" in line for line in notices)
    assert any("another machine" in line for line in notices)


# --- data and page --------------------------------------------------------------------------


def test_a_row_for_each_claim_and_one_for_each_number(found: list[Row], folder: Path) -> None:
    table = pd.read_csv(folder / "atlas.csv", keep_default_na=False)
    assert list(table.columns) == data.CLAIMS
    assert list(table.claim) == [row.id for row in found]
    assert list(table.verdict) == [row.verdict for row in found]
    numbers = pd.read_csv(folder / "numbers.csv")
    assert list(numbers.columns) == data.NUMBERS
    measured = {row.id for row in found if row.made}
    assert set(numbers.claim) == measured
    assert data.numbers([row for row in found if not row.made]).empty


def test_an_atlas_of_what_is_kept_is_the_same(
    ledger: list[Entry], drawn: dict[str, pictures.Small | None], tmp_path: Path
) -> None:
    """Kept, read, put back: the same rows, numbers and pictures, though no run is there."""
    raw = kept_atlas.write(tmp_path, ledger).read_bytes()
    known = kept_atlas.known(tmp_path)
    assert known.left_out == ()
    again = entries_of(EXPERIMENTS.values(), [], known.sources)
    assert kept_atlas.write(tmp_path, again).read_bytes() == raw
    # What has changed since is not kept: it is found anew, as for runs.
    marks = ("older_code", "other_machine")
    plain = [
        dataclasses.replace(one, source=dataclasses.replace(one.source, **dict.fromkeys(marks, ())))
        if one.source
        else one
        for one in ledger
    ]
    before, after = rows.rows_of(plain), rows.rows_of(again)
    assert [dataclasses.replace(row, entry=plain[0]) for row in after] == [
        dataclasses.replace(row, entry=plain[0]) for row in before
    ]
    pd.testing.assert_frame_equal(data.claims(after), data.claims(before), check_exact=True)
    pd.testing.assert_frame_equal(data.numbers(after), data.numbers(before), check_exact=True)
    assert {row.slug: pictures.small(row) for row in after[::12]} == drawn
    assert {line.kinds for line in page.run_lines(after)} == {("kept",)}
    assert len(raw) < 2_000_000


def test_the_page_is_whole_and_small(found: list[Row], folder: Path) -> None:
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert len(re.findall(r"<article ", text)) == len(found)
    for row in found:
        assert html.escape(row.statement, quote=False).replace("'", "&#39;") in text
    # Nothing is loaded from elsewhere: no script, style, font or picture of another place.
    assert not re.search(r"""(src|url\()=?["']?(https?:)?//""", text)
    assert "b &lt;broken&gt;" in text
    assert len(text) < 2_000_000


def test_pictures_of_all_claims_would_stay_below_the_bound(
    found: list[Row], drawn: dict[str, pictures.Small | None], folder: Path
) -> None:
    whole = (folder / "index.html").stat().st_size
    assert whole + max(len(one.svg) for one in drawn.values() if one) * len(found) < 5_000_000


def test_a_slide_is_titled_with_the_answer(found: list[Row], folder: Path) -> None:
    row = next(row for row in found if row.verdict == "depends")
    text = (folder / "slides" / f"{row.slug}.svg").read_text(encoding="utf-8")
    assert "It depends" in text
    assert (folder / "slides" / f"{row.slug}.png").exists()
    assert len(list((folder / "slides").iterdir())) == 2


def test_slides_of_before_are_removed(found: list[Row], tmp_path: Path) -> None:
    (tmp_path / "slides").mkdir()
    (tmp_path / "slides" / "old.png").touch()
    missing = [row for row in found if not row.made]
    page.write(missing, AROUND, tmp_path, with_slides=False)
    assert not (tmp_path / "slides").exists()
    assert "No run judges any of these claims yet" in (tmp_path / "index.html").read_text()


def test_verdicts_can_be_told_without_colour() -> None:
    assert len({MARKS[word] for word in VERDICTS}) == len(VERDICTS)
    assert json.dumps(sorted(MARKS))
