"""The claims of an experiment held against a run: evidence, verdicts, and what is missing.

Turns evaluated groups into what the rules read.  Knows no rule and no claim.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bench.claims import Cell, Evidence, Judgement
from bench.model import Claim, Load, public_name
from reports.evaluated import ExperimentResult, Group

COLUMNS = [
    *("experiment", "claim", "statement", "verdict", "what", "unit"),
    *("value", "low", "high", "trials", "law", "law_value"),
]


@dataclass(frozen=True)
class Verdict:
    """A claim with what the run says of it; `remedy` is the command that supplies what lacks."""

    claim: Claim
    judgement: Judgement
    remedy: str = ""


def evidence_of(result: ExperimentResult) -> Evidence:
    """The usable trials of all groups, by pattern and load."""
    return Evidence(
        [_cell(group) for group in result.groups if group.used], result.experiment.normal
    )


def _cell(group: Group) -> Cell:
    return Cell(
        pattern=group.pattern,
        load=public_load(group.load),
        trials={trial.record.trial.repeat: trial.metrics for trial in group.used},
        facts={key: entry.value for key, entry in group.estimates.items()},
        typed_load=group.load,
    )


def public_load(load: Load) -> dict[str, Any]:
    """Every parameter of a load by public name, but for those of the trial's length."""
    values = {public_name(name): value for name, value in dataclasses.asdict(load).items()}
    return {name: value for name, value in values.items() if name not in ("warmup", "drain")}


def verdicts(result: ExperimentResult) -> list[Verdict]:
    """All claims of the experiment in order, judged by this run."""
    evidence = evidence_of(result)
    found = []
    for claim in result.experiment.claims:
        judgement = claim.rule.judge(evidence)
        lacking = judgement.verdict == "not measured"
        command = f"bench run {result.name} --claims {claim.id}"
        found.append(Verdict(claim, judgement, command if lacking else ""))
    return found


def table(results: Sequence[ExperimentResult]) -> pd.DataFrame:
    """Tidy: a row for each number behind each verdict (claims.csv)."""
    rows: list[list[Any]] = []
    for result in results:
        for verdict in verdicts(result):
            claim, judgement = verdict.claim, verdict.judgement
            head = [result.name, claim.id, claim.statement, judgement.verdict]
            if not judgement.numbers:
                rows.append([*head, "", "", math.nan, math.nan, math.nan, 0, claim.law, math.nan])
            for number in judgement.numbers:
                rows.append(
                    [
                        *head,
                        number.what,
                        number.unit,
                        number.value,
                        number.low,
                        number.high,
                        number.trials,
                        claim.law,
                        number.law,
                    ]
                )
    return pd.DataFrame(rows, columns=COLUMNS)
