"""What a report shows before anything is unfolded: one level, what people choose by, few warnings.

Pure.  Knows the answer's words only as the metrics that they name, and no markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.analysis.evaluated import ExperimentResult, Level
from bench.analysis.judging import evidence_of
from bench.verdicts.evidence import Evidence
from reports import opening
from reports.answer import AnswerTable, with_columns
from reports.sweeps import key_levels

MOST_METRICS = 3
"""So many metrics a telephone's table has beside the patterns, and the picture panels."""

MOST_WARNINGS = 2
REMEDY = " Remedy: "


@dataclass(frozen=True)
class Warnings:
    """What must be known before a number is quoted: what is seen at once, and all in full."""

    short: list[str]
    full: list[str]

    @property
    def rest(self) -> int:
        return len(self.full) - len(self.short)

    @property
    def is_cut(self) -> bool:
        return self.rest > 0 or any(REMEDY in one for one in self.full)


def warnings(full: Sequence[str]) -> Warnings:
    """Without their remedies, and without those beyond the first two."""
    short = [one.partition(REMEDY)[0] for one in full[:MOST_WARNINGS]]
    return Warnings(short, list(full))


def metrics_of(result: ExperimentResult) -> list[str]:
    """What people choose by, each metric once."""
    return list(dict.fromkeys(one.metric for one in opening.answer_of(result).contrasts))


def level_of(result: ExperimentResult) -> Level | None:
    """The level that the opening speaks of; the last that stands for all where it has none."""
    compared = {pattern.name for pattern in result.patterns if pattern.compared}
    cells = [cell for cell in evidence_of(result).cells if cell.pattern in compared]
    spoken = opening.spoken_of(opening.answer_of(result), Evidence(cells, {}))
    loads = [cell.typed_load for cell in spoken]
    found = [group.level for group in result.groups if any(group.load is one for one in loads)]
    return next(iter([*found, *key_levels(result)[::-1]]), None)


def parted(
    result: ExperimentResult, tables: Sequence[AnswerTable]
) -> tuple[list[AnswerTable], list[AnswerTable]]:
    """The answer's own table, and those of all other levels."""
    level = level_of(result)
    text = level.text if level is not None else ""
    ordered = [_by_choice(table, metrics_of(result)) for table in tables]
    first = [table for table in ordered if table.level == text]
    return first, [table for table in ordered if table not in first]


def narrowed(result: ExperimentResult, tables: Sequence[AnswerTable]) -> list[AnswerTable]:
    """The tables with what people choose by alone."""
    return [with_columns(table, range(_width(result, table))) for table in tables]


def left_out(result: ExperimentResult, tables: Sequence[AnswerTable]) -> list[str]:
    """The names of the metrics that the narrow tables lack."""
    return [name for table in tables[:1] for name in table.names[_width(result, table) :]]


def _width(result: ExperimentResult, table: AnswerTable) -> int:
    """How many of the first metrics people choose by; at least one."""
    keys = metrics_of(result)
    return min(MOST_METRICS, max(1, sum(metric in keys for metric in table.metrics)))


def _by_choice(table: AnswerTable, keys: Sequence[str]) -> AnswerTable:
    """The table with the metrics first that people choose by."""
    metrics = table.metrics
    first = [metrics.index(key) for key in keys if key in metrics]
    order = [*first, *(at for at in range(len(metrics)) if at not in first)]
    return with_columns(table, order)
