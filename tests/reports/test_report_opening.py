"""What a report opens with: who is first, by how much, and what is not decided."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from claim_builders import cell, evidence

from bench.analysis.evaluated import Evaluated, JudgedClaim
from bench.model.answer import Answer, Contrast, TurningPoint
from bench.model.claim import Claim
from bench.model.metric import Counts
from bench.verdicts.contrasts import MOST_REPEATS
from bench.verdicts.evidence import Cell, Evidence
from bench.verdicts.judgement import Curve, Judgement, Number, Point
from bench.verdicts.rule import AllOf
from reports import opening as openings
from reports.opening import MOST_SENTENCES, SINGLE, Opening, answer_of, opening, said, settling
from reports.opening_words import Names

LEVEL = {"event_rate": "{} events/s", "clients": "{} clients", "rtt": "{}"}
AT = "At 5 events/s and 100 clients: "

PUSH = ("sse", "websocket")
SPEED = Contrast(
    "latency_mean",
    PUSH,
    "short_polling",
    has="[brings|bring] an event after {value}",
    rest="[takes|take] {times} times as long",
)
COST = Contrast(
    "backend_cpu_us_per_event",
    PUSH,
    "short_polling",
    has="[costs|cost] {value} of CPU",
    rest="[costs|cost] {times} times as much",
)
RATE = Contrast(
    "deliveries_per_s",
    PUSH,
    "short_polling",
    has="[delivers|deliver] events at {value}",
    rest="[delivers|deliver] {times} times as many",
)
LOST = Contrast(
    "lost_event_share",
    PUSH,
    "short_polling",
    has="[loses|lose] {value} of the events",
    rest="[loses|lose] {times} times as many",
    none="[loses|lose] no event",
)
KEPT = Contrast(
    "completeness",
    PUSH,
    "short_polling",
    has="[keeps|keep] {value} of the events",
    rest="[keeps|keep] {times} times as many",
    none="[keeps|keep] no event",
)
TURN = TurningPoint("N4", below="it wins below {x} events/s", above="it wins above {x} events/s")

TITLES = {
    "sse": "SSE",
    "websocket": "WebSocket",
    "short_polling": "short polling",
    "long_polling": "long polling",
    "quic": "QUIC, migrating",
    "jwt": "token and deny list",
}
UNITS = {"latency_mean": "ms", "backend_cpu_us_per_event": "us", "deliveries_per_s": "/s"}
WORDS = {"latency_mean": "mean latency", "backend_cpu_us_per_event": "CPU per event"}
NAMES = Names(
    lambda name: TITLES[name],
    lambda key: WORDS.get(key, key),
    lambda key: UNITS.get(key, ""),
    lambda key: "higher" if key in ("deliveries_per_s", "completeness") else "lower",
)

NOISE = {
    "sse": (1.0, 1.01, 0.99, 1.0, 1.02, 0.98),
    "websocket": (0.99, 1.02, 1.0, 1.01, 0.98, 1.0),
    "short_polling": (1.01, 0.98, 1.02, 0.99, 1.0, 1.0),
    "long_polling": (0.98, 1.0, 1.01, 0.99, 1.01, 1.0),
    "quic": (1.02, 1.0, 0.99, 1.01, 1.0, 0.98),
    "jwt": (1.0, 0.98, 1.01, 1.0, 1.02, 0.99),
}
"""A percent or two about a value, in each pattern in another order."""


def trials(pattern: str, value: float, repeats: int = 3, noise: float = 1.0) -> list[float]:
    return [value * (1 + noise * (factor - 1)) for factor in NOISE[pattern][:repeats]]


def measured(
    values: Mapping[str, float],
    metrics: Sequence[Contrast] = (SPEED,),
    repeats: int = 3,
    noise: float = 1.0,
    **load: Any,
) -> list[Cell]:
    """Each pattern has the same value in all metrics."""
    where = {"event_rate_per_s": 5.0, **load}
    return [
        cell(name, {one.metric: trials(name, value, repeats, noise) for one in metrics}, **where)
        for name, value in values.items()
    ]


def counted(values: Mapping[str, Sequence[int]], contrast: Contrast, of: int = 100) -> list[Cell]:
    """What patterns lost of so many events in each trial."""
    return [
        cell(
            name,
            {},
            counts={contrast.metric: [Counts(one, of, "share") for one in hits]},
            event_rate_per_s=5.0,
        )
        for name, hits in values.items()
    ]


def told(
    cells: Sequence[Cell],
    *says: Contrast | TurningPoint,
    claims: Sequence[JudgedClaim] = (),
    **words: Any,
) -> Opening:
    answer = Answer(says or (SPEED,), **{"level": LEVEL, **words})
    return said(answer, evidence(*cells), claims, NAMES)


def one_line(found: Opening) -> str:
    """The only sentence, without the level."""
    (line,) = found.sentences
    return line.removeprefix(AT)


def without_intervals(text: str) -> str:
    return re.sub(r" \([^)]*\)", "", text)


# --- who is first, and by how much -------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (
            {"sse": 1, "websocket": 2, "short_polling": 500},
            (
                "SSE and WebSocket bring an event after 1.0 and 2.0 ms; "
                "short polling takes 250 to 500 times as long."
            ),
        ),
        (
            {"sse": 1, "websocket": 1, "short_polling": 500},
            "SSE and WebSocket bring an event after 1.0 ms; short polling takes 500 times as long.",
        ),
        (
            {"sse": 5000, "websocket": 2, "short_polling": 500},
            (
                "WebSocket brings an event after 2.0 ms; short polling takes 250 times as long; "
                "SSE takes 10 times as long as short polling."
            ),
        ),
        (
            {"sse": 5000, "websocket": 2000, "short_polling": 500},
            (
                "Short polling brings an event after 500 ms; "
                "SSE and WebSocket take 10 and 4.0 times as long."
            ),
        ),
        (
            {"sse": 5000, "short_polling": 500},
            "Short polling brings an event after 500 ms; SSE takes 10 times as long.",
        ),
    ],
    ids=["better", "alike", "both sides", "worse", "one is worse"],
)
def test_the_better_side_comes_first(values: dict[str, float], line: str) -> None:
    found = told(measured(values))
    assert without_intervals(one_line(found)) == line
    assert found.lines[0].startswith(AT)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (
            {"sse": 1000, "websocket": 500, "short_polling": 100},
            (
                "SSE and WebSocket deliver events at 1,000 and 500/s; "
                "short polling delivers 0.10 to 0.20 times as many."
            ),
        ),
        (
            {"sse": 10, "websocket": 500, "short_polling": 100},
            (
                "WebSocket delivers events at 500/s; short polling delivers 0.20 times as many; "
                "SSE delivers 0.10 times as many as short polling."
            ),
        ),
        (
            {"sse": 10, "websocket": 20, "short_polling": 100},
            (
                "Short polling delivers events at 100/s; "
                "SSE and WebSocket deliver 0.10 and 0.20 times as many."
            ),
        ),
    ],
    ids=["more", "both sides", "less"],
)
def test_where_more_is_better_who_has_more_comes_first(values: dict[str, float], line: str) -> None:
    found = told(measured(values, [RATE]), RATE)
    assert without_intervals(one_line(found)) == line


@pytest.mark.parametrize("repeats", [2, 3, 6])
def test_a_ratio_stands_beside_its_interval(repeats: int) -> None:
    found = told(measured({"sse": 1, "short_polling": 300}, repeats=repeats))
    match = re.search(r"takes (\d+) times as long \((\d+) to (\d+)\)", one_line(found))
    assert match is not None
    value, low, high = (float(group) for group in match.groups())
    assert low < value < high
    assert value == pytest.approx(300, rel=0.02)


@pytest.mark.parametrize(
    ("polling", "noise", "words"),
    [
        (2, 1, r"2\.0 times as long \(1\.\d to 2\.\d\)"),
        (2, 0.1, r"2\.00 times as long \(1\.9\d to 2\.0\d\)"),
        (1.3, 1, r"1\.30 times as long \(1\.[12]\d to 1\.[34]\d\)"),
        (500, 0.1, r"500 times as long \(49\d to 50\d\)"),
        (5000, 1, r"5,000 times as long \(4,\d00 to 5,\d00\)"),
    ],
    ids=["two", "narrow", "near 1", "hundreds", "thousands"],
)
def test_three_digits_where_the_interval_is_narrow_or_the_ratio_near_1(
    polling: float, noise: float, words: str
) -> None:
    line = one_line(told(measured({"sse": 1, "short_polling": polling}, noise=noise)))
    assert re.search(words, line) is not None, line


def test_each_metric_is_a_sentence() -> None:
    values = {"sse": 1.0, "websocket": 1.0, "short_polling": 3.0}
    found = told(measured(values, [SPEED, COST]), SPEED, COST)
    assert [without_intervals(line) for line in found.sentences] == [
        (
            f"{AT}SSE and WebSocket bring an event after 1.0 ms; "
            "short polling takes 3.0 times as long."
        ),
        "SSE and WebSocket cost 1.0 µs of CPU; short polling costs 3.0 times as much.",
    ]


def test_there_are_at_most_three_sentences() -> None:
    values = {"sse": 1.0, "websocket": 2.0, "short_polling": 30.0}
    many = [SPEED, COST, RATE, KEPT]
    found = told(measured(values, many), *many)
    assert len(found.sentences) == MOST_SENTENCES
    with_turn = told(measured(values, many), *many, TURN, claims=[judged(0.5)])
    assert len(with_turn.sentences) == MOST_SENTENCES
    assert with_turn.sentences[:-1] == found.sentences[:-1]
    assert with_turn.sentences[-1].startswith("It wins below")


@pytest.mark.parametrize(
    ("pattern", "subject"), [("quic", "QUIC (migrating)"), ("jwt", "Token + deny list")]
)
def test_a_comma_or_an_and_in_a_title_parts_no_list(pattern: str, subject: str) -> None:
    contrast = Contrast("latency_mean", (pattern, "sse"), "websocket", SPEED.has, SPEED.rest)
    line = one_line(told(measured({pattern: 1, "sse": 1, "websocket": 30}), contrast, level={}))
    assert line.startswith(f"{subject} and SSE bring an event after 1.0 ms; WebSocket takes")


# --- what is open ------------------------------------------------------------------------------


def test_what_is_the_same_within_ten_percent_is_said_to_be() -> None:
    found = told(measured({"sse": 1, "websocket": 1.5, "short_polling": 1}, repeats=6, noise=0.5))
    assert without_intervals(one_line(found)) == (
        "Short polling brings an event after 1.0 ms; WebSocket takes 1.50 times as long."
    )
    assert found.open == "The same within 10 %: SSE and short polling by mean latency."
    assert found.repeats == 0


def test_the_first_two_are_held_against_each_other_by_what_counts_first() -> None:
    found = told(
        measured({"sse": 1, "websocket": 1, "short_polling": 9}, [SPEED, COST]), SPEED, COST
    )
    assert found.open == "The same within 10 %: SSE and WebSocket by mean latency."


def test_what_is_not_decided_is_named_with_the_repeats_that_should() -> None:
    found = told(measured({"sse": 1.0, "short_polling": 1.4}, noise=6))
    assert found.sentences == ()
    match = re.fullmatch(
        r"Not decided: SSE or short polling by mean latency \((0\.\d+), (0\.\d+) to (1\.\d)\)\. "
        r"(\d+) repeats should decide it\.",
        found.open,
    )
    assert match is not None, found.open
    assert float(match[2]) < float(match[1]) < 1 <= float(match[3])
    assert 3 < found.repeats == int(match[4]) <= MOST_REPEATS


@pytest.mark.parametrize(
    ("values", "noise", "end"),
    [
        ({"sse": 1, "short_polling": 1}, 15, "Even 30 repeats would hardly decide it."),
        ({"sse": 1, "websocket": 1.2, "short_polling": 1.3}, 9, " and 1 more. "),
        ({"sse": 1, "websocket": 1.2, "short_polling": 1.3}, 9, " of these 3."),
    ],
    ids=["nothing would", "two are named", "some of them"],
)
def test_the_last_line_is_short(values: dict[str, float], noise: float, end: str) -> None:
    found = told(measured(values, noise=noise))
    assert found.open.startswith("Not decided: ")
    assert end in found.open
    assert found.lines == [*found.sentences, found.open]


def test_who_is_not_decided_is_not_said_to_be_behind() -> None:
    cells = measured({"sse": 1, "short_polling": 500})
    unsure = cell("websocket", {"latency_mean": (100, 4000, 300)}, event_rate_per_s=5.0)
    found = told([*cells, unsure])
    assert without_intervals(one_line(found)) == (
        "SSE brings an event after 1.0 ms; short polling takes 500 times as long."
    )
    assert "WebSocket or short polling by mean latency" in found.open


# --- shares of which some are 0 ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("contrast", "hits", "line"),
    [
        (
            LOST,
            {"sse": (0, 0, 0), "websocket": (0, 0, 0), "short_polling": (30, 28, 33)},
            (
                "SSE and WebSocket lose no event (at most 1.2 %); "
                "short polling loses 30 % (25 to 36 %) of the events."
            ),
        ),
        (
            LOST,
            {"sse": (0, 0, 0, 0), "websocket": (10, 10, 10, 11), "short_polling": (30, 31, 29, 30)},
            (
                "SSE loses no event (at most 0.92 %); "
                "short polling and WebSocket lose 30 % (26 to 35 %) and 10 % (7.5 to 14 %) of the "
                "events."
            ),
        ),
        (
            LOST,
            {"sse": (30, 31, 30), "short_polling": (0, 0, 0)},
            (
                "Short polling loses no event (at most 1.2 %); SSE loses 30 % (25 to 36 %) of the "
                "events."
            ),
        ),
        (
            LOST,
            {"sse": (0, 0, 0), "websocket": (0, 0, 0), "short_polling": (0, 0, 0)},
            "Short polling, SSE and WebSocket lose no event (at most 1.2 %).",
        ),
        (
            LOST,
            {"sse": (0, 0), "short_polling": (100, 100)},
            (
                "SSE loses no event (at most 1.8 %); "
                "short polling loses 100 % (at least 98.2 %) of the events."
            ),
        ),
        (
            KEPT,
            {"sse": (100, 100, 100), "short_polling": (0, 0, 0)},
            (
                "SSE keeps 100 % (at least 98.8 %) of the events; short polling keeps no event (at "
                "most 1.2 %)."
            ),
        ),
    ],
    ids=["none and some", "one has none", "the reference", "nobody", "all", "more is better"],
)
def test_shares_of_nothing(contrast: Contrast, hits: dict[str, tuple[int, ...]], line: str) -> None:
    found = told(counted(hits, contrast), contrast)
    assert one_line(found) == line
    assert found.open == ""


@pytest.mark.parametrize(
    ("contrast", "hits"),
    [
        (LOST, {"sse": (0, 0, 0), "short_polling": (0, 1, 0)}),
        (LOST, {"sse": (0, 0, 0), "short_polling": (0, 60, 0)}),
        (
            Contrast("lost_event_share", PUSH, "short_polling", LOST.has, LOST.rest),
            {"sse": (0, 0, 0), "short_polling": (30, 28, 33)},
        ),
    ],
    ids=["one event", "one trial", "no words for none"],
)
def test_shares_that_are_not_said(contrast: Contrast, hits: dict[str, tuple[int, ...]]) -> None:
    assert told(counted(hits, contrast), contrast).lines == []


def test_shares_above_nothing_are_ratios() -> None:
    hits = {"sse": (5, 6, 4), "short_polling": (50, 52, 53)}
    line = one_line(told(counted(hits, LOST), LOST))
    assert without_intervals(line) == (
        "SSE loses 5.0 % of the events; short polling loses 10 times as many."
    )


# --- runs that lack what is declared -----------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (
            {"sse": 1, "websocket": 2},
            "SSE brings an event after 1.0 ms; WebSocket takes 2.0 times as long.",
        ),
        (
            {"websocket": 2, "short_polling": 4},
            "WebSocket brings an event after 2.0 ms; short polling takes 2.0 times as long.",
        ),
        (
            {"long_polling": 2, "short_polling": 40},
            "Long polling brings an event after 2.0 ms; short polling takes 20 times as long.",
        ),
        (
            {"long_polling": 2, "websocket": 40},
            "Long polling brings an event after 2.0 ms; WebSocket takes 20 times as long.",
        ),
    ],
    ids=["no reference", "some patterns", "other patterns", "one of them"],
)
def test_a_run_of_other_patterns_compares_what_it_has(values: dict[str, float], line: str) -> None:
    assert without_intervals(one_line(told(measured(values)))) == line


def test_no_named_patterns_are_all() -> None:
    contrast = Contrast("latency_mean", (), "", SPEED.has, SPEED.rest)
    line = one_line(told(measured({"sse": 1, "long_polling": 1, "websocket": 40}), contrast))
    assert line.startswith("SSE and long polling bring an event after 1.0 ms; WebSocket takes 40")


@pytest.mark.parametrize(
    "cells",
    [[], measured({"sse": 1}), measured({"sse": math.nan, "websocket": 2.0})],
    ids=["nothing", "one pattern", "one has no value"],
)
def test_where_nothing_can_be_compared_nothing_is_said(cells: list[Cell]) -> None:
    assert told(cells).lines == []


def test_a_single_trial_each_says_what_to_add() -> None:
    found = told(measured({"sse": 1, "short_polling": 500}, repeats=1), SPEED, TURN)
    assert found == Opening((SINGLE,))
    assert told(measured({"sse": 1}, repeats=1)).lines == []


# --- the level ---------------------------------------------------------------------------------


BOTH = {"sse": 1.0, "websocket": 2.0, "short_polling": 500.0}


def test_the_level_is_the_one_at_which_most_can_be_compared() -> None:
    lonely = measured({"sse": 1}, clients=7)
    for wanted in ({}, {"clients": 7}):
        assert told([*lonely, *measured(BOTH)], at=wanted).sentences[0].startswith(AT)


def test_of_levels_alike_the_wanted_one_is_spoken_of() -> None:
    cells = [*measured(BOTH, event_rate_per_s=9.0), *measured(BOTH)]
    assert told(cells, at={"event_rate": 5.0}).sentences[0].startswith(AT)
    assert told(cells).sentences[0].startswith("At 9 events/s")


def test_a_level_without_words_or_of_0_is_not_named() -> None:
    assert one_line(told(measured(BOTH), level={})).startswith("SSE and WebSocket bring")
    assert "round trip" not in told(measured(BOTH), level={"rtt": "a round trip of {}"}).lines[0]


def test_units_are_parted_from_numbers() -> None:
    cells = measured(BOTH, link="emulated", rtt_s=0.05)
    assert told(cells).sentences[0].startswith("At 5 events/s, 100 clients and 50 ms: ")


# --- turning points ----------------------------------------------------------------------------


def judged(first: float, verdict: str = "depends", low: float = 4.7) -> JudgedClaim:
    """A crossing at 4.9; the ratio at the first level says on which side there is less."""
    place = Number("crossing", "latency_mean", "a", 4.9, low, 5.1, 6, unit="/s")
    points = (Point(1, first, first, first), Point(9, 1 / first, 1 / first, 1 / first))
    curve = Curve("crossing", "latency_mean", "a", "b", "event_rate", "/s", points, crossing=place)
    claim = Claim("N4", "It wins", (), AllOf(()))
    return JudgedClaim(claim, Judgement(verdict, "", (), (curve,)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("first", "side"), [(0.5, "below"), (2.0, "above")])
def test_a_turning_point_is_a_sentence_of_its_own(first: float, side: str) -> None:
    *_, line = told(measured(BOTH), SPEED, TURN, claims=[judged(first)]).sentences
    assert line == f"It wins {side} 4.90 (4.70 to 5.10) events/s."


@pytest.mark.parametrize(
    "claims",
    [[judged(2, "not settled")], [judged(2, low=math.nan)], []],
    ids=["unsure", "no interval", "not asked"],
)
def test_a_turning_point_that_was_not_found_is_not_said(claims: list[JudgedClaim]) -> None:
    assert len(told(measured(BOTH), SPEED, TURN, claims=claims).sentences) == 1


# --- of whole results --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "repeats", "wanted"),
    [
        ("bench run notifications", 8, "bench run notifications --repeats 8"),
        ("bench run chat --repeats 3 --seed 7", 8, "bench run chat --repeats 8"),
        ("bench run chat --repeats=3 --seed=7 --quick", 8, "bench run chat --quick --repeats 8"),
        ("bench run chat --set 'key=a b'", 8, "bench run chat --set 'key=a b' --repeats 8"),
        ("bench run chat --repeats 3", 0, ""),
    ],
)
def test_the_command_that_would_decide_what_is_open(
    monkeypatch: pytest.MonkeyPatch, command: str, repeats: int, wanted: str
) -> None:
    monkeypatch.setattr(openings, "opening_of", lambda result: Opening((), "Open.", repeats))
    assert settling(SimpleNamespace(), command) == wanted  # type: ignore[arg-type]


def test_the_command_of_a_run_is_of_what_is_open_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openings, "opening_of", lambda result: Opening((), "", result))
    file = SimpleNamespace(command="bench run all")
    evaluated = SimpleNamespace(experiments=(0, 9, 12), file=file)
    assert openings.settling_of(evaluated) == "bench run all --repeats 9"  # type: ignore[arg-type]
    nothing = SimpleNamespace(experiments=(0, 0), file=file)
    assert openings.settling_of(nothing) == ""  # type: ignore[arg-type]


def test_patterns_without_a_usable_trial_end_the_last_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openings, "opening_of", lambda result: Opening(("It is.",), "Open."))
    patterns = [SimpleNamespace(name=name, title=title) for name, title in TITLES.items()]
    tried = ("sse", "websocket", "short_polling")
    result: Any = SimpleNamespace(
        grid=[(name, None) for name in tried], measured=patterns[:1], patterns=patterns
    )
    last = "Open. No usable trial: WebSocket and short polling."
    assert opening(result) == ["It is.", last]
    result.measured = patterns[:3]
    assert opening(result) == ["It is.", "Open."]


@pytest.mark.parametrize(
    ("tradeoff", "metrics"),
    [
        ((("a", "b"), ("a", "c")), ["b", "c", "a"]),
        ((), ["d", "e"]),
    ],
)
def test_without_words_of_its_own_an_experiment_has_plain_ones(
    tradeoff: tuple[tuple[str, str], ...], metrics: list[str]
) -> None:
    experiment = SimpleNamespace(answer=None, tradeoff=tradeoff, headline=("d", "e", "f"))
    result: Any = SimpleNamespace(
        experiment=experiment, metric=lambda key: SimpleNamespace(title=key.upper())
    )
    answer = answer_of(result)
    assert [one.metric for one in answer.contrasts] == metrics
    first = answer.contrasts[0]
    assert (first.patterns, first.other) == ((), "")
    assert first.has == f"[has|have] a {metrics[0].upper()} of {{value}}"
    assert first.rest == f"[has|have] {{times}} times the {metrics[0].upper()}"


def test_a_run_opens_with_what_it_measured(run: Evaluated) -> None:
    (result,) = run.experiments
    lines = opening(result)
    assert 1 <= len(lines) <= MOST_SENTENCES + 1
    assert not any(re.search(r"[{}\[\]|]", line) for line in lines)


def test_evidence_without_cells_says_nothing() -> None:
    assert said(Answer((SPEED, TURN)), Evidence((), {}), (), NAMES) == Opening(())
