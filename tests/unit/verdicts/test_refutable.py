"""Every part of every claim can be refuted, and confirmed: by evidence made for it."""

from __future__ import annotations

import dataclasses
import math
import re

import claim_evidence as make
import pytest
from measured import EXPERIMENTS

from bench.model.claim import Claim
from bench.model.experiment import Experiment
from bench.verdicts import best, growth, ratios, rules, slopes, trends, twins
from bench.verdicts.claims import judge
from bench.verdicts.evidence import Evidence
from bench.verdicts.rule import AllOf, Rule

LEDGER = [(experiment, claim) for experiment in EXPERIMENTS.values() for claim in experiment.claims]
each = pytest.mark.parametrize(
    ("experiment", "claim"), LEDGER, ids=[f"{e.name}-{c.id}" for e, c in LEDGER]
)


@each
def test_each_part_is_refuted_and_confirmed_by_its_evidence(
    experiment: Experiment, claim: Claim
) -> None:
    known = make.ground(experiment, claim)
    parts = [
        *make.leaves(claim.rule),
        *(p for rule in claim.preconditions for p in make.leaves(rule)),
    ]
    for rule in parts:
        for holds, verdict in ((True, "confirmed"), (False, "refuted")):
            found = rule.judge(make.made(rule, known, holds))
            assert found.verdict == verdict, f"{rule.text}: {found}"


@each
def test_evidence_against_every_part_refutes_the_claim(
    experiment: Experiment, claim: Claim
) -> None:
    """No two parts contradict each other, so that one of them always holds."""
    known = make.ground(experiment, claim)
    # Ratios last: they are made of the values of the other side.
    relative = (ratios.Ratio, trends.Crossover)
    for rule in sorted(make.leaves(claim.rule), key=lambda one: isinstance(one, relative)):
        known = make.made(rule, known, holds=False)
    assert claim.rule.judge(known).verdict == "refuted"


@each
def test_what_was_measured_without_the_facts_of_a_law_is_no_evidence_for_it(
    experiment: Experiment, claim: Claim
) -> None:
    for rule in make.leaves(claim.rule):
        if not isinstance(rule, rules.AgreesWithLaw):
            continue
        known = make.made(rule, make.ground(experiment, claim), holds=True)
        found = rule.judge(
            dataclasses.replace(
                known,
                cells=tuple(
                    dataclasses.replace(
                        one,
                        trials={n: {rule.metric: one.value(rule.metric, n)} for n in one.trials},
                    )
                    for one in known.cells
                ),
            )
        )
        if found.verdict == "not measured":
            assert re.match(f"law {re.escape(rule.law_id)} (has no|lacks)", found.words)


@each
def test_a_statement_rests_on_intervals(experiment: Experiment, claim: Claim) -> None:
    """What must hold in every trial is no estimate: it may be a precondition only."""
    assert not any(isinstance(rule, rules.EveryTrial) for rule in make.leaves(claim.rule))


@each
def test_without_its_preconditions_a_claim_is_not_measured(
    experiment: Experiment, claim: Claim
) -> None:
    known = make.ground(experiment, claim)
    for rule in claim.preconditions:
        found = judge(dataclasses.replace(claim, must_see=()), make.made(rule, known, holds=False))
        assert found.verdict == "not measured"
        assert any(one.role == "precondition" for one in found.numbers)


@each
def test_where_the_effect_does_not_occur_a_claim_is_not_measured(
    experiment: Experiment, claim: Claim
) -> None:
    known = make.ground(experiment, claim)
    for need in claim.must_see:
        cells = [cell for name in need.patterns for cell in known.find(name, need.where)]
        assert cells, f"no setup of {claim.id} has a level at which {need.what} are to be seen"
        for least, is_seen in ((need.at_least, True), (need.at_least / 100, False)):
            found = judge(claim, seen(known, claim, least / need.at_least))
            assert ("too short" in found.words) != is_seen
            assert is_seen or found.verdict == "not measured"


def seen(known: Evidence, claim: Claim, share: float) -> Evidence:
    """Of everything that must be seen this share of what is needed, in every trial."""
    for need in claim.must_see:
        count = math.ceil(need.at_least) if share >= 1 else need.at_least * share / 10
        known = dataclasses.replace(
            known,
            cells=[
                dataclasses.replace(
                    cell, trials={n: {**one, need.metric: count} for n, one in cell.trials.items()}
                )
                for cell in known.cells
            ],
        )
    return known


def test_every_kind_of_rule_has_counter_evidence() -> None:
    kinds = {
        kind
        for module in (best, growth, ratios, rules, slopes, trends, twins)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Rule) and kind.__module__ == module.__name__
    }
    abstract = {Rule, rules.Bounded}
    assert set(make.made.registry) >= kinds - abstract - {AllOf}
