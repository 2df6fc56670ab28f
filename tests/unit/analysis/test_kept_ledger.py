"""What an atlas keeps of runs, and when it counts: only where no run at hand can be relied on."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from atlas_builders import CREATED, ENVIRONMENT, result_of, run_file
from measured import EXPERIMENTS

from bench import catalog
from bench.analysis import kept_ledger, ledger
from bench.analysis.evaluated import Evaluated, JudgedClaim
from bench.analysis.kept_ledger import KeptLedger, Restored, asked_by
from bench.analysis.ledger import Entry, Source, origin_of
from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.model.experiment import Experiment
from bench.model.records import Identity
from bench.plan.claim_trials import trials_of_claims
from bench.plan.trials import Request
from bench.verdicts.judgement import Judgement, Number, Verdict
from bench.verdicts.rules import Threshold

EXPERIMENT = EXPERIMENTS["cpu_handlers"]
CLAIM = EXPERIMENT.claims[0]
PATTERNS = {one.id: one for one in catalog.patterns(EXPERIMENT.name).values()}
FACTS = ("commit", "host", "cpu")


def run(verdict: Verdict, age: int = 0, **changes: Any) -> Evaluated:
    """A run of all trials that the claim asks for, `age` days old, that judges it so."""
    request = Request((EXPERIMENT.name,), repeats=6)
    trials = trials_of_claims(EXPERIMENT, [CLAIM], list(PATTERNS.values()), request)
    created = (CREATED - timedelta(days=age)).isoformat()
    file = run_file(patterns=PATTERNS, trials=trials, created=created)
    judged = JudgedClaim(CLAIM, Judgement(verdict, "words"))
    result = dataclasses.replace(result_of(EXPERIMENT), claims=(judged,))
    return Evaluated(Path(f"{age}-{verdict}"), dataclasses.replace(file, **changes), (result,), 0)


def kept_of(*runs: Evaluated) -> KeptLedger:
    return kept_ledger.kept(ledger.ledger([EXPERIMENT], runs), FACTS)


def back(found: KeptLedger, experiment: Experiment = EXPERIMENT) -> Restored:
    return kept_ledger.restored(found, [experiment], {})


def chosen(known: KeptLedger, *runs: Evaluated) -> Entry:
    return ledger.ledger([EXPERIMENT], runs, back(known).sources)[0]


def source_in(entry: Entry) -> Source:
    assert entry.source is not None
    return entry.source


# --- which counts -----------------------------------------------------------------------


def test_what_is_kept_counts_where_there_is_no_run() -> None:
    entry = chosen(kept_of(run("refuted", age=3)))
    source = source_in(entry)
    assert (entry.verdict, source.run, source.is_kept) == ("refuted", "3-refuted", True)
    assert source.created == CREATED - timedelta(days=3)
    assert not entry.is_missing


@pytest.mark.parametrize("age", [0, 9])
def test_a_run_to_rely_on_wins_however_old_it_is(age: int) -> None:
    entry = chosen(kept_of(run("refuted", age=3)), run("confirmed", age=age))
    assert (entry.verdict, source_in(entry).is_kept) == ("confirmed", False)


def test_what_is_kept_without_a_doubt_wins_over_a_doubtful_run() -> None:
    doubtful = run("confirmed", keep_disturbed=True)
    assert source_in(chosen(kept_of(run("refuted", age=3)), doubtful)).is_kept
    both = chosen(kept_of(run("refuted", age=3, keep_disturbed=True)), doubtful)
    assert not source_in(both).is_kept


def test_a_doubt_stays_with_what_is_kept() -> None:
    entry = chosen(kept_of(run("refuted", repeats=3)))
    assert source_in(entry).doubts == ("3 repeats, 6 are needed",)
    assert entry.is_missing


def test_a_run_that_is_at_hand_speaks_for_itself() -> None:
    known = kept_of(run("refuted"))
    now = run("refuted", keep_disturbed=True)  # as if what a claim needs had changed
    assert not source_in(chosen(known, now)).is_kept


def test_a_newer_atlas_keeps_what_it_was_given() -> None:
    found = kept_of(run("refuted", age=3))
    again = kept_ledger.kept([chosen(found)], FACTS)
    assert again == found


# --- what is kept -----------------------------------------------------------------------


def test_of_a_run_its_experiment_s_code_and_the_named_facts_are_kept() -> None:
    own = next(iter(PATTERNS))
    code = {own: Identity({"a.py": "1"}, {}), "elsewhere/x": Identity({"b.py": "2"}, {})}
    only = kept_of(run("refuted", code=code)).runs[0]
    assert only.origin.environment == {key: ENVIRONMENT[key] for key in FACTS}
    assert only.origin.code == {own: code[own]}
    assert only.origin.patterns == tuple(PATTERNS)
    assert only.origin.seed == origin_of(run("refuted")).seed


def test_claims_share_their_run_and_two_of_one_name_stay_two() -> None:
    source = source_in(ledger.ledger([EXPERIMENT], [run("refuted")])[0])
    twin = dataclasses.replace(source.origin, environment={"host": "another"})
    sources = (source, source, dataclasses.replace(source, origin=twin))
    found = kept_ledger.kept([Entry(EXPERIMENT, CLAIM, (), one) for one in sources], FACTS)
    assert [one.run for one in found.claims] == [0, 0, 1]
    assert [one.origin.environment["host"] for one in found.runs] == ["bench-1", "another"]


def test_colours_are_those_of_today() -> None:
    result = dataclasses.replace(result_of(EXPERIMENT), places=("b", "a"))
    judged = JudgedClaim(CLAIM, Judgement("refuted", ""))
    source = Source(origin_of(run("refuted")), result, judged)
    found = kept_ledger.kept([Entry(EXPERIMENT, CLAIM, (), source)], FACTS)
    restored = kept_ledger.restored(found, [EXPERIMENT], {EXPERIMENT.name: ("a", "new")})
    assert restored.sources[0].result.places == ("a", "new", "b")


# --- claims that are others today -----------------------------------------------------------


def today(**changes: Any) -> Experiment:
    """The experiment with another first claim."""
    claims = (dataclasses.replace(CLAIM, **changes), *EXPERIMENT.claims[1:])
    return dataclasses.replace(EXPERIMENT, claims=claims)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "new"}, "there is no such claim any more"),
        ({"statement": "Something else."}, "what it asks has changed since (statement)"),
        (
            {"rule": Threshold("latency_p50", "ms", "server_async", at_most=1.0)},
            "what it asks has changed since (rule)",
        ),
        ({"law": "X-1"}, "what it asks has changed since (law)"),
        (
            {"must_see": (MustSee("jobs", 50, ("server_async",), "jobs"),), "setups": ()},
            "what it asks has changed since (what must be seen, trials)",
        ),
    ],
)
def test_a_claim_that_asks_something_else_today_is_left_out(
    changes: dict[str, Any], words: str
) -> None:
    found = back(kept_of(run("refuted")), today(**changes))
    assert found.sources == ()
    assert found.left_out == (f"{EXPERIMENT.name} {CLAIM.id}: {words}",)


def test_an_experiment_that_is_gone_is_left_out() -> None:
    found = kept_ledger.restored(kept_of(run("refuted")), [], {})
    assert found.left_out == (f"{EXPERIMENT.name} {CLAIM.id}: there is no such claim any more",)


def test_a_number_of_a_metric_that_is_gone_has_no_words() -> None:
    known = kept_of(run("refuted"))
    number = Number("value", "no_such_metric", "server_async", 1, 1, 1, 6)
    judgement = Judgement("refuted", "", (number,))
    claims = (dataclasses.replace(known.claims[0], judgement=judgement),)
    found = back(dataclasses.replace(known, claims=claims))
    assert found.left_out == (
        f"{EXPERIMENT.name} {CLAIM.id}: no_such_metric: not measured any more",
    )


def test_every_part_of_a_claim_is_asked() -> None:
    """Two claims that differ anywhere but in their id ask something else."""
    one = Claim("A", "It is so.", (ClaimSetup(("a",), {"clients": "1"}),), CLAIM.rule, "L-1")
    assert asked_by(one) == asked_by(dataclasses.replace(one, id="B"))
    others = [
        {"statement": "It is not."},
        {"setups": (ClaimSetup(("a",), {"clients": "2"}),)},
        {"setups": (ClaimSetup(("b",), {"clients": "1"}),)},
        {"rule": Threshold("latency_p50", "ms", "a", at_most=1.0)},
        {"law": "L-2"},
        {"preconditions": (Threshold("latency_p50", "ms", "a", at_most=1.0),)},
        {"must_see": (MustSee("jobs", 1, ("a",), "jobs", {"clients": 1}),)},
    ]
    for changes in others:
        assert asked_by(dataclasses.replace(one, **changes)) != asked_by(one), changes  # type: ignore[arg-type]
    assert {name for changes in others for name in changes} | {"id"} == {
        field.name for field in dataclasses.fields(Claim)
    }


def test_a_condition_that_is_a_function_is_the_same_in_another_process() -> None:
    """Its address is another one there; atlases of before have it in what was asked."""
    where = {"clients": lambda clients: clients > 1}
    claim = dataclasses.replace(CLAIM, must_see=(MustSee("jobs", 1, ("a",), "jobs", where),))
    asked = asked_by(claim)
    assert "<lambda>" in asked["what must be seen"]
    assert " at 0x" not in "".join(asked.values())
    experiment = dataclasses.replace(EXPERIMENT, claims=(claim, *EXPERIMENT.claims[1:]))
    seen = asked["what must be seen"].replace("<lambda>", "<lambda> at 0x7f00aa55")
    (known,) = kept_of(run("confirmed")).claims
    old = dataclasses.replace(known, asked={**asked, "what must be seen": seen})
    found = dataclasses.replace(kept_of(run("confirmed")), claims=(old,))
    assert not back(found, experiment).left_out
