"""What a run says before it starts: which trials take longest."""

from __future__ import annotations

import dataclasses

import pytest
from measured import EXPERIMENTS, PATTERNS

from bench.model.trial import Trial
from bench.plan.claim_trials import trials_of_claims
from bench.plan.outlook import CALIBRATION, MOST_PARTS, Share, by_claim, by_pattern, lines, minutes
from bench.plan.trials import Request, seconds_of

LOAD = {"warmup_s": 0.5, "duration_s": 8.0}


def trial(pattern: str, seconds: float = 8.0, calibrates: bool = False) -> Trial:
    load = {**LOAD, "duration_s": seconds}
    return Trial(0, pattern, {}, 1, 1, load, calibrates=calibrates)


def test_what_takes_longest_comes_first() -> None:
    shares = by_pattern([trial("a/x"), trial("a/y", 80), trial("a/x", calibrates=True)])
    assert [one.words for one in shares] == ["a/x", "a/y", CALIBRATION]
    assert lines(shares) == [
        "what takes longest:",
        "  82 s  a/y: 1 trial",
        "  10 s  a/x: 1 trial",
        "  10 s  calibration: 1 trial",
    ]


def test_one_share_needs_no_words() -> None:
    assert lines(by_pattern([trial("a/x")] * 3)) == []


def test_many_shares_are_a_few_and_the_others() -> None:
    shares = [Share(str(n), [trial("a/x", 10 * n)]) for n in range(1, 9)]
    found = lines(shares)
    assert len(found) == 1 + MOST_PARTS + 1
    assert found[-1].endswith("the others: 3 trials")


@pytest.mark.parametrize(("seconds", "words"), [(12, "12 s"), (89, "89 s"), (600, "10 min")])
def test_times_are_rounded(seconds: float, words: str) -> None:
    assert minutes(seconds) == words


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_trial_of_claims_is_somebodys(name: str) -> None:
    experiment = EXPERIMENTS[name]
    if not experiment.claims:
        return
    patterns = list(PATTERNS[name].values())
    trials = trials_of_claims(experiment, experiment.claims, patterns, Request((name,), repeats=1))
    more = [*trials, dataclasses.replace(trials[0], calibrates=True)]
    shares = by_claim(experiment, experiment.claims, patterns, {}, more)
    ids = {claim.id for claim in experiment.claims}
    for one in shares:
        assert one.words == CALIBRATION or set(one.words.split(", ")) <= ids
    assert sum(one.seconds for one in shares) == pytest.approx(seconds_of(more))
