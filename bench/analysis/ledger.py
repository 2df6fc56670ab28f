"""The whole ledger beside all runs: for each claim, the newest run to rely on.  Pure.

A run is chosen by what was planned and when it was made, never by its verdict.  Where no run at
hand can be relied on, what an earlier atlas kept of one counts.  Knows no experiment and no claim,
and not where runs are kept.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.analysis.evaluated import Evaluated, ExperimentResult, JudgedClaim
from bench.model import topics
from bench.model.claim import Claim
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.records import Identity, RunFile
from bench.plan.calibration import with_calibration
from bench.plan.claim_trials import laws_of, trials_of_claims
from bench.plan.trials import REPEATS, Request
from bench.verdicts.judgement import Verdict


@dataclass(frozen=True)
class Origin:
    """What the ledger knows of a run beside its numbers: when, where and with which code it was
    made.

    `run` is the name of its folder; `patterns` are ids, and so are the keys of `code`.
    """

    run: str
    created: str
    seed: int
    repeats: int
    environment: Mapping[str, Any]
    patterns: tuple[str, ...]
    code: Mapping[str, Identity]


@dataclass(frozen=True)
class Source:
    """A run that was asked about a claim, and what it says.

    `usable` are the fewest and the most usable trials of its groups.  `doubts` are the reasons
    for which an older run without any is preferred.  `older_code` names what of the claim's code
    and versions has changed since the run, `other_machine` what of the machine; both are empty
    where nobody has looked.  `is_kept`: the run is not at hand, an earlier atlas kept this of it.
    """

    origin: Origin
    result: ExperimentResult
    judged: JudgedClaim
    usable: tuple[int, ...] = ()
    doubts: tuple[str, ...] = ()
    older_code: tuple[str, ...] = ()
    other_machine: tuple[str, ...] = ()
    is_kept: bool = False

    @property
    def created(self) -> datetime:
        return made_at(self.origin)

    @property
    def run(self) -> str:
        """The name of the run's folder."""
        return self.origin.run


@dataclass(frozen=True)
class Entry:
    """A claim of the ledger with the run that judges it; None where no run does.

    `attempt` is then the newest run that made all its trials, and still says nothing of it.
    """

    experiment: Experiment
    claim: Claim
    topics: tuple[str, ...]
    source: Source | None = None
    attempt: Source | None = None

    @property
    def verdict(self) -> Verdict:
        return self.source.judged.judgement.verdict if self.source else "not measured"

    @property
    def is_missing(self) -> bool:
        """Whether no run can be trusted with it: nothing is known, or only with a doubt."""
        return self.source is None or bool(self.source.doubts)


def ledger(
    experiments: Iterable[Experiment], runs: Sequence[Evaluated], kept: Sequence[Source] = ()
) -> list[Entry]:
    """Every claim in the experiments' order, each with the run that judges it.

    `kept` is what an earlier atlas knows of runs; a run that is at hand speaks for itself.
    """
    at_hand = {(one.run, one.created) for one in map(origin_of, runs)}
    kept = [one for one in kept if (one.run, one.origin.created) not in at_hand]
    found = []
    for experiment in experiments:
        own = [
            (run, result)
            for run in runs
            for result in run.experiments
            if result.name == experiment.name and is_asked(run)
        ]
        known = [one for one in kept if one.result.name == experiment.name]
        about = topics_of(experiment)
        found += [
            _entry(experiment, claim, about.get(claim.id, ()), own, known)
            for claim in experiment.claims
        ]
    return found


def topics_of(experiment: Experiment) -> dict[str, tuple[str, ...]]:
    """The topics of each claim, by its id, in alphabetical order."""
    found: dict[str, list[str]] = {}
    for topic, by_experiment in topics.by_topic([experiment]).items():
        for identity in by_experiment.get(experiment.name, []):
            found.setdefault(identity, []).append(topic)
    return {identity: tuple(dict.fromkeys(names)) for identity, names in found.items()}


def is_asked(run: Evaluated) -> bool:
    """Whether a run may judge claims at all: it is finished, and no audit at random points."""
    return run.file.audit is None and not run.unfinished


