"""How long trials will take, and which of them take longest: said before a run starts.  Pure.

Knows trials and, where they were planned for claims, whose they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.model.claim import Claim
from bench.model.experiment import Experiment
from bench.model.pattern import Pattern
from bench.model.trial import Trial
from bench.plan.claim_trials import places_of
from bench.plan.trials import seconds_of

MOST_PARTS = 5
CALIBRATION = "calibration"


@dataclass(frozen=True)
class Share:
    """Some trials of a run, and what they are called."""

    words: str
    trials: Sequence[Trial]

    @property
    def seconds(self) -> float:
        return seconds_of(self.trials)


def by_pattern(trials: Sequence[Trial]) -> list[Share]:
    """The trials by pattern, and apart those that calibrate."""
    found: dict[str, list[Trial]] = {}
    for trial in trials:
        name = CALIBRATION if trial.calibrates else trial.pattern
        found.setdefault(name, []).append(trial)
    return [Share(name, own) for name, own in found.items()]


def by_claim(
    experiment: Experiment,
    claims: Sequence[Claim],
    patterns: Sequence[Pattern],
    settings: Mapping[str, str],
    trials: Sequence[Trial],
) -> list[Share]:
    """The trials by the claims that need them: one share for those that need the same."""
    needs = [
        (claim.id, place.pattern, place.load)
        for claim in claims
        for setup in claim.setups
        for place in places_of(experiment, setup, patterns, settings)
    ]
    found: dict[str, list[Trial]] = {}
    for trial in trials:
        ids = [
            one for one, pattern, load in needs if (pattern, load) == (trial.pattern, trial.load)
        ]
        words = CALIBRATION if trial.calibrates else ", ".join(dict.fromkeys(ids))
        found.setdefault(words, []).append(trial)
    return [Share(words, own) for words, own in found.items()]


def lines(shares: Sequence[Share]) -> list[str]:
    """What takes longest, in order; nothing where there is one share only."""
    if len(shares) < 2:
        return []
    longest = sorted(shares, key=lambda one: -one.seconds)
    rest = [trial for one in longest[MOST_PARTS:] for trial in one.trials]
    shown = [*longest[:MOST_PARTS], *([Share("the others", rest)] if rest else [])]
    return [
        "what takes longest:",
        *(f"  {minutes(one.seconds)}  {one.words}: {_count(one.trials)}" for one in shown),
    ]


def _count(trials: Sequence[Trial]) -> str:
    return f"{len(trials)} trial{'s' * (len(trials) != 1)}"


def minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
