"""The patterns of one run against one of them, repeat by repeat.

The trials of a repeat are a block: they ran close together and saw the same
events, so the machine's drift is in both of a pair and falls out of the ratio.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.analysis.gates import Gate
from bench.model.errors import UsageError
from bench.model.pattern import Pattern
from reports.comparison import Row, RunComparison, assembled
from reports.comparison_rows import rows_between


def compare_patterns(
    run: Evaluated, base: str = "", keys: Sequence[str] = (), gates: Sequence[Gate] = ()
) -> RunComparison:
    """Every measured pattern against `base` (by name or id; else the table's first)."""
    bases = [(result, found) for result in run.experiments if (found := _base(result, base))]
    if not bases:
        known = [p.id for result in run.experiments for p in result.measured]
        remedy = f"measured are {', '.join(known)}" if known else "nothing was measured"
        raise UsageError(f"{base or run.folder}: the run has no such pattern; {remedy}")

    def rows_of(wanted: Sequence[str]) -> list[Row]:
        return [row for result, pattern in bases for row in _rows(result, pattern, wanted)]

    names = ", ".join(pattern.id for _, pattern in bases)
    others = f"the other patterns of {run.folder.name}"
    return assembled((names, others), rows_of, keys, gates)


def _base(result: ExperimentResult, name: str) -> Pattern | None:
    for pattern in result.measured:
        if not name or name in (pattern.name, pattern.id):
            return pattern
    return None


def _rows(result: ExperimentResult, base: Pattern, keys: Sequence[str]) -> Iterator[Row]:
    for group in result.groups:
        other = result.group(base.name, group.level)
        if group.pattern == base.name or not group.used or other is None or not other.used:
            continue
        for row in rows_between(result, other, group, keys):
            yield dataclasses.replace(row, title=f"{row.title} to {base.title}")
