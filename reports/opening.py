"""What a report opens with: who is first and by how much, then what is not decided.  Pure.

The experiment supplies the words (bench.model.answer), the run the numbers: a comparison is said
only where it is decided among all that the opening compares (bench.verdicts.contrasts), and a
turning point only where a claim found one.  Knows no experiment.
"""

from __future__ import annotations

import dataclasses
import math
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.analysis.evaluated import Evaluated, ExperimentResult, JudgedClaim
from bench.analysis.judging import evidence_of
from bench.model.answer import Answer, Contrast, TurningPoint
from bench.model.units import show, significant
from bench.stats.estimates import Estimate
from bench.verdicts.contrasts import MOST_REPEATS, Difference, decided, difference
from bench.verdicts.evidence import Cell, Evidence
from bench.verdicts.judgement import Number
from bench.verdicts.spreads import Exact, pooled
from reports.claims_section import title_of
from reports.numbers import interval, listed, number, sentence_case
from reports.opening_words import Names, Times, amounts, at_most, bare, counted, filled, multiples

BEFORE_UNIT = re.compile(r"(?<=\d)(?=[^\d.,])")
"""Between a number and its unit: "50ms" is typed, "50 ms" is read."""

MOST_SENTENCES = 3
MOST_OPEN = 2
"""So many undecided comparisons are named."""

SINGLE = (
    "Each value comes from a single trial and has no interval, so nothing is compared. "
    "Add --repeats 3."
)


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
        return [one.second for one in self.differences if one.is_less is is_less]


@dataclass(frozen=True)
class Opening:
    """The sentences, the last line on what is open ("" for nothing), and repeats for that."""

    sentences: tuple[str, ...]
    open: str = ""
    repeats: int = 0

    @property
    def lines(self) -> list[str]:
        return [*self.sentences, *([self.open] if self.open else [])]


def opening(result: ExperimentResult) -> list[str]:
    """At most three sentences and one line on what is open; none where nothing is compared."""
    found = opening_of(result)
    missing = _without_trials(result)
    last = " ".join(part for part in (found.open, missing) if part)
    return [*found.sentences, *([last] if last else [])]


def opening_of(result: ExperimentResult) -> Opening:
    names = Names(
        lambda name: title_of(result, name),
        lambda key: result.metric(key).title,
        lambda key: result.metric(key).unit,
        lambda key: result.metric(key).better,
    )
    answer = answer_of(result)
    compared = [pattern.name for pattern in result.patterns if pattern.compared]
    cells = [cell for cell in evidence_of(result).cells if cell.pattern in compared]
    keys = [one.metric for one in answer.contrasts]
    with_quantiles = [_with_quantiles(result, cell, keys) for cell in cells]
    return said(answer, Evidence(with_quantiles, {}), result.claims, names)


def _with_quantiles(result: ExperimentResult, cell: Cell, keys: Sequence[str]) -> Cell:
    """Percentiles that all trials together carry, as each of them has it."""
    groups = (group for group in result.groups if group.load is cell.typed_load)
    group = next(one for one in groups if one.pattern == cell.pattern)
    carried = [key for key in keys if not math.isnan(group.estimates[key].value)]
    trials = {
        one.record.trial.repeat: {key: one.value(key) for key in carried} for one in group.used
    }
    merged = {repeat: {**values, **trials[repeat]} for repeat, values in cell.trials.items()}
    return dataclasses.replace(cell, trials=merged)


def answer_of(result: ExperimentResult) -> Answer:
    """The experiment's own words, or plain ones for the metrics of its trade-off."""
    if result.experiment.answer is not None:
        return result.experiment.answer
    pairs = result.experiment.tradeoff
    keys = [*(y for _, y in pairs), *(x for x, _ in pairs)] or [*result.experiment.headline[:2]]
    return Answer(tuple(_plain(result, key) for key in dict.fromkeys(keys)))


def _plain(result: ExperimentResult, key: str) -> Contrast:
    title = result.metric(key).title
    rest = f"[has|have] {{times}} times the {title}"
    return Contrast(key, (), "", has=f"[has|have] a {title} of {{value}}", rest=rest)


def settling(result: ExperimentResult, command: str) -> str:
    """The command that would decide what is open; "" where nothing is, or nothing would."""
    repeats = opening_of(result).repeats
    if not repeats:
        return ""
    return shlex.join([*_without(shlex.split(command)), "--repeats", str(repeats)])


def _without(words: Sequence[str]) -> list[str]:
    """A command without its own repeats and seed."""
    kept, skips = [], False
    for word in words:
        if not skips and not word.startswith(("--repeats=", "--seed=")):
            skips = word in ("--repeats", "--seed")
            kept += [] if skips else [word]
        else:
            skips = False
    return kept


def settling_of(evaluated: Evaluated) -> str:
    """The same for a run: of its first experiment that has something open."""
    found = (settling(result, evaluated.file.command) for result in evaluated.experiments)
    return next((one for one in found if one), "")


