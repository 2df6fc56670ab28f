"""Which percentiles stand as "-" because too little was observed, and how much lacks.  Pure.

One note for each metric: whom it concerns, what it needs, and what was observed at most.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from bench.analysis.evaluated import ExperimentResult
from bench.analysis.run_findings import TOO_FEW
from reports import numbers

MOST_NAMED = 2


@dataclass
class _Lack:
    needed: str
    titles: list[str] = field(default_factory=list)
    most: int = 0


def notes(result: ExperimentResult, levels: Collection[str]) -> list[tuple[str, str]]:
    """Mark and text for the levels of these texts."""
    return [
        (numbers.MISSING, _text(result, metric, units, lack))
        for (metric, units), lack in _lacks(result, levels).items()
    ]


def short_note(result: ExperimentResult, levels: Collection[str]) -> str:
    """All of them in one line, by metric and what was observed; "" where nothing lacks."""
    found = [
        f"{metric} ({lack.most:,} of {lack.needed} {units})"
        for (metric, units), lack in _lacks(result, levels).items()
    ]
    more = len(found) - MOST_NAMED
    named = numbers.listed([*found[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])])
    return f"[{numbers.MISSING}] not shown, too little was observed: {named}." if found else ""


def _lacks(result: ExperimentResult, levels: Collection[str]) -> dict[tuple[str, str], _Lack]:
    """By a metric's title and what it is observed in."""
    found: dict[tuple[str, str], _Lack] = {}
    for group in result.groups:
        for finding in group.findings if group.level.text in levels else ():
            if (match := TOO_FEW.fullmatch(finding.message)) is None:
                continue
            metric, needed, units, have = match.groups()
            lack = found.setdefault((metric, units), _Lack(needed))
            title = result.pattern(group.pattern).title
            lack.titles += [title] if title not in lack.titles else []
            lack.most = max(lack.most, int(have.replace(",", "")))
    return found


def _text(result: ExperimentResult, metric: str, units: str, lack: _Lack) -> str:
    every = len(lack.titles) == len(result.measured) > 2
    whom = "any pattern" if every else numbers.listed(lack.titles)
    most = f"at most {lack.most:,}" if len(result.levels) > 1 else f"{lack.most:,}"
    were = "was" if lack.most == 1 else "were"
    return (
        f"{metric} is not shown for {whom}: it needs {lack.needed} {units}, "
        f"and {most} {were} observed."
    )
