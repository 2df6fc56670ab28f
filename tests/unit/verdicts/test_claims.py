"""Verdicts together, evidence found by load, and the ledger of every experiment."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from typing import Any

import pytest
from claim_builders import around, cell, evidence
from claim_evidence import leaves, read_facts
from made_up_facts import made_up
from measured import EXPERIMENTS, METRICS, PATTERNS

from bench.analysis.metrics import metrics_of
from bench.model.claim import Claim, MustSee
from bench.model.experiment import Experiment
from bench.model.load import parameters_of
from bench.model.metric import Counts
from bench.model.records import AA_PAIRS
from bench.plan.settings import parse_settings
from bench.plan.trials import loads_of
from bench.verdicts.claims import judge
from bench.verdicts.evidence import Cell, Evidence, distinguishing, predicted, varying, where_words
from bench.verdicts.judgement import (
    VERDICTS,
    Judgement,
    Number,
    Verdict,
    all_of,
    together,
)
from bench.verdicts.rule import AllOf, Rule
from bench.verdicts.rules import EveryTrial, Threshold
from bench.verdicts.twins import NoDifference
from scenarios.notifications.claims import CLAIMS


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ((), "not measured"),
        (("confirmed", "confirmed"), "confirmed"),
        (("refuted", "refuted"), "refuted"),
        (("depends", "depends"), "depends"),
        (("not settled", "not settled"), "not settled"),
        (("not measured", "not measured"), "not measured"),
        (("confirmed", "refuted"), "depends"),
        (("confirmed", "depends"), "depends"),
        (("refuted", "depends"), "depends"),
        (("confirmed", "not settled"), "not settled"),
        (("refuted", "not settled"), "not settled"),
        (("confirmed", "refuted", "not settled"), "depends"),
        (("depends", "not settled"), "depends"),
        (("confirmed", "not measured"), "not measured"),
        (("refuted", "depends", "not measured"), "not measured"),
    ],
)
def test_a_verdict_from_parts(parts: tuple[Verdict, ...], verdict: Verdict) -> None:
    assert {together(order) for order in itertools.permutations(parts)} == {verdict}


def test_one_part_is_its_own_verdict() -> None:
    assert [together([verdict]) for verdict in VERDICTS] == list(VERDICTS)


def test_words_say_which_part_decided_what() -> None:
    number = Number("value", "lost", "sse", 1, 1, 1, 2)
    parts = [
        Judgement("confirmed", "a", (number,)),
        Judgement("confirmed", "b"),
        Judgement("confirmed", "a"),
    ]
    assert all_of(parts) == Judgement("confirmed", "a; b", (number,))
    nested = all_of([Judgement("depends", "d | not settled: x"), Judgement("not settled", "y")])
    assert nested.words == "d | not settled: x; y"
    mixed = all_of([*parts, Judgement("refuted", "c")])
    assert (mixed.verdict, mixed.words) == ("depends", "confirmed: a; b | refuted: c")


def test_the_numbers_of_what_decided_stand_first() -> None:
    sure = Number("value", "lost", "sse", 1, 1, 1, 6, verdict="confirmed")
    open_one = Number("value", "late", "sse", 1, 1, 1, 6)  # decides only together with others
    found = all_of(
        [*[Judgement("confirmed", "a", (sure,))] * 4, Judgement("not settled", "b", (open_one,))]
    )
    assert found.verdict == "not settled"
    assert found.numbers[0] == open_one


def test_parts_with_the_same_reason_are_said_once() -> None:
    parts = [Judgement("not settled", f"{name}: 1 repeat, 6 are needed") for name in "abc"]
    other = Judgement("not settled", "d: about 9 repeats would settle it")
    assert all_of([*parts, other]).words == (
        "a and 2 more parts: 1 repeat, 6 are needed; d: about 9 repeats would settle it"
    )
    assert all_of(parts[:2]).words == "a: 1 repeat, 6 are needed; b: 1 repeat, 6 are needed"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("value", "lost of sse at clients=3"),
        ("ratio", "lost: sse / null at clients=3"),
        ("share", "lost of sse: share that is exactly null at clients=3"),
        ("crossing", "rate where lost of sse and null are equal at clients=3"),
        ("exponent", "lost of sse: exponent of its growth with rate at clients=3"),
    ],
)
def test_a_number_says_what_it_is(kind: str, text: str) -> None:
    number = Number(kind, "lost", "sse", 1, 1, 1, 2, other="null", over="rate", at="clients=3")
    assert number.what == text


# --- evidence -------------------------------------------------------------------------


def test_evidence_is_found_by_pattern_and_load() -> None:
    few, many = (cell("sse", {"lost": [0]}, clients=n) for n in (5, 50))
    away = cell("sse", {"lost": [0]}, clients=5, away_s=2.0)
    known = evidence(few, many, away, cell("null", {"lost": [0]}, clients=5), away=0)
    assert known.find("sse", {}) == [few, many]
    assert known.find("sse", {"clients": 5}) == [few]
    assert known.find("sse", {"clients": lambda count: count > 5}) == [many]
    assert known.find("sse", {"away": lambda seconds: seconds > 0}) == [away]
    assert known.find("sse", {"colour": "red"}) == []
    assert known.find("sse", {"colour": lambda value: value > 0}) == []


def test_what_tells_cells_apart() -> None:
    cells = [
        cell("sse", {"lost": [0]}, duration_s=3.0, event_rate_per_s=2.0, schedule="constant"),
        cell("sse", {"lost": [0]}, duration_s=4.0, event_rate_per_s=5.0),
    ]
    assert varying(cells) == ["duration", "event_rate", "schedule"]
    assert distinguishing(cells) == ["event_rate"]
    assert distinguishing(cells[:1]) == []
    assert distinguishing(cells[:1], {"event_rate": 2, "clients": 100}) == ["event_rate"]
    assert cells[0].at(["event_rate", "duration"]) == "event_rate=2/s duration=3s"
    assert distinguishing([]) == []


@pytest.mark.parametrize(
    "law", [lambda: {}["rtt_us"], lambda: 1 / 0, lambda: int(math.nan), lambda: math.exp(1e6)]
)
def test_a_law_without_its_facts_says_nothing(law: object) -> None:
    assert math.isnan(predicted(law))


def test_a_rule_says_which_fixed_values_it_asks_for() -> None:
    assert where_words({"clients": 5, "away": bool, "recovery": "none"}) == (
        " (clients=5 recovery=none)"
    )
    assert where_words({"away": bool}) == ""


# --- the ledger -------------------------------------------------------------------------

LEDGER = [(e, claim) for e in EXPERIMENTS.values() for claim in e.claims]
IDS = [f"{experiment.name}-{claim.id}" for experiment, claim in LEDGER]


@pytest.mark.parametrize(("experiment", "claim"), LEDGER, ids=IDS)
def test_a_claim_names_what_there_is(experiment: Experiment, claim: Claim) -> None:
    patterns = set(PATTERNS[experiment.name])
    for scene in claim.setups:
        assert set(scene.patterns) <= patterns
        parse_settings(experiment, scene.settings)
    for rule in (one for whole in (claim.rule, *claim.preconditions) for one in leaves(whole)):
        names_what_there_is(rule, experiment)
        assert rule.judge(evidence()).verdict == "not measured"
    for need in claim.must_see:
        assert need.metric in METRICS
        assert set(need.patterns) <= patterns
        assert set(need.where) <= names_of(experiment)
        assert need.at_least > 0
        assert need.what
    assert claim.statement
    assert claim.setups


def names_what_there_is(rule: Rule, experiment: Experiment) -> None:
    if isinstance(rule, NoDifference):
        assert set(rule.metrics) <= set(METRICS)
        assert set(rule.patterns) <= set(PATTERNS[experiment.name])
        return
    names = {name: getattr(rule, name, None) for name in ("metric", "unit", "pattern", "other")}
    assert names["metric"] in METRICS
    if names["unit"] is not None:
        assert names["unit"] == METRICS[str(names["metric"])].unit
    assert {names["pattern"], names["other"]} <= {*PATTERNS[experiment.name], "", None}
    known = names_of(experiment)
    for where in ("where", "other_where", "facts_at", "other_facts_at"):
        assert set(getattr(rule, where, None) or {}) <= known
    assert set(experiment.normal) <= known
    assert getattr(rule, "over", "clients") in known
    assert rule.text


def names_of(experiment: Experiment) -> set[str]:
    return set(parameters_of(experiment.load))


@functools.cache
def supplied(experiment_name: str, *claims: str) -> Evidence:
    """Values that all rules can read, at all levels of these claims' setups."""
    experiment = EXPERIMENTS[experiment_name]
    metrics = metrics_of(experiment)
    known_facts = (*metrics, *read_facts(experiment))
    values = {key: around(made_up(key, 1.0), count=8) for key in known_facts}
    counts = {key: [Counts(1, 1, "count")] * 8 for key, one in metrics.items() if one.counts}
    cells = {
        (pattern, tuple(settings.items())): cell(
            pattern, values, experiment.load, counts, **settings
        )
        for claim in experiment.claims
        if claim.id in claims
        for scene in claim.setups
        for _, settings in loads_of(experiment, scene.settings)
        for pattern in scene.patterns
    }
    known = evidence(*cells.values(), **experiment.normal)
    return dataclasses.replace(known, history={AA_PAIRS: Counts(0, 40, "share")})


