"""claims.csv: a row for each number behind each verdict.

Column names are public; formatting is left to `claims_section`.  Judges nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from bench.analysis.evaluated import ExperimentResult, JudgedClaim

COLUMNS = [
    *("experiment", "claim", "statement", "verdict", "part", "what", "unit"),
    *("value", "low", "high", "trials", "p", "law", "law_value", "role", "words"),
]


def table(results: Sequence[ExperimentResult]) -> pd.DataFrame:
    """Tidy: a row for each number behind each verdict (claims.csv)."""
    rows = [
        row for result in results for verdict in result.claims for row in _rows(result, verdict)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(result: ExperimentResult, verdict: JudgedClaim) -> list[dict[str, Any]]:
    """`part` is what a number says by itself; a claim without numbers has one row."""
    claim, judgement = verdict.claim, verdict.judgement
    head = {
        "experiment": result.name,
        "claim": claim.id,
        "statement": claim.statement,
        "verdict": judgement.verdict,
        "words": judgement.words,
        "law": claim.law,
    }
    return [
        head
        | {
            "part": number.verdict or "",
            "what": number.what,
            "unit": number.unit,
            "value": number.value,
            "low": number.low,
            "high": number.high,
            "trials": number.trials,
            "p": number.p_value,
            "law_value": number.law,
            "role": number.role,
        }
        for number in judgement.numbers
    ] or [head | {"part": "", "what": "", "unit": "", "trials": 0, "role": ""}]
