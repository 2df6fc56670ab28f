"""The atlas as data: a row for each claim (atlas.csv), and one for each number (numbers.csv).

Column names are public (docs/atlas.md).  Judges nothing, formats nothing.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from bench.verdicts.judgement import Number
from reports import claims_table
from reports.atlas.rows import Row
from reports.claims_section import in_order

CLAIMS = [
    *("experiment", "claim", "topics", "statement", "verdict", "answer", "words"),
    *("what", "unit", "value", "low", "high", "trials", "law", "law_value"),
    *("overturned_by", "rule", "command"),
    *("run", "created", "commit", "host", "cpu", "cores", "kernel"),
    *("older_code", "other_machine", "doubts", "slide"),
]
"""`what` to `law_value` are of the number that decided first."""

NUMBERS = ["run", *claims_table.COLUMNS]

BETWEEN = "; "
"""Stands between several texts in one cell."""


def claims(rows: Sequence[Row], slides: Sequence[str] = ()) -> pd.DataFrame:
    """A row for each claim of the ledger, measured or not."""
    return pd.DataFrame([_claim(row, slides) for row in rows], columns=CLAIMS)


def numbers(rows: Sequence[Row]) -> pd.DataFrame:
    """A row for each number behind each verdict; none of what is not measured."""
    frames = []
    for row in rows:
        source = row.entry.source
        if source is not None:
            result = dataclasses.replace(source.result, claims=(source.judged,))
            frame = claims_table.table([result])
            frame.insert(0, "run", source.run)
            frames.append(frame)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=NUMBERS)


def _claim(row: Row, slides: Sequence[str]) -> dict[str, Any]:
    claim = row.entry.claim
    return {
        "experiment": row.entry.experiment.name,
        "claim": claim.id,
        "topics": BETWEEN.join(row.topics),
        "statement": claim.statement,
        "verdict": row.verdict,
        "answer": row.answer,
        "words": row.words or row.why_missing,
        "law": claim.law,
        "overturned_by": row.overturned_by,
        "rule": row.rule,
        "command": row.command,
        "slide": f"slides/{row.slug}.png" if row.slug in slides else "",
        **_number(row),
        **_made(row),
    }


def _number(row: Row) -> dict[str, Any]:
    source = row.entry.source
    found = in_order(source.judged.judgement) if source else []
    one: Number | None = next((each for each in found if each.role == "statement"), None)
    if one is None:
        return {"what": "", "unit": "", "value": math.nan, "trials": 0}
    return {
        "what": one.what,
        "unit": one.unit,
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "trials": one.trials,
        "law_value": one.law,
    }


def _made(row: Row) -> dict[str, Any]:
    source = row.entry.source
    if source is None:
        return {}
    known = source.origin.environment
    return {key: known.get(key, "") for key in ("commit", "host", "cpu", "cores", "kernel")} | {
        "run": source.run,
        "created": source.origin.created,
        "older_code": BETWEEN.join(source.older_code),
        "other_machine": BETWEEN.join(source.other_machine),
        "doubts": BETWEEN.join(source.doubts),
    }
