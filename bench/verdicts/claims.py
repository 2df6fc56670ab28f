"""The verdict of a whole claim: what must be seen, then preconditions, then the statement.  Pure.

Knows no experiment and no claim.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from bench.model.claim import Claim, MustSee
from bench.model.units import show
from bench.verdicts.evidence import Cell, Evidence, distinguishing
from bench.verdicts.judgement import Judgement, Number, Role, Verdict

WINDOW = "duration"


def judge(claim: Claim, evidence: Evidence) -> Judgement:
    """What the evidence says of the claim.

    Where the effect did not occur or a precondition fails, the claim is not measured, and the
    numbers are those that say so; else they stand after those of the statement.
    """
    unseen = [one for need in claim.must_see if (one := seen(need, evidence)) is not None]
    if failed := [one for one in unseen if one.verdict == "not measured"]:
        return Judgement("not measured", *_joined(failed))
    conditions = [_as(one.judge(evidence), "precondition") for one in claim.preconditions]
    for verdict, found, intro in (
        (("not measured",), "not measured", ""),
        (("refuted", "depends"), "not measured", "a precondition fails: "),
        (("not settled",), "not settled", "a precondition is not certain: "),
    ):
        if failed := [one for one in conditions if one.verdict in verdict]:
            words, numbers = _joined(failed)
            return Judgement(_verdict(found), f"{intro}{words}", numbers)
    stated: Judgement = claim.rule.judge(evidence)
    beside = tuple(number for one in (*conditions, *unseen) for number in one.numbers)
    return dataclasses.replace(stated, numbers=(*stated.numbers, *beside))


def _verdict(word: str) -> Verdict:
    return "not settled" if word == "not settled" else "not measured"


def _joined(judgements: Sequence[Judgement]) -> tuple[str, tuple[Number, ...]]:
    words = "; ".join(dict.fromkeys(one.words for one in judgements))
    return words, tuple(number for one in judgements for number in one.numbers)


def _as(judgement: Judgement, role: Role) -> Judgement:
    numbers = tuple(dataclasses.replace(one, role=role) for one in judgement.numbers)
    return dataclasses.replace(judgement, numbers=numbers)


def seen(need: MustSee, evidence: Evidence) -> Judgement | None:
    """Whether what must be seen was seen at every level; None where there is no level of it."""
    cells = [cell for name in need.patterns for cell in evidence.find(name, need.where)]
    names = distinguishing(cells, need.where)
    numbers, short = [], []
    for cell in cells:
        counts = [
            value for n in cell.repeats if not math.isnan(value := cell.value(need.metric, n))
        ]
        enough = _seen(counts, need)
        numbers.append(_number(cell, need, counts, cell.at(names)))
        if enough < need.at_least:
            short.append(_too_short(cell, need, enough, cell.at(names)))
    if short:
        return Judgement("not measured", "; ".join(dict.fromkeys(short)), tuple(numbers))
    return Judgement("confirmed", "", tuple(numbers)) if cells else None


def _seen(counts: Sequence[float], need: MustSee) -> float:
    """What was seen: over all trials of the level, or in the trial that saw least."""
    return sum(counts) if need.per == "level" else min(counts, default=0.0)


def _number(cell: Cell, need: MustSee, counts: Sequence[float], at: str) -> Number:
    value = _seen(counts, need)
    return Number(
        "value",
        need.metric,
        cell.pattern,
        value,
        math.nan,
        math.nan,
        len(counts),
        at=at,
        wanted=(need.at_least, math.inf),
        verdict="confirmed" if value >= need.at_least else "refuted",
        role="must be seen",
    )


def _too_short(cell: Cell, need: MustSee, found: float, at: str) -> str:
    """What lacks, and the window that would do if all goes on as it went."""
    where = f" at {at}" if at else ""
    scope = " in a trial" if need.per == "trial" else ""
    words = (
        f"the window is too short: {found:g} {need.what}{scope} of "
        f"{cell.pattern}{where}, {need.at_least:g} are needed"
    )
    window = cell.load.get(WINDOW)
    if not found or not window:
        return words
    would_do = math.ceil(window * need.at_least / found)
    return f"{words}; {WINDOW}={show(float(would_do), cell.unit(WINDOW))} would do"
