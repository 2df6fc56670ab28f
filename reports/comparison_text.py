"""A comparison of runs in words: for people, as Markdown for a pull request, as JSON.

Words only; what is compared and how is in `comparison`.  The JSON's keys are
public: others read it by them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from bench.results.comparability import Difference
from bench.stats.estimates import Estimate, bootstrap_interval
from bench.stats.two_samples import Comparison
from bench.stats.two_sides import Side
from bench.stats.variance import Components
from reports import numbers
from reports.comparison import TO_FIND, GateResult, Row, RunComparison
from reports.fitted_table import Column, FittedTable

JSON_VERSION = 1
HEADERS = ("pattern", "level", "metric", "A", "B", "B / A", "95 % interval", "verdict")
SPREAD_TITLE = (
    "How much a value varies at each level (standard deviation; where a level adds nothing, 0):"
)
SPREAD_HEADERS = (
    *("pattern", "level", "metric"),
    *("between runs", "between trials", "within a trial"),
)
MOST_PLACES = 3


def lines(found: RunComparison) -> list[list[str]]:
    """The table's rows as text; a level column only where something is swept."""
    swept = any(row.level for row in found.rows)
    table = [list(HEADERS), *(_cells(row) for row in found.rows)]
    return table if swept else [[*cells[:1], *cells[2:]] for cells in table]


def fitted_tables(found: RunComparison) -> list[FittedTable]:
    """As a terminal shows it: a table for each pattern and level, an interval below its ratio."""
    columns = [
        Column("metric", is_key=True),
        *(Column(name, is_number=True) for name in ("A", "B", "B / A")),
        Column("verdict"),
    ]
    places: dict[str, list[list[str]]] = {}
    for row in found.rows:
        place = ", ".join(filter(None, (row.title, row.level)))
        places.setdefault(place, []).append(_fitted_cells(row))
    return [FittedTable(columns, rows, place) for place, rows in places.items()]


def _fitted_cells(row: Row) -> list[str]:
    within, unit = interval(row.comparison), row.metric.unit
    below = "" if within == numbers.MISSING else f"\n{within}"
    sides = [numbers.amount(numbers.number(one.value), unit) for one in (row.a, row.b)]
    return [row.metric.title, *sides, effect(row) + below, row.words]


def spread_lines(found: RunComparison) -> list[list[str]]:
    """How much runs, trials and the insides of trials vary; nothing where no side has runs."""
    rows = [row for row in found.rows if row.basis == "runs" and row.spread is not None]
    if not rows:
        return []
    table = [list(SPREAD_HEADERS), *(_spread_cells(row) for row in rows)]
    swept = any(row.level for row in rows)
    return table if swept else [[*cells[:1], *cells[2:]] for cells in table]


def _spread_cells(row: Row) -> list[str]:
    assert row.spread is not None
    parts = (row.spread.between_runs, row.spread.between_trials, row.spread.within_trial)
    shares = [numbers.MISSING if math.isnan(part) else f"{part:.1%}" for part in parts]
    return [row.title, row.level, row.metric.title, *shares]


def _cells(row: Row) -> list[str]:
    return [
        row.title,
        row.level,
        numbers.title(row.metric),
        numbers.number(row.a.value),
        numbers.number(row.b.value),
        effect(row),
        interval(row.comparison),
        row.words,
    ]


def effect(row: Row) -> str:
    """A ratio as 1.12, a difference as +3; of the values shown where single trials have none."""
    entry = row.comparison
    if math.isnan(entry.value):
        known = row.a.value > 0 and row.b.value > 0
        return numbers.times(row.b.value / row.a.value) if known else numbers.MISSING
    return numbers.times(entry.value) if entry.kind == "ratio" else _signed(entry.value)


def interval(entry: Comparison) -> str:
    if not entry.has_interval:
        return numbers.MISSING
    if entry.kind == "ratio":
        return f"{numbers.times(entry.low)} to {numbers.times(entry.high)}"
    return f"{_signed(entry.low)} to {_signed(entry.high)}"


def _signed(value: float) -> str:
    return f"+{numbers.number(value)}" if value > 0 else numbers.number(value)


def summary(found: RunComparison) -> str:
    """One sentence: what differs, and what is not settled."""
    rows, changed = found.rows, found.changed
    unsettled = [row for row in rows if row.verdict == "not settled"]
    same = len(rows) - len(changed) - len(unsettled)
    return (
        f"Of {len(rows)} values {len(changed)} differ, {same} are the same for practical purposes, "
        f"{len(unsettled)} are not settled."
    )


def remedy(found: RunComparison) -> str:
    """How many repeats would settle what is open; nothing where all is settled."""
    open_rows = [row for row in found.rows if row.verdict == "not settled" and row.repeats]
    if not open_rows:
        return ""
    counts_runs = any(row.counts_runs for row in open_rows)
    needed = [row.repeats or 0 for row in open_rows if row.counts_runs == counts_runs]
    what = "runs on each side" if counts_runs else "repeats in each run"
    return (
        f"With about {max(needed)} {what}, each of these would show a difference "
        f"of {TO_FIND:.0%} in nine of ten comparisons (the median of them needs "
        f"{sorted(needed)[len(needed) // 2]})."
    )


