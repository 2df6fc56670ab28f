"""What a report opens with: one or two sentences that follow from verdicts.  Pure.

The experiment supplies the words (bench.model.answer), the run the numbers: a comparison is said
only where its interval, with Holm's correction over all that the sentences compare, is clearly on
one side, and a turning point only where a claim found one.  Knows no experiment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.analysis.evaluated import ExperimentResult, JudgedClaim
from bench.analysis.judging import evidence_of
from bench.model.answer import Answer, Contrast, TurningPoint
from bench.model.units import show, significant
from bench.stats.estimates import Estimate
from bench.verdicts.evidence import Cell, Evidence
from bench.verdicts.hypotheses import NEEDED, decide
from bench.verdicts.judgement import Judgement, Number
from bench.verdicts.ratios import Ratio
from reports.claims_section import title_of
from reports.numbers import interval, listed, number, sentence_case, times

BEFORE_UNIT = re.compile(r"(?<=\d)(?=[^\d.,])")
"""Between a number and its unit: "50ms" is typed, "50 ms" is read."""

_PLURAL = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")


@dataclass(frozen=True)
class Compared:
    """One pattern of a contrast, and what was decided of it."""

    contrast: Contrast
    pattern: str
    judgement: Judgement

    @property
    def is_less(self) -> bool | None:
        """None where it is not settled."""
        return {"confirmed": True, "refuted": False}.get(self.judgement.verdict)

    @property
    def ratio(self) -> Number:
        return self.judgement.numbers[0]


Title = Callable[[str], str]
"""A pattern's title by its name."""


def opening(result: ExperimentResult) -> list[str]:
    """At most two sentences; none for an experiment that has no words, or with nothing to say."""
    answer = result.experiment.answer
    if answer is None:
        return []
    evidence = evidence_of(result)
    return said(answer, evidence, result.claims, lambda name: title_of(result, name))


def said(
    answer: Answer, evidence: Evidence, claims: Sequence[JudgedClaim], title: Title
) -> list[str]:
    """The sentences: what differs at one level, and where it turns."""
    cells = spoken_of(answer, evidence)
    compared = contrasts(answer, Evidence(cells, {}))
    lines = []
    if found := _contrast_words(compared, title):
        lines.append(f"{_level_words(answer, cells[0])}{listed(found)}.")
    if turns := [words for one in answer.says if (words := _turn_words(one, claims))]:
        lines.append(f"{sentence_case(listed(turns))}.")
    if not lines and compared:
        lines.append(_unsettled(compared, title))
    return lines


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


def _worth(answer: Answer, cells: Sequence[Cell]) -> tuple[int, int]:
    names = {cell.pattern for cell in cells}
    can = sum(
        one.other in names and not names.isdisjoint(one.patterns)
        for one in answer.says
        if isinstance(one, Contrast)
    )
    return can, sum(cells[0].load.get(name) == value for name, value in answer.at.items())


def contrasts(answer: Answer, evidence: Evidence) -> list[Compared]:
    """All that can be compared at one load, decided as one family."""
    found = [
        (one, pattern, hypothesis)
        for one in answer.says
        if isinstance(one, Contrast)
        for pattern in one.patterns
        for hypothesis in Ratio(one.metric, pattern, one.other, below=1)
        .examine(evidence)
        .hypotheses
    ]
    judgements = decide([hypothesis for _, _, hypothesis in found])
    return [
        Compared(one, pattern, judgement)
        for (one, pattern, _), judgement in zip(found, judgements, strict=True)
        if judgement.numbers and judgement.numbers[0].kind == "ratio"
    ]


def _contrast_words(compared: Sequence[Compared], title: Title) -> list[str]:
    """Each contrast once for those that have less and once for those that have more.

    What is said of the same patterns one after the other names them once.
    """
    said: list[tuple[tuple[str, ...], list[str]]] = []
    named = ""
    for contrast in dict.fromkeys(one.contrast for one in compared):
        for is_less in (True, False):
            some = [one for one in compared if one.contrast == contrast and one.is_less is is_less]
            if not some:
                continue
            who = tuple(title(one.pattern) for one in some)
            other = title(contrast.other)
            words = _said(contrast, some, is_less, other, is_named=named == other)
            named = other
            if said and said[-1][0] == who:
                said[-1][1].append(words)
            else:
                said.append((who, [words]))
    return [f"{listed(list(who))} {listed(words)}" for who, words in said]


def _said(
    contrast: Contrast, some: Sequence[Compared], is_less: bool, other: str, is_named: bool
) -> str:
    ratios = [one.ratio for one in some]
    template = contrast.less if is_less else contrast.more
    chosen = _PLURAL.sub(lambda found: found.group(1 + (len(some) > 1)), template)
    return chosen.format(
        other="it" if is_named else other,
        others="its" if is_named else f"{other}'s",
        times=listed([with_interval(one, invert=is_less) for one in ratios]),
        share=listed([_as_share(one, invert=not is_less) for one in ratios]),
    )


def with_interval(one: Number, invert: bool = False) -> str:
    """ "412 (400 to 425)"; inverted: how many times less."""
    ends = (1 / one.high, 1 / one.low) if invert else (one.low, one.high)
    value = 1 / one.value if invert else one.value
    return f"{times(value)} ({interval(Estimate(value, *ends, one.trials))})"


def _as_share(one: Number, invert: bool) -> str:
    """ "55 % (48 to 64 %)": a part as people say it."""
    ends = (1 / one.high, 1 / one.low) if invert else (one.low, one.high)
    value = 1 / one.value if invert else one.value
    parts = [100 * part for part in (ends[0], value, ends[1])]
    digits = 2 if significant(parts[0], 2) != significant(parts[2], 2) else 3
    low, middle, high = (significant(part, digits) for part in parts)
    return f"{middle} % ({low} to {high} %)"


def _level_words(answer: Answer, cell: Cell) -> str:
    """ "At 8 events/s and 100 clients, "; what is 0 or off is not named."""
    said = [
        words.format(_shown(cell, name))
        for name, words in answer.level.items()
        if cell.load.get(name)
    ]
    return f"At {listed(said)}, " if said else ""


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


def _unsettled(compared: Sequence[Compared], title: Title) -> str:
    contrast = compared[0].contrast
    some = [one for one in compared if one.contrast == contrast]
    who = listed([title(one.pattern) for one in some])
    what = f"how {who} compare{'s' * (len(some) == 1)} with {title(contrast.other)}"
    trials = min(one.ratio.trials for one in some)
    why = f": it has {trials} repeat{'s' * (trials != 1)}, {NEEDED} are needed"
    return f"This run does not settle {what}{why if trials < NEEDED else ''}."
