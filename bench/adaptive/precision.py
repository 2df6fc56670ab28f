"""Adding repeats until intervals are as narrow as asked: what to add.  Pure.

Two stages: the repeats that were planned are a pilot, and their spread fixes how many there shall
be in all.  No interval is looked at in between, so none is stopped at because it happens to be
narrow.  Decides only; the runner measures.  Repeats are added in whole blocks, as a plan makes
them: every pattern and level that needs one more, in shuffled order, all with the block's seed.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from bench.analysis.gates import metric_named
from bench.analysis.metrics import Metric
from bench.model import hints
from bench.model.errors import UsageError
from bench.model.records import Goal
from bench.model.trial import Trial
from bench.plan.trials import seed_of
from bench.stats.estimates import estimate
from bench.stats.trimmed import FEWEST, MOST
from bench.stats.two_stage import RULE, trials_in_all

SHARE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$")

GroupKey = tuple[str, tuple[tuple[str, object], ...]]
"""A pattern's id and the level's values: what an interval belongs to."""


def goal(text: str, metric: str, most_repeats: int, known: Mapping[str, Metric]) -> Goal:
    """The goal of `--until-precise 5%`; UsageError where a value cannot be meant."""
    match = SHARE.match(text)
    if not match:
        raise UsageError(f"--until-precise {text}: not a percentage; write e.g. 5%")
    number, percent = match.groups()
    if not percent:
        meant = " or ".join(hints.rewritten(text, "%", {}))
        raise UsageError(f"--until-precise {text}: the % is missing; write {meant}")
    if not 0 < float(number) < 100:
        raise UsageError(f"--until-precise {text}: must lie between 0% and 100%; write e.g. 5%")
    metric_named(metric, known, f"--metric {metric}")
    return Goal(metric, float(number) / 100, most_repeats, RULE)


def check_repeats(wanted: Goal | None, repeats: int) -> None:
    """The planned repeats must make a pilot, and leave room for more."""
    if wanted is None:
        return
    if repeats < FEWEST:
        raise UsageError(
            f"--repeats {repeats}: --until-precise needs a pilot of at least {FEWEST}; "
            f"write --repeats {FEWEST}"
        )
    if wanted.most_repeats <= repeats:
        raise UsageError(
            f"--most-repeats {wanted.most_repeats}: {repeats} are planned already; "
            f"write --most-repeats {max(30, 2 * repeats)}, or fewer --repeats"
        )


def group_key(trial: Trial) -> GroupKey:
    return trial.pattern, tuple(sorted(trial.level.items()))


@dataclass(frozen=True)
class Decision:
    """What to add next (nothing: it is over), and one line on where it stands."""

    trials: list[Trial]
    words: str


@dataclass(frozen=True)
class Place:
    """One pattern at one level: its usable values in order, and how many trials it needs in all."""

    key: GroupKey
    values: tuple[float, ...]
    needed: int

    @property
    def missing(self) -> int:
        return max(0, self.needed - len(self.values))

    @property
    def width(self) -> float:
        return estimate(self.values).half_width_share


def decide(
    trials: Sequence[Trial],
    values: Mapping[GroupKey, Sequence[float]],
    pilot: int,
    wanted: Goal,
    seed: int,
    compared: Set[str],
) -> Decision:
    """What to add to the trials that were planned so far, given what they showed.

    `values` has the goal's metric in every trial so far, in order, NaN where a trial is of no
    use; `pilot` is how many repeats were planned.  Only patterns that are compared count.
    Where no trial gave a value (a percentile that one trial cannot carry, a pattern that always
    fails), more of the same would not help: such a place is left alone, and named.
    """
    keys = dict.fromkeys(
        group_key(one) for one in trials if one.pattern in compared and not one.calibrates
    )
    places = [_place(key, values.get(key, ()), pilot, wanted.share) for key in keys]
    silent = [place for place in places if not place.values]
    known = [place for place in places if place.values]
    added = blocks(trials, known, wanted, seed)
    if added:
        return Decision(added, _plan(known, pilot, wanted))
    words = [_outcome(known, pilot, wanted)] if known else []
    if silent:
        names = ", ".join(_words(place.key) for place in silent)
        words.append(f"no trial gives {wanted.metric} for {names}; raise duration or rate")
    return Decision([], "; ".join(words))


def _place(key: GroupKey, values: Sequence[float], pilot: int, share: float) -> Place:
    """Fixed by the first `pilot` usable values; until there are as many, it needs these."""
    usable = tuple(value for value in values if not math.isnan(value))
    if len(usable) < max(pilot, 2):
        return Place(key, usable, max(pilot, 2))
    return Place(key, usable, trials_in_all(usable[: max(pilot, 2)], share))


def blocks(
    trials: Sequence[Trial], places: Sequence[Place], wanted: Goal, seed: int
) -> list[Trial]:
    """The further repeats that these places need, block after block, up to the maximum."""
    last = max((trial.repeat for trial in trials), default=0)
    models = {group_key(trial): trial for trial in trials}
    number = max((trial.number for trial in trials), default=-1)
    found: list[Trial] = []
    missing = {place.key: place.missing for place in places if place.missing}
    most = min(max(missing.values(), default=0), wanted.most_repeats - last)
    for turn in range(most):
        repeat = last + turn + 1
        block = [key for key, count in missing.items() if count > turn]
        random.Random(f"{seed}/order/{repeat}").shuffle(block)
        shared = seed_of(seed, repeat)
        for key in block:
            number += 1
            found.append(replace(models[key], number=number, repeat=repeat, seed=shared))
    return found


def _plan(places: Sequence[Place], pilot: int, wanted: Goal) -> str:
    """`latency_p99 to within ±5%: up to 14 repeats, fixed after the first 6 (two-stage ...)`."""
    short = [place for place in places if place.missing]
    aim = f"{wanted.metric} to within ±{wanted.share * 100:g}%"
    if any(len(place.values) < pilot for place in short):
        return f"{aim}: {pilot} usable trials are needed first"
    most = max(short, key=lambda place: place.needed)
    return (
        f"{aim}: up to {min(most.needed, wanted.most_repeats)} repeats ({_words(most.key)}), "
        f"fixed after the first {pilot} by the {RULE}"
    )


def _outcome(places: Sequence[Place], pilot: int, wanted: Goal) -> str:
    """What was reached, and why not more."""
    words = [f"the {RULE} fixed the number of repeats after the first {pilot}"]
    widths = {place.key: place.width for place in places if not math.isnan(place.width)}
    if widths:
        widest = max(widths, key=lambda key: widths[key])
        words.append(
            f"the widest interval of {wanted.metric} is ±{widths[widest]:.1%} ({_words(widest)})"
        )
    short = [place for place in places if place.missing]
    if short:
        most = max(short, key=lambda place: place.needed)
        count = f"more than {MOST:,}" if most.needed >= MOST else f"{most.needed}"
        words.append(
            f"±{wanted.share * 100:g}% needs {count} repeats of {_words(most.key)}, "
            f"the maximum is {wanted.most_repeats}"
        )
    return "; ".join(words)


def _words(place: GroupKey) -> str:
    return " ".join([place[0], *(f"{name}={value}" for name, value in place[1])])