def origin_of(run: Evaluated) -> Origin:
    file = run.file
    return Origin(
        run.folder.resolve().name,
        file.created,
        file.seed,
        file.repeats,
        file.environment,
        tuple(file.patterns),
        file.code,
    )


def made_at(origin: Origin) -> datetime:
    """When the run was begun; UsageError where its record does not say."""
    try:
        found = datetime.fromisoformat(origin.created)
    except ValueError:
        raise UsageError(f"run {origin.run}: created={origin.created!r} is not a time") from None
    return found.astimezone()


def usable_of(result: ExperimentResult) -> tuple[int, ...]:
    """The fewest and the most usable trials of the groups that have any, each number once."""
    counts = sorted({len(group.used) for group in result.groups if group.used})
    return tuple(dict.fromkeys((*counts[:1], *counts[-1:])))


def _entry(
    experiment: Experiment,
    claim: Claim,
    about: tuple[str, ...],
    runs: Sequence[tuple[Evaluated, ExperimentResult]],
    kept: Sequence[Source],
) -> Entry:
    sources = [
        Source(
            origin_of(run),
            result,
            judged,
            usable_of(result),
            tuple(doubts_of(run, result, claim)),
        )
        for run, result in runs
        for judged in result.claims
        if judged.claim.id == claim.id
    ]
    judging = [one for one in sources if not one.judged.remedy]
    judging += [one for one in kept if one.judged.claim.id == claim.id]
    failing = [one for one in sources if one.judged.remedy and not one.doubts]
    return Entry(experiment, claim, about, newest(judging), newest(failing))


def newest(sources: Sequence[Source]) -> Source | None:
    """The newest one without a doubt, else the newest; the verdict has no say in it.

    A run at hand comes before what is kept of others: it is judged by the rules of today.
    """
    return max(
        sources, key=lambda one: (not one.doubts, not one.is_kept, one.created), default=None
    )


def doubts_of(run: Evaluated, result: ExperimentResult, claim: Claim) -> list[str]:
    """Why the run is not to be trusted with the claim, whatever it found."""
    file, found = run.file, []
    if file.repeats < REPEATS:
        found.append(f"{file.repeats} repeat{'s' * (file.repeats != 1)}, {REPEATS} are needed")
    if file.keep_disturbed:
        found.append("trials that the machine disturbed were kept")
    if file.unlike:
        found.append("trials were added after a change of code or machine")
    if not covers(file, result.experiment, claim):
        found.append("its trials are not those that the claim asks for today")
    least = least_left(result, claim)
    if least is not None:
        found.append(f"the machine disturbed its trials: {least} usable of a level")
    return found


def least_left(result: ExperimentResult, claim: Claim) -> int | None:
    """The fewest trials that a level of the claim's patterns has left, where void ones make it
    fewer than a verdict needs; None where there is no such level.
    """
    names = {name for setup in claim.setups for name in setup.patterns}
    counts = [
        sum(trial.verdict != "void" for trial in group.trials)
        for group in result.groups
        if group.pattern in names and any(trial.verdict == "void" for trial in group.trials)
    ]
    return min((count for count in counts if count < REPEATS), default=None)


def covers(file: RunFile, experiment: Experiment, claim: Claim) -> bool:
    """Whether a run planned all trials that a claim needs, those included that its laws need.

    Patterns that its machine lacked are not asked of it; those that were not chosen are.
    """
    ids = {f"{experiment.name}/{name}" for setup in claim.setups for name in setup.patterns}
    if not ids <= set(file.patterns):
        return False
    usable = [file.patterns[name] for name in sorted(ids - set(file.not_measured))]
    if not usable:
        return False
    lawful = dataclasses.replace(experiment, predictions=tuple(laws_of([claim])))
    own = trials_of_claims(experiment, [claim], usable, Request((experiment.name,), repeats=1))
    names = [one.name for one in file.patterns.values() if one.id not in file.not_measured]
    needed = with_calibration(lawful, own, names, file.seed)
    planned = {(trial.pattern, _bare(trial.load)) for trial in file.trials}
    return planned.issuperset((trial.pattern, _bare(trial.load)) for trial in needed)


def _bare(load: Mapping[str, Any]) -> str:
    """A load as one text: the same for equal loads, planned just now or read from a file."""
    return json.dumps(dict(load), sort_keys=True)