def remarks(found: RunComparison) -> Iterator[str]:
    """All that is said beside the table, gates excepted."""
    yield summary(found)
    if found.basis:
        yield found.basis
    if text := remedy(found):
        yield text
    if silent := [row for row in found.rows if row.is_silent]:
        titles = list(dict.fromkeys(row.metric.title for row in silent))
        yield (
            f"{numbers.sentence_case(numbers.listed(titles))}: each trial has too few "
            "samples, so there is no interval; raise duration or the load."
        )
    yield from (numbers.sentence_case(f"{note}.") for note in found.notes)


def gate_line(result: GateResult) -> str:
    """`gate 'latency_p99 > +10%' broken: notifications/sse +21 % to +40 %`."""
    ends = f"{numbers.percent(result.low)} to {numbers.percent(result.high)}"
    if math.isnan(result.low):
        ends = "too few samples in a trial" if result.row.is_silent else "too few trials"
    return f"gate '{result.gate.text}' {result.state}: {result.row.place} {ends}"


def warnings(differences: Sequence[Difference]) -> list[str]:
    """What makes the runs unlike, one line each."""
    return [f"unlike: {entry.text}{_where(entry)}" for entry in differences]


def _where(entry: Difference) -> str:
    if not entry.where:
        return ""
    more = f" and {len(entry.where) - MOST_PLACES} more" if len(entry.where) > MOST_PLACES else ""
    return f" at {', '.join(entry.where[:MOST_PLACES])}{more}"


def markdown(found: RunComparison) -> str:
    """For a pull request: the outcome first, then gates, table, remarks."""
    outcome = "gate broken" if found.broken else "no gate broken" if found.gates else ""
    parts = [f"### `{found.a}` (A) and `{found.b}` (B){outcome and ': '}{outcome}"]
    if found.differences:
        listed = [f"- {line}" for line in warnings(found.differences)]
        parts.append("\n".join(["**Unlike runs:** read this with caution.", "", *listed]))
    if found.gates:
        parts.append("\n".join(f"- {gate_line(result)}" for result in found.gates))
    table = lines(found)
    rows = [table[0], ["---"] * len(table[0]), *table[1:]]
    parts.append("\n".join(f"| {' | '.join(_escaped(cells))} |" for cells in rows))
    parts.append("\n".join(f"- {remark}" for remark in remarks(found)))
    if spread := spread_lines(found):
        rows = [spread[0], ["---"] * len(spread[0]), *spread[1:]]
        lines_of = "\n".join(f"| {' | '.join(_escaped(cells))} |" for cells in rows)
        parts.append(f"{SPREAD_TITLE}\n\n{lines_of}")
    return "\n\n".join(parts) + "\n"


def _escaped(cells: Sequence[str]) -> list[str]:
    return [cell.replace("|", "\\|") for cell in cells]


def as_json(found: RunComparison) -> str:
    """Every number of the comparison; null where there is none."""
    content = {
        "version": JSON_VERSION,
        "a": found.a,
        "b": found.b,
        "runs": {"a": list(found.names[0]), "b": list(found.names[1])},
        "basis": found.basis,
        "differences": [vars(entry) for entry in found.differences],
        "rows": [_row(row) for row in found.rows],
        "gates": [_gate(result) for result in found.gates],
        "broken": bool(found.broken),
        "notes": list(found.notes),
    }
    return json.dumps(_finite(content), indent=1, ensure_ascii=False)


def _row(row: Row) -> dict[str, Any]:
    entry = row.comparison
    return {
        "experiment": row.experiment,
        "pattern": row.pattern,
        "level": row.level,
        "metric": row.metric.key,
        "unit": row.metric.unit,
        "better": row.metric.better,
        "a": _side(row.a, row.runs[0]),
        "b": _side(row.b, row.runs[1]),
        "basis": row.basis,
        "spread": None if row.spread is None else _spread(row.spread),
        "kind": entry.kind,
        "value": entry.value,
        "low": entry.low,
        "high": entry.high,
        "p": entry.p_value,
        "p_corrected": row.p_value,
        "p_rank": entry.rank_p,
        "verdict": row.verdict,
        "words": row.words,
        "repeats_to_find_10_percent": row.repeats,
    }


def _spread(found: Components) -> dict[str, float]:
    """Standard deviations of the logarithm, by what varies."""
    return {
        "between_runs": found.between_runs,
        "between_trials": found.between_trials,
        "within_trial": found.within_trial,
    }


def _side(entry: Estimate, runs: Side) -> dict[str, Any]:
    """The value with its interval, and the bootstrap's beside it; trials of all runs and by run."""
    values = [value for run in runs for value in run]
    return {
        "value": entry.value,
        "low": entry.low,
        "high": entry.high,
        "bootstrap": list(bootstrap_interval(values)),
        "trials": values,
        "by_run": [list(run) for run in runs],
    }


def _gate(result: GateResult) -> dict[str, Any]:
    return {
        "gate": result.gate.text,
        "pattern": result.row.pattern,
        "level": result.row.level,
        "state": result.state,
        "low": result.low,
        "high": result.high,
    }


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return value
