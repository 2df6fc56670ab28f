"""The section on claims: verdicts as lines of text, for page, Markdown and terminal.

Between `verdicts` (judgements) and what shows them; knows neither markup nor
colours, and decides nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bench.analysis.evaluated import ExperimentResult, JudgedClaim
from bench.analysis.judging import lacking
from bench.stats.estimates import Estimate
from bench.verdicts.judgement import BETWEEN, Judgement, Number
from bench.verdicts.judgement import Verdict as Word
from reports.numbers import interval, number, unit_sign

MARKS: dict[Word, str] = {
    "confirmed": "✓",
    "refuted": "✗",
    "depends": "⇄",
    "not settled": "?",
    "not measured": "-",
}
"""Verdicts that can be distinguished without colour."""

NOTHING_SET = re.compile(r"\b(\w+)=(?=[\s)]|$)")
"""A setting without a value, as a level names it."""

MOST_SHOWN = 4
MOST_REASONS = 4

BEFORE: dict[Word, tuple[Word | None, ...]] = {
    "depends": (None, "refuted", "confirmed"),
    "not settled": (None, "refuted", "confirmed"),
}
"""Of which verdict numbers come first, after those of the claim's own."""


@dataclass(frozen=True)
class NumberLine:
    """One number: what it is by titles, its value, interval and law; `mark` its own verdict."""

    mark: str
    what: str
    value: str
    within: str
    law: str

    @property
    def text(self) -> str:
        within = f" ({self.within})" if self.within else ""
        law = f", law {self.law}" if self.law else ""
        return f"{self.what}: {self.value}{within}{law}"


@dataclass(frozen=True)
class ClaimLine:
    """One judged claim."""

    id: str
    statement: str
    law: str
    verdict: Word
    words: str
    numbers: tuple[NumberLine, ...]

    @property
    def mark(self) -> str:
        return MARKS[self.verdict]

    @property
    def slug(self) -> str:
        return self.verdict.replace(" ", "-")

    @property
    def first(self) -> tuple[NumberLine, ...]:
        """The numbers to show at once: one that is alone in being left out is shown too."""
        many = len(self.numbers) > MOST_SHOWN + 1
        return self.numbers[:MOST_SHOWN] if many else self.numbers

    @property
    def rest(self) -> tuple[NumberLine, ...]:
        return self.numbers[len(self.first) :]


@dataclass(frozen=True)
class MissingLine:
    """A claim that the run says nothing of, and how to get what lacks."""

    id: str
    statement: str
    remedy: str


@dataclass(frozen=True)
class ClaimsSection:
    """`lacks` and `command`: what supplies all that is missing, components first."""

    judged: tuple[ClaimLine, ...]
    missing: tuple[MissingLine, ...]
    lacks: tuple[str, ...]
    command: str
    counts: str

    @property
    def is_empty(self) -> bool:
        return not self.judged and not self.missing

    @property
    def has_words(self) -> bool:
        """Whether any claim says what decided; else the column is left out."""
        return any(line.words for line in self.judged)

    @property
    def has_numbers(self) -> bool:
        return any(line.numbers for line in self.judged)


def section(result: ExperimentResult) -> ClaimsSection:
    """All claims of the experiment: those judged, and those that lack trials."""
    found = result.claims
    judged = tuple(_line(result, v) for v in found if not v.remedy)
    missing = tuple(MissingLine(v.claim.id, v.claim.statement, v.remedy) for v in found if v.remedy)
    ids = ",".join(line.id for line in missing)
    every = len(missing) == len(found)
    command = f"bench run {result.name} --claims {'all' if every else ids}" if missing else ""
    lacks = dict.fromkeys(text for v in found if v.remedy for text in lacking(result, v.claim))
    counts = tally([line.verdict for line in judged])
    return ClaimsSection(judged, missing, tuple(lacks), command, counts)


def tally(verdicts: Sequence[Word]) -> str:
    """ "7 confirmed, 2 refuted, 1 depends"; of none nothing."""
    counts = {word: verdicts.count(word) for word in MARKS}
    return ", ".join(f"{count} {said_of(word, count)}" for word, count in counts.items() if count)


