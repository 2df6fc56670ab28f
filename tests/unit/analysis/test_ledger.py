"""Which run judges a claim: by what was planned and when, never by what it found."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from atlas_builders import CREATED, result_of, run_file
from measured import EXPERIMENTS

from bench import catalog
from bench.analysis import ledger
from bench.analysis.evaluated import Evaluated, JudgedClaim
from bench.model.errors import UsageError
from bench.model.records import Audit, RunFile
from bench.plan.calibration import with_calibration
from bench.plan.claim_trials import laws_of, trials_of_claims
from bench.plan.trials import Request
from bench.verdicts.judgement import VERDICTS, Judgement, Verdict

EXPERIMENT = EXPERIMENTS["cpu_handlers"]
CLAIM = EXPERIMENT.claims[0]
PATTERNS = list(catalog.patterns(EXPERIMENT.name).values())


def planned(repeats: int = 6, patterns: Sequence[Any] = PATTERNS, **changes: Any) -> RunFile:
    """A run of all trials that the claim asks for."""
    request = Request((EXPERIMENT.name,), repeats=repeats)
    trials = trials_of_claims(EXPERIMENT, [CLAIM], patterns, request)
    known = {one.id: one for one in PATTERNS}
    file = run_file(patterns=known, trials=trials, repeats=repeats)
    return dataclasses.replace(file, **changes)


def run(
    verdict: Verdict = "confirmed", age: int = 0, unfinished: int = 0, **changes: Any
) -> Evaluated:
    """A run that judges the claim so, `age` days old; it lacks its trials where it has a remedy."""
    remedy = changes.pop("remedy", "")
    created = (CREATED - timedelta(days=age)).isoformat()
    file = planned(**{"created": created, **changes})
    judged = JudgedClaim(CLAIM, Judgement(verdict, "words"), remedy)
    result = dataclasses.replace(result_of(EXPERIMENT), claims=(judged,))
    folder = CREATED_FOLDER / f"{age}-{verdict.replace(' ', '-')}"
    return Evaluated(folder, file, (result,), unfinished)


CREATED_FOLDER = catalog.ROOT / "results"


def chosen(*runs: Evaluated) -> ledger.Entry:
    return ledger.ledger([EXPERIMENT], runs)[0]


def test_a_claim_without_a_run_is_not_measured() -> None:
    entry = chosen()
    assert (entry.verdict, entry.source, entry.attempt) == ("not measured", None, None)
    assert entry.is_missing
    assert [one.claim.id for one in ledger.ledger([EXPERIMENT], [])] == [
        claim.id for claim in EXPERIMENT.claims
    ]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_newest_run_counts_whatever_it_says(verdict: Verdict) -> None:
    runs = [run(other, age=9 + place) for place, other in enumerate(VERDICTS)]
    assert chosen(*runs, run(verdict)).verdict == verdict
    assert chosen(run(verdict), *runs).verdict == verdict


def test_newer_is_told_across_time_zones() -> None:
    east = run("refuted", created="2026-11-26T13:30:00+05:00")
    assert chosen(east, run("confirmed")).verdict == "confirmed"
    with pytest.raises(UsageError, match="is not a time"):
        chosen(run(created="yesterday"))


@pytest.mark.parametrize(
    "changes",
    [
        {"repeats": 3},
        {"keep_disturbed": True},
        {"unlike": ["bench/model/load.py changed"]},
        {"patterns": PATTERNS[:1]},
    ],
)
def test_an_older_run_without_a_doubt_is_preferred(changes: dict[str, Any]) -> None:
    doubtful, sound = run("refuted", **changes), run("confirmed", age=5)
    if "patterns" in changes:
        file = planned(patterns=changes["patterns"])
        doubtful = dataclasses.replace(run("refuted"), file=file)
    assert chosen(doubtful, sound).verdict == "confirmed"
    alone = chosen(doubtful)
    assert alone.verdict == "refuted"
    assert alone.source is not None
    assert len(alone.source.doubts) == 1
    assert alone.is_missing


def test_a_pattern_that_could_not_be_measured_is_not_asked_of_a_plan() -> None:
    absent = PATTERNS[0]
    file = planned(patterns=PATTERNS[1:], not_measured={absent.id: "it is missing"})
    assert ledger.covers(file, EXPERIMENT, CLAIM)
    assert not ledger.covers(dataclasses.replace(file, not_measured={}), EXPERIMENT, CLAIM)


def test_trials_that_a_law_takes_facts_from_are_needed_too() -> None:
    experiment = EXPERIMENTS["waiting"]
    claim = next(one for one in experiment.claims if laws_of([one])[0].calibration)
    patterns = list(catalog.patterns(experiment.name).values())
    trials = trials_of_claims(experiment, [claim], patterns, Request((experiment.name,)))
    lawful = dataclasses.replace(experiment, predictions=tuple(laws_of([claim])))
    names = [one.name for one in patterns]
    whole = with_calibration(lawful, trials, names, 1)
    assert len(whole) > len(trials)
    file = run_file(patterns={one.id: one for one in patterns}, trials=trials)
    assert not ledger.covers(file, experiment, claim)
    assert ledger.covers(dataclasses.replace(file, trials=whole), experiment, claim)


def test_audits_and_unfinished_runs_judge_nothing() -> None:
    audit = run(audit=Audit(20, ["RR-2"]))
    assert chosen(audit, run(unfinished=1)).source is None


def test_a_run_that_says_nothing_hides_none_that_does() -> None:
    silent = run("not measured", remedy="bench run x --claims W3")
    entry = chosen(silent, run("confirmed", age=5))
    assert entry.verdict == "confirmed"
    assert entry.attempt is not None
    assert chosen(silent).source is None
    # One in which the effect did not occur says something.
    assert chosen(run("not measured"), run("confirmed", age=5)).verdict == "not measured"


def test_topics_are_those_that_the_experiment_names() -> None:
    about = ledger.topics_of(EXPERIMENT)
    assert set(about) == {claim.id for claim in EXPERIMENT.claims}
    for identity, names in about.items():
        assert list(names) == sorted(names, key=str.lower)
        assert all(identity in EXPERIMENT.topics[name] for name in names)
