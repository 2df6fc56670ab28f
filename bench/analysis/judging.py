"""The claims of an experiment held against a run: evidence, verdicts, and what is missing.  Pure.

Turns evaluated groups into what the rules read.  Knows no rule and no claim.
"""

from __future__ import annotations

from bench.analysis.evaluated import ExperimentResult, Group, JudgedClaim, public_load
from bench.model.claim import Claim
from bench.model.law import SEED
from bench.verdicts.claims import judge
from bench.verdicts.evidence import Cell, Evidence
from bench.verdicts.judgement import Judgement


def evidence_of(result: ExperimentResult) -> Evidence:
    """The usable trials of all groups, by pattern and load."""
    return Evidence(
        [_cell(group) for group in result.groups if group.used], result.experiment.normal
    )


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


def judged(result: ExperimentResult) -> tuple[JudgedClaim, ...]:
    """All claims of the experiment in order, judged by this run."""
    evidence = evidence_of(result)
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