@pytest.mark.parametrize(("experiment", "claim"), LEDGER, ids=IDS)
def test_a_claims_scenes_supply_its_rule(experiment: Experiment, claim: Claim) -> None:
    found = claim.rule.judge(supplied(experiment.name, claim.id))
    assert found.verdict != "not measured", found.words
    assert found.numbers


@pytest.mark.parametrize(("experiment", "claim"), LEDGER, ids=IDS)
def test_trials_of_other_claims_leave_a_claim_measured(
    experiment: Experiment, claim: Claim
) -> None:
    """No rule takes for its evidence what another claim needs, and what its law does not cover."""
    found = claim.rule.judge(supplied(experiment.name, *(one.id for one in experiment.claims)))
    assert found.verdict != "not measured", found.words


def test_ids_are_unique() -> None:
    for experiment in EXPERIMENTS.values():
        ids = [claim.id for claim in experiment.claims]
        assert len(set(ids)) == len(ids)


# --- the ledger of notifications on numbers that obey the laws -----------------------------


def judged(claim_id: str, *cells: object) -> Judgement:
    """By those parts of a claim that these cells are evidence for."""
    claim = next(one for one in CLAIMS if one.id == claim_id)
    known = evidence(*cells, **EXPERIMENTS["notifications"].normal)
    parts = [one for one in leaves(claim.rule) if one.judge(known).verdict != "not measured"]
    return AllOf(tuple(parts)).judge(known)


