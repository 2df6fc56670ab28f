"""The trials of claims: those that setups need, each once, in interleaved blocks."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from typing import Any

import measured
import pytest

from bench.model.claim import Claim, ClaimSetup
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.law import Law
from bench.model.load import LoadType, parameter
from bench.model.pattern import Pattern
from bench.model.trial import Trial
from bench.plan.claim_trials import chosen_claims, laws_of, trials_of_claims
from bench.plan.trials import Request, seed_of
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import AgreesWithLaw, Threshold


@dataclass(frozen=True, kw_only=True)
class SmallLoad:
    event_rate_per_s: float = parameter(1.0, "/s", "how often", low=0.01, high=1000)
    audience: str = parameter("every", "", "whom", choices=("every", "one"))
    trace: str = parameter("", "", "a file")


RATES = ClaimSetup(("a", "b"), {"clients": "10", "event_rate": "1,5/s", "warmup": "0s"})
ONE = ClaimSetup(("a", "c"), {"clients": "10", "event_rate": "5/s", "warmup": "0s"})
SPOKEN = ClaimSetup(
    ("a",), {"event_rate": "5/s", "clients": "10", "warmup": "0s", "audience": "every"}
)
LONGER = ClaimSetup(
    ("a",), {"clients": "10", "event_rate": "5/s", "warmup": "0s", "duration": "60s"}
)


def claim(identity: str, *setups: ClaimSetup) -> Claim:
    return Claim(identity, f"statement {identity}", setups, None)


CLAIMS = (
    claim("A1", RATES),
    claim("A2", RATES, ONE),
    claim("A3", SPOKEN),
    claim("A4", LONGER),
)
EXPERIMENT = Experiment("e", "E", "?", LoadType(SmallLoad), (), "", (), (), {}, {}, claims=CLAIMS)
PATTERNS = [Pattern("e", name, name, "") for name in "abc"]


def planned(
    ids: str, patterns: list[Pattern] = PATTERNS, first: int = 0, **changes: Any
) -> list[Trial]:
    request = Request(("e",), **{"repeats": 2, "seed": 3, **changes})
    return trials_of_claims(EXPERIMENT, chosen_claims(EXPERIMENT, ids), patterns, request, first)


def places(trials: list[Trial]) -> Counter[tuple[str, float, float]]:
    return Counter((t.pattern, t.load["event_rate_per_s"], t.load["duration_s"]) for t in trials)


def test_exactly_the_trials_of_the_scenes() -> None:
    wanted = {("e/a", 1, 10): 2, ("e/a", 5, 10): 2, ("e/b", 1, 10): 2, ("e/b", 5, 10): 2}
    assert places(planned("A1")) == wanted
    assert {trial.load["clients"] for trial in planned("A1")} == {10}
    assert {trial.load["warmup_s"] for trial in planned("A1")} == {0}


def test_what_claims_share_is_run_once() -> None:
    assert places(planned("A1,A2")) == places(planned("A1")) | Counter({("e/c", 5, 10): 2})
    assert places(planned("A1,A1")) == places(planned("A1"))
    # The same load in other words, in another order.
    assert places(planned("A1,A3")) == places(planned("A1"))


def test_equal_loads_have_one_level() -> None:
    at_five = [t.level for t in planned("A1,A2,A3") if t.load["event_rate_per_s"] == 5]
    assert at_five == [{"clients": 10, "event_rate": 5}] * len(at_five)


def test_levels_name_what_the_scene_speaks_of() -> None:
    (trial, *_) = planned("A3")
    assert trial.level == {"event_rate": 5, "clients": 10, "audience": "every"}


def test_loads_that_differ_in_length_only_have_levels_of_their_own() -> None:
    found = {trial.load["duration_s"]: trial.level for trial in planned("A2,A4", PATTERNS[:1])}
    assert set(found) == {10, 60}
    assert found[10] != found[60]
    assert found[60]["duration"] == 60


def test_a_path_is_no_level() -> None:
    for trial in planned("A1", settings={"trace": "a/b.csv"}):
        assert trial.load["trace"] == "a/b.csv"
        assert "/" not in trial.folder.removeprefix(f"{trial.number:04d}-")


def test_repeats_are_blocks_of_one_seed_in_changing_order() -> None:
    trials = planned("all", repeats=6, first=4)
    assert [trial.number for trial in trials] == list(range(4, 4 + len(trials)))
    size = len(trials) // 6
    blocks = [trials[start : start + size] for start in range(0, len(trials), size)]
    for repeat, block in enumerate(blocks, 1):
        assert {(t.repeat, t.seed) for t in block} == {(repeat, seed_of(3, repeat))}
        assert places(block) == places(blocks[0])
    orders = {tuple((t.pattern, *t.load.values()) for t in block) for block in blocks}
    assert len(orders) > 1
    assert planned("all", repeats=6, first=4) == trials
    assert planned("all", repeats=6, seed=4, first=4) != trials


def test_the_users_settings_outweigh_the_scenes() -> None:
    assert places(planned("A1", settings={"event_rate": "7/s"})) == {
        ("e/a", 7, 10): 2,
        ("e/b", 7, 10): 2,
    }


def test_patterns_that_cannot_run_are_left_out() -> None:
    assert {trial.pattern for trial in planned("A2", PATTERNS[:1])} == {"e/a"}


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ("A9", "claims=A9: unknown claim; e has A1, A2, A3, A4"),
        ("A1,x", "claims=x: unknown claim; e has A1, A2, A3, A4"),
        (" , ", "claims= , : no claim is named; write e.g. --claims N1,N6 or all"),
    ],
)
def test_unknown_ids_are_refused(ids: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        chosen_claims(EXPERIMENT, ids)
    assert str(refused.value) == message


def refusal(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(UsageError) as refused:
        call(*arguments, **named)
    return str(refused.value)


def test_what_gives_no_trials_is_refused() -> None:
    bare = Experiment("e", "E", "?", LoadType(SmallLoad), (), "", (), (), {}, {})
    assert refusal(chosen_claims, bare, "all") == "claims=all: e has no claims; remove --claims"
    assert refusal(planned, "A1", PATTERNS[2:]) == (
        "claims=A1: they need patterns that were not chosen; name e or one of a, b"
    )
    assert refusal(planned, "A1", repeats=0) == ("repeats=0: must be at least 1; write --repeats 6")


def test_ids_are_chosen_in_the_order_given() -> None:
    assert [c.id for c in chosen_claims(EXPERIMENT, "A2, A1")] == ["A2", "A1"]
    assert chosen_claims(EXPERIMENT, "all") == list(CLAIMS)


def test_every_experiments_claims_can_be_planned() -> None:
    for experiment in measured.EXPERIMENTS.values():
        patterns = list(measured.PATTERNS[experiment.name].values())
        request = Request((experiment.name,), repeats=1)
        trials = trials_of_claims(experiment, experiment.claims, patterns, request)
        called = [(trial.pattern, *trial.level.items()) for trial in trials]
        assert len(set(called)) == len(called)
        assert all(len(trial.folder) < 200 for trial in trials)


def test_only_the_laws_of_the_claims_are_calibrated() -> None:
    """Wherever they stand: in rules of a rule, and in preconditions."""
    law, other = (
        Law(name, "", "", "latency_mean", ("sse",), lambda *_: 1.0) for name in ("A-1", "B-1")
    )
    agrees = [AgreesWithLaw("latency_mean", "ms", "sse", one, one.id) for one in (law, other)]
    plain = Threshold("latency_mean", "ms", "sse", at_most=1)
    claim = Claim("X", "it is so", (), AllOf((plain, AllOf((agrees[0],)))), preconditions=())
    assert laws_of([claim]) == [law]
    both = dataclasses.replace(claim, preconditions=(agrees[1],))
    assert {one.id for one in laws_of([both, both])} == {"A-1", "B-1"}
    assert laws_of([dataclasses.replace(claim, rule=plain)]) == []
