"""The findings of a run as tables: each kind of doubt once, and every one by itself.

Kinds are for readers, who want to know what is wrong and with what; the single ones are for those
who look for a trial.  Knows no page.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.analysis.evaluated import ExperimentResult
from reports import numbers, tables
from reports.present import LEVEL, PATTERN, Column, Table, count, table

MOST_PATTERNS = 4

_HEAD = (
    Column("severity", "weight", is_number=False),
    Column("code", "finding", lambda code: str(code).replace("_", " "), is_number=False),
)
_TAIL = (
    Column("message", "what was seen", is_number=False),
    Column("remedy", "remedy", is_number=False),
)


def each(result: ExperimentResult) -> Table:
    """A line for each finding of a pattern at a level."""
    times = Column("times", "times", count)
    return table(result, tables.findings(result), *_HEAD, PATTERN, LEVEL, times, *_TAIL)


def kinds(result: ExperimentResult) -> Table:
    """A line for each kind: whom it concerns, at how many levels, and one example of it."""
    frame = tables.findings(result)
    rows: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in frame.to_dict("records"):
        rows.setdefault((row["severity"], row["code"]), []).append(row)
    summed = pd.DataFrame([_summed(result, found) for found in rows.values()])
    columns = [Column("whom", "patterns", is_number=False)]
    columns += [Column("levels", "levels", is_number=False)] if result.swept else []
    columns += [Column("times", "times", count)]
    return table(result, summed, *_HEAD, *columns, *_TAIL)


def _summed(result: ExperimentResult, found: list[dict[Any, Any]]) -> dict[str, Any]:
    names = list(dict.fromkeys(row["pattern"] for row in found if row["pattern"]))
    levels = {row["level"] for row in found if row["level"]}
    messages = list(dict.fromkeys(row["message"] for row in found))
    return found[0] | {
        "pattern": "",
        "whom": _whom(result, names),
        "levels": f"{len(levels)} of {len(result.levels)}" if levels else "",
        "times": sum(row["times"] for row in found),
        "message": messages[0] if len(messages) == 1 else f"for example: {messages[0]}",
    }


def _whom(result: ExperimentResult, names: list[str]) -> str:
    if not names:
        return "all"
    titles = [result.pattern(name).title for name in names]
    if len(titles) > MOST_PATTERNS:
        return f"{', '.join(titles[:MOST_PATTERNS])} and {len(titles) - MOST_PATTERNS} more"
    return numbers.listed(titles)