def said_of(verdict: Word, count: int) -> str:
    """The verdict as a word behind a number: "1 depends", "2 depend"."""
    return "depend" if verdict == "depends" and count != 1 else verdict


def _line(result: ExperimentResult, verdict: JudgedClaim) -> ClaimLine:
    judgement = verdict.judgement
    return ClaimLine(
        verdict.claim.id,
        verdict.claim.statement,
        verdict.claim.law,
        judgement.verdict,
        words(result, judgement),
        tuple(number_line(result, one) for one in in_order(judgement)),
    )


def in_order(judgement: Judgement) -> list[Number]:
    """What decided first: of a claim that is not settled, the numbers that leave it open."""
    first: list[Word | None] = [judgement.verdict, *BEFORE.get(judgement.verdict, ())]

    def place(one: Number) -> tuple[bool, int]:
        known = one.verdict in first
        return one.role != "statement", first.index(one.verdict) if known else len(first)

    return sorted(judgement.numbers, key=place)


def number_line(result: ExperimentResult, one: Number) -> NumberLine:
    entry = Estimate(one.value, one.low, one.high, one.trials)
    return NumberLine(
        MARKS[one.verdict] if one.verdict else "",
        ("" if one.role == "statement" else f"{one.role}: ")
        + without_empty(
            one.said(
                result.metric(one.metric).title,
                title_of(result, one.pattern),
                title_of(result, one.other),
            )
        ),
        with_unit(one.value, one.unit),
        _within(one, entry),
        "" if one.law != one.law else with_unit(one.law, one.unit),
    )


def without_empty(text: str) -> str:
    """ "fault=" is said as "no fault"."""
    return NOTHING_SET.sub(r"no \1", text)


def _within(one: Number, entry: Estimate) -> str:
    """The interval; what must hold in every trial has none, but a range."""
    if one.role == "must be seen":
        return f"at least {number(one.wanted[0])}"
    if one.role == "precondition" and math.isnan(one.p_value):
        return f"{number(one.low)} to {number(one.high)} in {one.trials} trials"
    return interval(entry) or "one trial"


def with_unit(value: float, unit: str) -> str:
    """ "3.4/s", "12 ms", "0.5"."""
    space = "" if unit.startswith("/") else " "
    return f"{number(value)}{space}{unit_sign(unit)}" if unit else number(value)


def title_of(result: ExperimentResult, name: str) -> str:
    """A pattern's title; its own name where the run does not know it."""
    titles = {pattern.name: pattern.title for pattern in result.patterns}
    return titles.get(name, name)


def words(result: ExperimentResult, judgement: Judgement) -> str:
    """What decided, with the titles of metrics and patterns in place of their keys."""
    titles = {key: result.metric(key).title for key in result.metrics}
    titles |= {pattern.name: pattern.title for pattern in result.patterns}
    said = " ".join(_titled(word, titles) for word in judgement.words.split(" "))
    for title in {title for title in titles.values() if _is_plural(title)}:
        said = said.replace(f"has less {title} ", f"has fewer {title} ")
    return BETWEEN.join(_first_reasons(part) for part in said.split(BETWEEN))


def _first_reasons(text: str) -> str:
    """A dozen levels often lack the same: the first few say it, and how many more do."""
    reasons = text.split("; ")
    if len(reasons) <= MOST_REASONS + 1:
        return text
    return f"{'; '.join(reasons[:MOST_REASONS])}; and {len(reasons) - MOST_REASONS} more"


def _is_plural(title: str) -> bool:
    """Whether a metric counts things, as "requests per event": of these there are fewer."""
    head = title.split(" per ", maxsplit=1)[0].split(" of ", maxsplit=1)[0].rpartition(" ")[2]
    return head.endswith("s") and not head.endswith("ss")


def _titled(word: str, titles: dict[str, str]) -> str:
    bare = word.rstrip(":;,")
    return titles.get(bare, bare) + word[len(bare) :]