def short_polls(mean: float, interval_s: float = 1.0) -> Cell:
    return cell(
        "short_polling",
        {
            "latency_mean": around(mean, 0.01),
            "latency_p90": around(900 * interval_s, 0.002),
            "rtt_us": [40.0] * 6,
        },
        event_rate_per_s=8.0,
        schedule="constant",
        poll_interval_s=interval_s,
    )


def test_short_polling_by_its_law_is_as_late_as_its_interval() -> None:
    found = judged("N2", short_polls(501), short_polls(50.1, 0.1))
    assert found.verdict == "confirmed"
    assert len(found.numbers) == 4
    assert found.numbers[0].law == pytest.approx(500.02)


def test_a_mean_off_its_law_is_not_confirmed() -> None:
    assert judged("N2", short_polls(700)).verdict == "depends"


def test_frames_by_their_laws_are_light() -> None:
    """Their bytes are the same in all trials: exact intervals of what was counted."""
    cells = [
        cell(
            name,
            {"deliveries": [6_000.0] * 6},
            counts={"stream_bytes_down_per_event": [Counts(each * 6_000, 6_000, "count")] * 6},
            event_rate_per_s=30.0,
            schedule="constant",
            duration_s=2.0,
        )
        for name, each in (("sse", 122.0), ("websocket", 102.0))
    ]
    found = judged("N14", *cells)
    assert found.verdict == "confirmed"
    assert all(number.low < number.high for number in found.numbers)


# --- what must be seen, and preconditions ----------------------------------------------------

