"""Which percentiles stand as "-" because too little was observed, and how much lacks.  Pure.

One note for each metric: whom it concerns, what it needs, and what was observed at most.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from bench.analysis.evaluated import ExperimentResult
from bench.analysis.run_findings import TOO_FEW
from reports import numbers


@dataclass
class _Lack:
    needed: str
    titles: list[str] = field(default_factory=list)
    most: int = 0


def notes(result: ExperimentResult, levels: Collection[str]) -> list[tuple[str, str]]:
    """Mark and text for the levels of these texts."""
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
    return [
        (numbers.MISSING, _text(result, metric, units, lack))
        for (metric, units), lack in found.items()
    ]


def _text(result: ExperimentResult, metric: str, units: str, lack: _Lack) -> str:
    every = len(lack.titles) == len(result.measured) > 2
    whom = "any pattern" if every else numbers.listed(lack.titles)
    most = f"at most {lack.most:,}" if len(result.levels) > 1 else f"{lack.most:,}"
    were = "was" if lack.most == 1 else "were"
    return (
        f"{metric} is not shown for {whom}: it needs {lack.needed} {units}, "
        f"and {most} {were} observed."
    )