def _without_trials(result: ExperimentResult) -> str:
    """Patterns that were tried and have no trial that can be used."""
    tried = {name for name, _ in result.grid}
    used = {pattern.name for pattern in result.measured}
    names = [one.title for one in result.patterns if one.name in tried - used]
    return f"No usable trial: {listed(names)}." if names else ""


def said(
    answer: Answer, evidence: Evidence, claims: Sequence[JudgedClaim], names: Names
) -> Opening:
    """The sentences: what differs at one level, where it turns, and what is open."""
    cells = spoken_of(answer, evidence)
    if cells and len(cells) > 1 and max(len(cell.trials) for cell in cells) < 2:
        return Opening((SINGLE,))
    compared = compare(answer, cells)
    lines = [line for one in compared if (line := _sentence(one, names))]
    turns = [words for one in answer.says if (words := _turn_words(one, claims))]
    if turns:
        lines = [*lines[: MOST_SENTENCES - 1], listed(turns)]
    lines = [f"{sentence_case(line)}." for line in lines[:MOST_SENTENCES]]
    if lines and (level := _level_words(answer, cells[0]) if compared else ""):
        lines[0] = level + lines[0]
    words, repeats = _open(compared, names)
    return Opening(tuple(lines), words, repeats)


def spoken_of(answer: Answer, evidence: Evidence) -> list[Cell]:
    """The cells of the one load that the answer is about: where most can be compared, and of
    these the one with most of the wanted values.
    """
    loads: list[Mapping[str, Any]] = []
    for cell in evidence.cells:
        if cell.load not in loads:
            loads.append(cell.load)
    groups = [[cell for cell in evidence.cells if cell.load == load] for load in loads]
    return max(groups, key=lambda cells: _worth(answer, cells), default=[])


def _worth(answer: Answer, cells: Sequence[Cell]) -> tuple[int, int, int]:
    names = {cell.pattern for cell in cells}
    can = sum(one.other in names and not names.isdisjoint(one.patterns) for one in answer.contrasts)
    wanted = sum(cells[0].load.get(name) == value for name, value in answer.at.items())
    return can, wanted, len(names)


def compare(answer: Answer, cells: Sequence[Cell]) -> list[Compared]:
    """All that can be compared at one load, decided as one family."""
    found = [_compared(one, cells) for one in answer.contrasts]
    kept = [one for one in found if one is not None]
    family = iter(decided([entry for one in kept for entry in one.differences]))
    return [
        Compared(one.contrast, one.cells, tuple(next(family) for _ in one.differences))
        for one in kept
    ]


def _compared(contrast: Contrast, cells: Sequence[Cell]) -> Compared | None:
    """The contrast with the patterns that were measured; None where there are not two."""
    known = {cell.pattern: cell for cell in cells if _has(cell, contrast.metric)}
    wanted = [name for name in contrast.patterns if name in known and name != contrast.other]
    is_as_declared = contrast.other in known and bool(wanted)
    names = wanted if is_as_declared else [name for name in known if name != contrast.other]
    first = contrast.other if contrast.other in known else names.pop() if names else ""
    if not first or not names:
        return None
    differences = [difference(known[first], known[name], contrast.metric) for name in names]
    used = tuple(known[name] for name in (first, *names))
    return Compared(contrast, used, tuple(one for one in differences if one is not None))


def _has(cell: Cell, metric: str) -> bool:
    values = [cell.value(metric, repeat) for repeat in cell.repeats]
    return bool(values) and not any(math.isnan(value) for value in values)


def _sentence(found: Compared, names: Names) -> str:
    """ "SSE brings an event after 1.5 ms; short polling takes 330 times as long (300 to 360)"."""
    if any(one.kind == "difference" for one in found.differences) or _all_nothing(found):
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
    one = next(each for each in found.differences if each.second == (of if is_reference else who))
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
    is_decided = any(one.is_less is not None for one in found.differences)
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


def _open(compared: Sequence[Compared], names: Names) -> tuple[str, int]:
    """What the run does not decide, in one line, and how many repeats would."""
    alike, undecided, repeats = [], [], []
    for found in compared:
        for one in found.differences:
            if one.is_less is not None or one.kind != "ratio":
                continue
            pair = f"{bare(names.title(one.second))} or {bare(names.title(one.first))}"
            by = names.metric(one.metric)
            if one.is_same:
                alike.append(f"{pair} by {by}")
            else:
                ends = f"{significant(one.low, 2)} to {significant(one.high, 2)}"
                undecided.append(f"{pair} by {by} ({significant(one.value)}, {ends})")
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
        return f"{MOST_REPEATS} repeats would not decide it."
    what = "it" if count == 1 else "all" if enough == count else f"{enough} of these {count}"
    return f"{repeats} repeats should decide {what}."


def _first(texts: list[str]) -> list[str]:
    more = len(texts) - MOST_OPEN
    return [*texts[:MOST_OPEN], f"{more} more"] if more > 0 else texts


# --- words for a level and for a turning point ------------------------------------------


def _level_words(answer: Answer, cell: Cell) -> str:
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


def _turn_words(one: Contrast | TurningPoint, claims: Sequence[JudgedClaim]) -> str:
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
