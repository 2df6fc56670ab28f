"""Adding repeats until intervals are as narrow as asked: what to add next.  Pure.

Decides only; the runner measures and asks again.  Repeats are added in whole
blocks, as a plan makes them: every pattern and level that is not yet narrow
enough once, in shuffled order, all with the block's seed.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from bench.analysis.gates import metric_named
from bench.analysis.metrics import Metric
from bench.model.errors import UsageError
from bench.model.records import Goal
from bench.model.trial import Trial
from bench.plan.trials import seed_of
from bench.stats.estimates import Estimate

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
        raise UsageError(f"--until-precise {text}: the % is missing; write {number}%")
    if not 0 < float(number) < 100:
        raise UsageError(f"--until-precise {text}: must lie between 0% and 100%; write e.g. 5%")
    metric_named(metric, known, f"--metric {metric}")
    return Goal(metric, float(number) / 100, most_repeats)


def check_repeats(wanted: Goal | None, repeats: int) -> None:
    """The planned repeats must leave room for more."""
    if wanted is not None and wanted.most_repeats <= repeats:
        raise UsageError(
            f"--most-repeats {wanted.most_repeats}: {repeats} are planned already; "
            f"write --most-repeats {max(30, 2 * repeats)}, or fewer --repeats"
        )


def group_key(trial: Trial) -> GroupKey:
    return trial.pattern, tuple(sorted(trial.level.items()))


def is_narrow(entry: Estimate, wanted: Goal) -> bool:
    """Whether the interval is as narrow as asked; trials that all agree are."""
    if not entry.has_interval:
        return False
    return entry.high == entry.low or entry.half_width_share <= wanted.share


@dataclass(frozen=True)
class Decision:
    """What to add next (nothing: it is over), and one line on where it stands."""

    trials: list[Trial]
    words: str


def decide(
    trials: Sequence[Trial],
    estimates: Mapping[GroupKey, Estimate],
    wanted: Goal,
    seed: int,
    compared: Set[str],
) -> Decision:
    """What to add to the trials that were planned so far, given what they showed.

    Only patterns that are compared count.  Where no trial gave a value (a
    percentile that one trial cannot carry, a pattern that always fails), more
    of the same would not help: such a place is left alone, and named.
    """
    places = dict.fromkeys(
        group_key(one) for one in trials if one.pattern in compared and not one.calibrates
    )
    silent = [place for place in places if place not in estimates or not estimates[place].trials]
    wide = [p for p in places if p not in silent and not is_narrow(estimates[p], wanted)]
    block = next_block(trials, wide, wanted, seed)
    words = [_outlook(wide, estimates, wanted)] if wide or not silent else []
    if wide and not block:
        words.append(f"the maximum of {wanted.most_repeats} repeats is reached")
    if silent and not block:
        names = ", ".join(map(_words, silent))
        words.append(f"no trial gives {wanted.metric} for {names}; raise duration or rate")
    return Decision(block, "; ".join(words))


def next_block(
    trials: Sequence[Trial], places: Sequence[GroupKey], wanted: Goal, seed: int
) -> list[Trial]:
    """One further repeat of these places; empty where there is none or the bound is reached."""
    repeat = max((trial.repeat for trial in trials), default=0) + 1
    if not places or repeat > wanted.most_repeats:
        return []
    models = {group_key(trial): trial for trial in trials if not trial.calibrates}
    block = list(places)
    random.Random(f"{seed}/order/{repeat}").shuffle(block)
    first = max(trial.number for trial in trials) + 1
    shared = seed_of(seed, repeat)
    return [
        replace(models[place], number=first + turn, repeat=repeat, seed=shared)
        for turn, place in enumerate(block)
    ]


def _outlook(wide: Sequence[GroupKey], estimates: Mapping[GroupKey, Estimate], wanted: Goal) -> str:
    """`2 intervals of latency_p99 are not yet within +-5%, the widest +-8% (notifications/sse)`."""
    aim = f"within +-{wanted.share * 100:g}%"
    if not wide:
        return f"all intervals of {wanted.metric} are {aim}"
    widths = {place: estimates[place].half_width_share for place in wide}
    known = {place: width for place, width in widths.items() if not math.isnan(width)}
    text = f"{len(wide)} intervals of {wanted.metric} are not yet {aim}"
    if not known:
        return text
    widest = max(known, key=lambda place: known[place])
    return f"{text}, the widest +-{known[widest]:.0%} ({_words(widest)})"


def _words(place: GroupKey) -> str:
    return " ".join([place[0], *(f"{name}={value}" for name, value in place[1])])