AT_MOST = Threshold("latency_mean", "ms", "sse", at_most=20)
CLAIM = Claim("X", "a statement", (), AT_MOST)


def fully(**more: Any) -> Claim:
    return dataclasses.replace(CLAIM, **more)


def of_sse(**values: list[float]) -> Any:
    return evidence(cell("sse", {"latency_mean": around(10), **values}, duration_s=4.0))


def test_what_must_be_seen_counts_over_the_trials_of_a_level() -> None:
    claim = fully(must_see=(MustSee("requests_per_s", 50, ("sse",), "timeouts"),))
    assert judge(claim, of_sse(requests_per_s=[9.0] * 6)).verdict == "confirmed"
    found = judge(claim, of_sse(requests_per_s=[2.0] * 6))
    assert found.verdict == "not measured"
    assert found.words == (
        "the window is too short: 12 timeouts of sse, 50 are needed; duration=17s would do"
    )
    assert [(one.role, one.value) for one in found.numbers] == [("must be seen", 12)]


def test_what_must_be_seen_in_every_trial() -> None:
    need = MustSee("requests_per_s", 3, ("sse",), "keep-alives", per="trial")
    assert need.text == "at least 3 keep-alives in every trial (sse)"
    claim = fully(must_see=(need,))
    assert judge(claim, of_sse(requests_per_s=[3.0] * 6)).verdict == "confirmed"
    found = judge(claim, of_sse(requests_per_s=[9.0, 9, 9, 2, 9, 9]))
    assert found.verdict == "not measured"
    assert "2 keep-alives in a trial of sse, 3 are needed; duration=6s would do" in found.words


def test_of_what_was_never_seen_no_window_is_named() -> None:
    claim = fully(must_see=(MustSee("requests_per_s", 50, ("sse",), "timeouts"),))
    for lacking in (of_sse(requests_per_s=[0.0] * 6), of_sse()):
        found = judge(claim, lacking)
        assert found.words == "the window is too short: 0 timeouts of sse, 50 are needed"


def test_what_was_seen_stands_beside_the_statement() -> None:
    claim = fully(
        must_see=(MustSee("requests_per_s", 50, ("sse",), "timeouts"),),
        preconditions=(EveryTrial("connections", "", "sse", at_least=1, at_most=1),),
    )
    found = judge(claim, of_sse(requests_per_s=[9.0] * 6, connections=[1.0] * 6))
    assert found.verdict == "confirmed"
    assert [one.role for one in found.numbers] == ["statement", "precondition", "must be seen"]


@pytest.mark.parametrize(
    ("connections", "latency", "verdict", "words"),
    [
        ([1.0] * 6, 10, "confirmed", "latency_mean at most 20 ms"),
        ([1.0] * 6, 30, "refuted", "latency_mean at most 20 ms"),
        ([1, 1, 1, 2, 1, 1.0], 10, "not measured", "a precondition fails: connections at least 1"),
        ([1, 1, 1, 2, 1, 1.0], 30, "not measured", "a precondition fails: connections at least 1"),
        ([1.0] * 5, 10, "not settled", "a precondition is not certain: connections at least 1"),
        ([math.nan] * 6, 10, "not measured", "no trial has connections"),
    ],
)
def test_a_precondition(
    connections: list[float], latency: float, verdict: Verdict, words: str
) -> None:
    claim = fully(preconditions=(EveryTrial("connections", "", "sse", at_least=1, at_most=1),))
    values = {"latency_mean": around(latency, count=len(connections)), "connections": connections}
    found = judge(claim, evidence(cell("sse", values)))
    assert found.verdict == verdict
    assert found.words.startswith(words)


def test_preconditions_are_no_part_of_the_statement() -> None:
    """A part that depends on its level would make the claim depend; a precondition fails it."""
    cells = [
        cell("sse", {"latency_mean": around(n), "lost": around(n)}, clients=n) for n in (9, 30)
    ]
    needs = Threshold("lost", "", "sse", at_most=20)
    assert judge(fully(preconditions=(needs,)), evidence(*cells)).verdict == "not measured"
    assert judge(CLAIM, evidence(*cells)).verdict == "depends"
