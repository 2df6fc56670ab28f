"""The sentences of an opening: one a contrast, one for what is open, words for levels and turns.

Pure.  Words of what has been decided (bench.verdicts.contrasts); decides nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bench.analysis.evaluated import JudgedClaim
from bench.model.answer import Answer, Contrast, TurningPoint
from bench.model.units import show, significant
from bench.stats.estimates import Estimate
from bench.verdicts.contrasts import MOST_REPEATS, Difference
from bench.verdicts.evidence import Cell
from bench.verdicts.judgement import Number
from bench.verdicts.spreads import Exact, pooled
from reports.numbers import interval, listed, number
from reports.opening_words import Names, Times, amounts, at_most, bare, counted, filled, multiples

BEFORE_UNIT = re.compile(r"(?<=\d)(?=[^\d.,])")
"""Between a number and its unit: "50ms" is typed, "50 ms" is read."""

MOST_OPEN = 2
"""So many undecided comparisons are named."""


@dataclass(frozen=True)
class Compared:
    """One contrast as the run has it: its cells, the reference first, and what differs."""

    contrast: Contrast
    cells: tuple[Cell, ...]
    differences: tuple[Difference, ...]

    @property
    def reference(self) -> str:
        return self.cells[0].pattern

    def cell(self, pattern: str) -> Cell:
        return next(cell for cell in self.cells if cell.pattern == pattern)

    def decided(self, is_less: bool) -> list[str]:
        return [one.second for one in self.to_reference if one.is_less is is_less]

    @property
    def to_reference(self) -> list[Difference]:
        """All but those between the patterns that are set against it."""
        return [one for one in self.differences if one.first == self.reference]


def sentence(found: Compared, names: Names) -> str:
    """ "SSE brings an event after 1.5 ms; short polling takes 330 times as long (300 to 360)"."""
    if any(one.kind == "difference" for one in found.to_reference) or _all_nothing(found):
        return _sentence_of_shares(found, names)
    reference, metric = found.reference, found.contrast.metric
    lower_first = names.better(metric) != "higher"
    ahead, behind = found.decided(lower_first), found.decided(not lower_first)
    parts = []
    if ahead:
        parts = [_has_words(found, ahead, names), _rest_words(found, [reference], ahead, names)]
    elif behind:
        parts = [_has_words(found, [reference], names)]
    if behind:
        against = f" as {names.title(reference)}" if ahead else ""
        parts.append(_rest_words(found, behind, [reference], names) + against)
    return "; ".join(parts)


def _has_words(found: Compared, who: Sequence[str], names: Names) -> str:
    metric = found.contrast.metric
    values = [_mean(found.cell(name), metric) for name in who]
    counts = _counts_of(found.cell(who[0]), metric)
    is_share = counts is not None and counts.counts.kind == "share"
    words = amounts(values, names.unit(metric), is_share)
    return filled(found.contrast.has, who, names, value=words)


def _rest_words(found: Compared, who: Sequence[str], of: Sequence[str], names: Names) -> str:
    """How many times what `of` has they have."""
    ratios = [_times_of(found, one, other) for one in who for other in of]
    return multiples(found.contrast.rest, who, names, ratios)


def _times_of(found: Compared, who: str, of: str) -> Times:
    """Value and ends of who / of, one of which is the reference."""
    is_reference = who == found.reference
    name = of if is_reference else who
    one = next(each for each in found.to_reference if each.second == name)
    if is_reference:
        return 1 / one.value, 1 / one.high, 1 / one.low
    return one.value, one.low, one.high


def _mean(cell: Cell, metric: str) -> float:
    values = [cell.value(metric, repeat) for repeat in cell.repeats]
    return sum(values) / len(values)


# --- shares of which some are 0 -----------------------------------------------------


def _counts_of(cell: Cell, metric: str) -> Exact | None:
    counts = pooled([cell.counted(metric, repeat) for repeat in cell.repeats])
    return None if counts is None else Exact(counts, len(cell.repeats))


def _all_nothing(found: Compared) -> bool:
    """Whether nobody has any of it, and it was counted."""
    counts = [_counts_of(cell, found.contrast.metric) for cell in found.cells]
    return all(one is not None and one.counts.hits == 0 for one in counts)


def _sentence_of_shares(found: Compared, names: Names) -> str:
    """ "Redis and tokens break no workflow (at most 0.8 %); memory breaks 48 % (45 to 52 %)"."""
    metric = found.contrast.metric
    counts = {cell.pattern: _counts_of(cell, metric) for cell in found.cells}
    known = {name: one for name, one in counts.items() if one is not None}
    nothing = [name for name, one in known.items() if one.counts.hits == 0]
    rest = [name for name in known if name not in nothing]
    is_decided = any(one.is_less is not None for one in found.to_reference)
    if not found.contrast.none or (rest and not is_decided):
        return ""
    parts = []
    if nothing:
        bound = at_most([known[name] for name in nothing])
        parts.append(f"{filled(found.contrast.none, nothing, names)} ({bound})")
    if rest:
        values = [counted(_mean(found.cell(name), metric), known[name]) for name in rest]
        parts.append(filled(found.contrast.has, rest, names, value=listed(values)))
    if names.better(metric) == "higher":
        parts.reverse()
    return "; ".join(parts)


# --- what is open --------------------------------------------------------------------


def open_words(compared: Sequence[Compared], names: Names) -> tuple[str, int]:
    """What the run does not decide, in one line, and how many repeats would."""
    alike, undecided, repeats = [], [], []
    for found in compared:
        for one in found.differences:
            if one.is_less is not None or one.kind != "ratio":
                continue
            titles = [bare(names.title(name)) for name in (one.second, one.first)]
            by = names.metric(one.metric)
            if one.is_same:
                alike.append(f"{' and '.join(titles)} by {by}")
            else:
                ends = f"{significant(one.low, 2)} to {significant(one.high, 2)}"
                undecided.append(
                    f"{' or '.join(titles)} by {by} ({significant(one.value)}, {ends})"
                )
                repeats.append(one.repeats)
    words = []
    if alike:
        words.append(f"The same within 10 %: {listed(_first(alike))}.")
    if undecided:
        words.append(f"Not decided: {listed(_first(undecided))}.")
    enough = [count for count in repeats if count]
    if repeats:
        words.append(_enough_words(len(enough), len(repeats), max(enough, default=0)))
    return " ".join(words), max(enough, default=0)


def _enough_words(enough: int, count: int, repeats: int) -> str:
    """What more repeats would bring."""
    if not enough:
        return f"Even {MOST_REPEATS} repeats would hardly decide it."
    what = "it" if count == 1 else "them" if enough == count else f"{enough} of these {count}"
    return f"{repeats} repeats should decide {what}."


def _first(texts: list[str]) -> list[str]:
    more = len(texts) - MOST_OPEN
    return [*texts[:MOST_OPEN], f"{more} more"] if more > 0 else texts


# --- words for a level and for a turning point ------------------------------------------


def level_words(answer: Answer, cell: Cell) -> str:
    """ "At 8 events/s and 100 clients: "; what is 0 or off is not named."""
    said = [
        words.format(_shown(cell, name))
        for name, words in answer.level.items()
        if cell.load.get(name)
    ]
    return f"At {listed(said)}: " if said else ""


def _shown(cell: Cell, name: str) -> str:
    """A value with its unit; the template itself says what happens so often a second."""
    unit = cell.unit(name)
    value = cell.load[name]
    if unit == "/s":
        return f"{value:,g}"
    if isinstance(value, str):
        return value
    return BEFORE_UNIT.sub(" ", show(value, unit)) if unit else f"{value:,}"


def turn_words(one: Contrast | TurningPoint, claims: Sequence[JudgedClaim]) -> str:
    """A crossing that a claim found; nothing where it found none, or no interval of it."""
    if not isinstance(one, TurningPoint):
        return ""
    judged = next((each.judgement for each in claims if each.claim.id == one.claim), None)
    if judged is None or judged.verdict != "depends":
        return ""
    for curve in judged.curves:
        place = curve.crossing
        if place is not None and place.has_interval:
            template = one.below if curve.points[0].value < 1 else one.above
            return template.format(x=_place(place))
    return ""


def _place(place: Number) -> str:
    """ "4.9 (4.7 to 5.1)", with a unit that is not a rate's: the words say what it counts."""
    within = interval(Estimate(place.value, place.low, place.high, place.trials))
    unit = "" if place.unit.startswith("/") else f" {place.unit}"
    return f"{number(place.value)}{unit} ({within})"
