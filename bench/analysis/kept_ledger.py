"""What the ledger's runs say, as data that outlives them, and put back without them.  Pure.

A run's folder may be gone when the next atlas is made; its verdicts, with the numbers and curves
behind them, need not be.  Functions (rules, laws) are no data: a claim that asks something
else today than it did then is not put back.  Must not know where and in which form it is kept.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.analysis.evaluated import ExperimentResult, JudgedClaim
from bench.analysis.ledger import Entry, Origin, Source
from bench.analysis.metrics import metrics_of
from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.model.experiment import Experiment
from bench.model.pattern import Pattern
from bench.verdicts.judgement import Judgement

ADDRESS = re.compile(r" at 0x[0-9a-f]+")
"""Of a function in memory: another one in every process."""


@dataclass(frozen=True)
class KeptRun:
    """One experiment's part of a run: where it comes from, and what words and pictures need.

    `titles` are those of its patterns, by name, in the order of the tables; `places` the
    names by which colours were given out.
    """

    experiment: str
    origin: Origin
    titles: Mapping[str, str]
    places: tuple[str, ...]


@dataclass(frozen=True)
class KeptClaim:
    """What a run says of a claim; `run` is its place among the kept runs.

    `asked` is what the claim was then (`asked_by`).
    """

    experiment: str
    claim: str
    run: int
    asked: Mapping[str, str]
    judgement: Judgement
    usable: tuple[int, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class KeptLedger:
    runs: tuple[KeptRun, ...] = ()
    claims: tuple[KeptClaim, ...] = ()


@dataclass(frozen=True)
class Restored:
    """What a kept ledger says of the claims of today; `left_out`: a line for each it cannot."""

    sources: tuple[Source, ...] = ()
    left_out: tuple[str, ...] = ()


def kept(entries: Sequence[Entry], facts: Sequence[str]) -> KeptLedger:
    """What is to be kept of the ledger: each claim that a run judges, nothing of the others.

    Of a machine these `facts` are kept, of a run's code what the experiment's patterns depend on.
    """
    runs: list[KeptRun] = []
    claims = []
    for entry in entries:
        source = entry.source
        if source is None:
            continue
        run = _run(source, facts)
        if run not in runs:
            runs.append(run)
        claims.append(
            KeptClaim(
                entry.experiment.name,
                entry.claim.id,
                runs.index(run),
                asked_by(entry.claim),
                source.judged.judgement,
                source.usable,
                source.doubts,
            )
        )
    return KeptLedger(tuple(runs), tuple(claims))


def _run(source: Source, facts: Sequence[str]) -> KeptRun:
    origin, result = source.origin, source.result
    before = f"{result.name}/"
    own = dataclasses.replace(
        origin,
        environment={key: origin.environment[key] for key in facts if key in origin.environment},
        patterns=tuple(one for one in origin.patterns if one.startswith(before)),
        code={name: one for name, one in origin.code.items() if name.startswith(before)},
    )
    titles = {pattern.name: pattern.title for pattern in result.patterns}
    return KeptRun(result.name, own, titles, result.places)


def asked_by(claim: Claim) -> dict[str, str]:
    """All that a claim asks, in words: what makes it another claim where it changes.

    Of a condition that is a function there is its name alone.
    """
    words = {
        "statement": claim.statement,
        "rule": claim.rule.text,
        "law": claim.law,
        "preconditions": "; ".join(one.text for one in claim.preconditions),
        "what must be seen": "; ".join(_seen(one) for one in claim.must_see),
        "trials": "; ".join(_trials(one) for one in claim.setups),
    }
    return {name: ADDRESS.sub("", text) for name, text in words.items()}


def _seen(one: MustSee) -> str:
    where = "".join(f" {name}={value}" for name, value in one.where.items())
    return f"{one.metric}: {one.text}{where}"


def _trials(setup: ClaimSetup) -> str:
    return " ".join([",".join(setup.patterns), *(f"{k}={v}" for k, v in setup.settings.items())])


def restored(
    found: KeptLedger, experiments: Iterable[Experiment], compared: Mapping[str, Sequence[str]]
) -> Restored:
    """What was kept, put back for the claims of today.

    `compared` are the names of each experiment's compared patterns of today: they have
    their colours first.
    """
    known = {one.name: one for one in experiments}
    sources, left_out = [], []
    for one in found.claims:
        experiment = known.get(one.experiment)
        claim = _claim(experiment, one.claim)
        if experiment is None or claim is None:
            left_out.append(f"{one.experiment} {one.claim}: there is no such claim any more")
        elif reason := _changed(experiment, claim, one):
            left_out.append(f"{one.experiment} {one.claim}: {reason}")
        else:
            run = found.runs[one.run]
            result = _result(experiment, run, compared.get(experiment.name, ()))
            judged = JudgedClaim(claim, one.judgement)
            sources.append(Source(run.origin, result, judged, one.usable, one.doubts, is_kept=True))
    return Restored(tuple(sources), tuple(left_out))


def _claim(experiment: Experiment | None, identity: str) -> Claim | None:
    claims = experiment.claims if experiment is not None else ()
    return next((claim for claim in claims if claim.id == identity), None)


def _changed(experiment: Experiment, claim: Claim, found: KeptClaim) -> str:
    """Why the verdict of then is none on the claim of today; "" where it is one."""
    now = asked_by(claim)
    # Atlases of before have addresses.
    other = [name for name in now if ADDRESS.sub("", found.asked.get(name, "")) != now[name]]
    if other:
        return f"what it asks has changed since ({', '.join(other)})"
    judgement = found.judgement
    keys = [*(one.metric for one in judgement.numbers), *(one.metric for one in judgement.curves)]
    gone = sorted(set(keys) - set(metrics_of(experiment)))
    return f"{', '.join(gone)}: not measured any more" if gone else ""


def _result(experiment: Experiment, run: KeptRun, compared: Sequence[str]) -> ExperimentResult:
    """Names and titles only: a kept run has no groups."""
    patterns = [Pattern(experiment.name, name, title, "") for name, title in run.titles.items()]
    places = tuple(dict.fromkeys((*compared, *run.places)))
    return ExperimentResult(experiment, tuple(patterns), places, (), {}, {})
