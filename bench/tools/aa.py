"""A pattern against itself (A/A): pairs, comparisons, how many verdicts are false, as tables.

Both sides are the same, so every "lower" or "higher" is false; at the 95 % level about one
comparison in twenty says so.  Takes numbers by trial; must not know where they came from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scipy.stats import binom

from bench.model.units import significant
from bench.plan.trials import seed_of
from bench.stats.estimates import CONFIDENCE
from bench.stats.two_samples import Comparison, compare, holm
from reports.fitted_table import FittedTable, fitted

REPEATS = 5
FALSE = ("lower", "higher")
"""Verdicts that cannot be true of a pattern against itself."""

SURPRISE = 0.99
"""More false verdicts than chance gives in so many of 100 proofs are a defect."""


def seeds(comparisons: int) -> list[int]:
    """The seeds of a run: two trials side by side are a pair and see the same events."""
    return [seed_of(1, pair) for pair in range(comparisons * REPEATS) for _ in range(2)]


@dataclass(frozen=True)
class Tally:
    """Verdicts of one metric over A/A comparisons: all that could be made, and the false ones."""

    made: int = 0
    false: int = 0
    corrected: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.made + other.made, self.false + other.false, self.corrected + other.corrected
        )


def sides(
    values: Mapping[int, Mapping[str, float]], comparison: int, key: str
) -> tuple[list[float], list[float]]:
    """A and B of one comparison: of each pair one trial, A going first in every other pair."""
    a, b = [], []
    for pair in range(comparison * REPEATS, (comparison + 1) * REPEATS):
        first, second = (values[2 * pair + turn].get(key, math.nan) for turn in (0, 1))
        a.append(second if pair % 2 else first)
        b.append(first if pair % 2 else second)
    return a, b


def judged(
    values: Mapping[int, Mapping[str, float]], comparison: int, keys: Sequence[str]
) -> dict[str, Tally]:
    """The verdicts of one comparison; Holm's family are its metrics."""
    return {
        key: Tally(
            int(one.has_interval),
            int(one.verdict in FALSE),
            int(one.verdict_at(corrected) in FALSE),
        )
        for key, (one, corrected) in compared(values, comparison, keys).items()
    }


def compared(
    values: Mapping[int, Mapping[str, float]], comparison: int, keys: Sequence[str]
) -> dict[str, tuple[Comparison, float]]:
    """One comparison's metrics, each with its p value corrected by Holm."""
    made = {key: compare(*sides(values, comparison, key), paired=True) for key in keys}
    corrected = holm([one.p_value for one in made.values()])
    return dict(zip(made, zip(made.values(), corrected, strict=True), strict=True))


def whole_comparisons(values: Mapping[int, Any]) -> int:
    """How many comparisons have all their trials: they are run in order."""
    count = 0
    while count in values:
        count += 1
    return count // (2 * REPEATS)


def expected_most(made: int) -> int:
    """False verdicts that chance alone stays within, in 99 of 100 proofs."""
    return int(binom.ppf(SURPRISE, made, 1 - CONFIDENCE))


def tally_of(values: Mapping[int, Mapping[str, float]], keys: Sequence[str]) -> dict[str, Tally]:
    total = dict.fromkeys(keys, Tally())
    for comparison in range(whole_comparisons(values)):
        found = judged(values, comparison, keys)
        total = {key: total[key] + found[key] for key in keys}
    return total


def one_table(
    values: Mapping[int, Mapping[str, float]], keys: Sequence[str], subject: str
) -> FittedTable:
    """A single A/A comparison: what it says of each metric."""
    title = f"A/A: {subject} against itself, {REPEATS} pairs"
    rows = []
    for key, (one, corrected) in compared(values, 0, keys).items():
        sign = "" if one.kind == "ratio" else " more"
        within = f"{significant(one.low)} to {significant(one.high)}" if one.has_interval else "-"
        shown = f"{significant(one.value)}{sign}"
        rows.append((key, shown, within, one.verdict, one.verdict_at(corrected)))
    return fitted(("metric", "B / A", "95 % interval", "verdict", "after Holm"), rows, title)


def in_sum(tallies: Mapping[str, Tally]) -> str:
    """What the verdicts come to, in a sentence."""
    one = sum(tallies.values(), Tally())
    return (
        f"{one.false} of {one.made} A/A comparisons falsely say lower or higher at the 95 % level "
        f"(chance gives about {one.made * (1 - CONFIDENCE):.1f}), {one.corrected} after Holm"
    )


def all_table(tallies: Mapping[str, Tally], comparisons: int, subject: str) -> FittedTable:
    title = f"A/A: {subject} against itself, {comparisons} x {REPEATS} pairs"
    headers = ("metric", "comparisons", "false at 95 %", "chance gives", "false after Holm")
    shown = dict(tallies)
    if len(shown) > 1:
        shown["all"] = sum(tallies.values(), Tally())
    rows = []
    for key, one in shown.items():
        # Metrics of one comparison hang together, so no bound is told for all of them.
        most = f", at most {expected_most(one.made)}" if key != "all" else ""
        chance = f"{one.made * (1 - CONFIDENCE):.1f}{most}"
        rows.append((key, str(one.made), str(one.false), chance, str(one.corrected)))
    return fitted(headers, rows, title, numbers=4)
