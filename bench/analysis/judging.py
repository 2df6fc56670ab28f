"""The claims of an experiment held against a run: evidence, verdicts, and what is missing.  Pure.

Turns evaluated groups into what the rules read.  Knows no rule and no claim.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.analysis.evaluated import ExperimentResult, Group, JudgedClaim, public_load
from bench.model.claim import Claim
from bench.model.law import SEED
from bench.model.metric import Counts
from bench.model.records import AA_FALSE_PAIRS, AA_PAIRS, RunFile
from bench.verdicts.claims import judge
from bench.verdicts.evidence import Cell, Evidence
from bench.verdicts.judgement import Judgement


def evidence_of(result: ExperimentResult, history: Mapping[str, Counts] | None = None) -> Evidence:
    """The usable trials of all groups, by pattern and load; `history` is of other runs."""
    cells = [_cell(group) for group in result.groups if group.used]
    return Evidence(cells, result.experiment.normal, history or {})


def history_of(file: RunFile) -> dict[str, Counts]:
    """What the machine's A/A history said when the run was made: how many pairs falsely differ."""
    pairs, false = (file.environment.get(name, 0) for name in (AA_PAIRS, AA_FALSE_PAIRS))
    return {AA_PAIRS: Counts(int(false), int(pairs), "share")} if pairs else {}


def _cell(group: Group) -> Cell:
    return Cell(
        pattern=group.pattern,
        load=public_load(group.load),
        trials={
            t.record.trial.repeat: {**t.metrics, **group.calibrated, SEED: t.record.trial.seed}
            for t in group.used
        },
        typed_load=group.load,
        counts={trial.record.trial.repeat: trial.counts for trial in group.used},
    )


def judged(
    result: ExperimentResult, history: Mapping[str, Counts] | None = None
) -> tuple[JudgedClaim, ...]:
    """All claims of the experiment in order, judged by this run."""
    evidence = evidence_of(result, history)
    claims = result.experiment.claims
    return tuple(with_remedy(result, claim, judge(claim, evidence)) for claim in claims)


def with_remedy(result: ExperimentResult, claim: Claim, judgement: Judgement) -> JudgedClaim:
    """A judgement with what supplies the trials, where these are missing.

    Where they are there and the effect did not occur, its words say what would do.
    """
    has_failed = any(
        one.role != "statement" and one.verdict == "refuted" for one in judgement.numbers
    )
    is_missing = judgement.verdict == "not measured" and not has_failed
    return JudgedClaim(claim, judgement, remedy_for(result, claim) if is_missing else "")


def remedy_for(result: ExperimentResult, claim: Claim) -> str:
    """The command that supplies a claim's trials, and first what this machine lacks for them."""
    return "; ".join([*lacking(result, claim), f"bench run {result.name} --claims {claim.id}"])


def lacking(result: ExperimentResult, claim: Claim) -> list[str]:
    """The patterns that a claim needs and that could not be measured here, with the reason."""
    needed = dict.fromkeys(name for setup in claim.setups for name in setup.patterns)
    missing = result.not_measured
    return [f"{name}: {missing[name]}" for name in needed if name in missing]
