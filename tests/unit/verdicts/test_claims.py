"""Verdicts together, evidence found by load, and the ledger of every experiment."""

from __future__ import annotations

import itertools
import math

import pytest
from claim_builders import cell, evidence
from measured import EXPERIMENTS, METRICS, PATTERNS

from bench.model.claim import Claim
from bench.model.experiment import Experiment
from bench.model.load import parameters_of
from bench.plan.trials import loads_of, parse_settings
from bench.verdicts.evidence import (
    NOT_MEASURED,
    VERDICTS,
    Judgement,
    Number,
    Verdict,
    all_of,
    distinguishing,
    predicted,
    together,
    varying,
    where_words,
)
from bench.verdicts.rules import AgreesWithLaw, AllOf, Ratio, Threshold
from bench.verdicts.trends import Crossover, LinearFit
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
    mixed = all_of([*parts, Judgement("refuted", "c")])
    assert (mixed.verdict, mixed.words) == ("depends", "confirmed: a; b | refuted: c")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("value", "lost of sse at clients=3"),
        ("ratio", "lost: sse / null at clients=3"),
        ("crossing", "rate where lost of sse and null are equal at clients=3"),
        ("slope", "lost of sse for one more of rate at clients=3"),
        ("fit", "lost of sse: share explained by a straight line at clients=3"),
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


def rules_of(rule: object) -> list[object]:
    return (
        [one for part in rule.rules for one in rules_of(part)]
        if isinstance(rule, AllOf)
        else [rule]
    )


@pytest.mark.parametrize(("experiment", "claim"), LEDGER, ids=IDS)
def test_a_claim_names_what_there_is(experiment: Experiment, claim: Claim) -> None:
    patterns = set(PATTERNS[experiment.name])
    for scene in claim.setups:
        assert set(scene.patterns) <= patterns
        parse_settings(experiment, scene.settings)
    for rule in rules_of(claim.rule):
        assert isinstance(rule, Threshold | AgreesWithLaw | Ratio | Crossover | LinearFit)
        assert rule.metric in METRICS
        assert getattr(rule, "unit", METRICS[rule.metric].unit) == METRICS[rule.metric].unit
        assert {rule.pattern, getattr(rule, "other", "")} <= {*patterns, ""}
        assert set(rule.where) | set(experiment.normal) <= names_of(experiment)
        assert getattr(rule, "over", "clients") in names_of(experiment)
        assert rule.text
        assert rule.judge(evidence()) == NOT_MEASURED
    assert claim.statement
    assert claim.setups


def names_of(experiment: Experiment) -> set[str]:
    return set(parameters_of(experiment.load))


@pytest.mark.parametrize(("experiment", "claim"), LEDGER, ids=IDS)
def test_a_claims_scenes_supply_its_rule(experiment: Experiment, claim: Claim) -> None:
    """Values that all rules can read, at all levels of the setups: nothing is not measured."""
    cells = []
    for scene in claim.setups:
        for _, settings in loads_of(experiment, scene.settings):
            values_of = {key: [1.0, 1.1] for key in METRICS}
            cells += [
                cell(pattern, values_of, experiment.load, **settings) for pattern in scene.patterns
            ]
    found = claim.rule.judge(evidence(*cells, **experiment.normal))
    assert found.verdict != "not measured", found.words
    assert found.numbers


def test_ids_are_unique() -> None:
    for experiment in EXPERIMENTS.values():
        ids = [claim.id for claim in experiment.claims]
        assert len(set(ids)) == len(ids)


# --- the ledger of notifications on numbers that obey the laws -----------------------------


def judged(claim_id: str, *cells: object) -> Judgement:
    claim = next(one for one in CLAIMS if one.id == claim_id)
    experiment = EXPERIMENTS["notifications"]
    return claim.rule.judge(evidence(*cells, **experiment.normal))


def test_short_polling_by_its_law_is_as_late_as_its_interval() -> None:
    rates = (0.5, 2.0, 8.0, 30.0)
    cells = [
        cell(
            "short_polling",
            {
                "latency_mean": [495, 500, 507],
                "latency_p99": [988, 990, 992],
                "rtt_us": [40, 40, 40],
            },
            event_rate_per_s=rate,
        )
        for rate in rates
    ]
    found = judged("N2", *cells)
    assert found.verdict == "confirmed"
    assert len(found.numbers) == len(rates) + 1
    assert found.numbers[0].law == pytest.approx(500.02)


def test_a_mean_off_its_law_is_not_confirmed() -> None:
    cells = [
        cell(
            "short_polling",
            {
                "latency_mean": [700, 702, 701],
                "latency_p99": [988, 990, 992],
                "rtt_us": [40, 40, 40],
            },
            event_rate_per_s=30.0,
        )
    ]
    assert judged("N2", *cells).verdict == "depends"


def test_frames_by_their_laws_are_light() -> None:
    deliveries = [100 * 120.0] * 3
    sse = {"stream_bytes_down_per_event": [122.0] * 3, "deliveries": deliveries}
    websocket = {"stream_bytes_down_per_event": [102.0] * 3, "deliveries": deliveries}
    cells = [
        cell(name, values, event_rate_per_s=30.0, duration_s=4.0)
        for name, values in (("sse", sse), ("websocket", websocket))
    ]
    assert judged("N14", *cells).verdict == "confirmed"
