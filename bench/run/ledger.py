"""What of the ledger is missing on this machine, and what has changed since a run was made.

Plans runs, starts none.  Knows no claim and no experiment.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench import catalog
from bench.analysis.ledger import Entry, Origin, Source, covers
from bench.model.claim import Claim
from bench.model.errors import ComponentMissing, UsageError
from bench.model.records import Identity
from bench.plan.trials import seconds_of
from bench.results import comparability, environment
from bench.results.comparability import Difference
from bench.results.store import StoredRun
from bench.run import request, runner
from bench.run.identities import identities
from bench.run.runner import RunPlan


@dataclass(frozen=True)
class Missing:
    """Claims of one experiment that no run can be trusted with, and the run that would do."""

    experiment: str
    ids: tuple[str, ...]
    plan: RunPlan

    @property
    def command(self) -> str:
        return self.plan.command

    @property
    def seconds(self) -> float:
        """About how long its trials take."""
        return seconds_of(self.plan.trials)


@dataclass(frozen=True)
class Outlook:
    """What is to be measured, shortest first, and what cannot be (a line each)."""

    missing: tuple[Missing, ...]
    impossible: tuple[str, ...]

    @property
    def claims(self) -> int:
        return sum(len(one.ids) for one in self.missing)

    @property
    def trials(self) -> int:
        return sum(len(one.plan.trials) for one in self.missing)

    @property
    def seconds(self) -> float:
        return sum(one.seconds for one in self.missing)


def outlook(
    entries: Sequence[Entry],
    foreign: Mapping[str, str],
    tried: Collection[tuple[str, str]] = (),
) -> Outlook:
    """What would complete the ledger here.

    `tried` are claims (experiment, id) not to be planned again.  Those whose trials a run has
    made without an answer are left to the user: more of the same would tell no more.
    """
    missing, impossible = [], []
    for experiment in dict.fromkeys(one.experiment.name for one in entries):
        own = [one for one in entries if one.experiment.name == experiment and one.is_missing]
        wanted: list[Claim] = []
        for one in own:
            if (experiment, one.claim.id) in tried:
                continue
            if one.source is None and one.attempt is not None:
                impossible.append(_tried(one, one.attempt))
            else:
                wanted.append(one.claim)
        found, lacking = _possible(experiment, wanted, foreign)
        impossible += lacking
        if found is not None:
            missing.append(found)
    return Outlook(tuple(sorted(missing, key=lambda one: one.seconds)), tuple(impossible))


def _tried(entry: Entry, attempt: Source) -> str:
    return (
        f"{entry.claim.id}: {attempt.run} made its trials, but {attempt.judged.judgement.words}; "
        f"bench run {entry.experiment.name} --claims {entry.claim.id} tries again"
    )


def _possible(
    experiment: str, claims: Sequence[Claim], foreign: Mapping[str, str]
) -> tuple[Missing | None, list[str]]:
    """One run for all of the claims that this machine can measure, and why not the others."""
    if not claims:
        return None, []
    try:
        chosen = catalog.select([experiment])
        _, absent = runner.without_missing(chosen, foreign)
    except ComponentMissing as error:
        return None, [f"{claim.id}: {error}" for claim in claims]
    found, lines = [], []
    for claim in claims:
        needed = dict.fromkeys(name for setup in claim.setups for name in setup.patterns)
        lacks = [absent[key] for name in needed if (key := f"{experiment}/{name}") in absent]
        if lacks:
            lines.append(f"{claim.id}: {'; '.join(dict.fromkeys(lacks))}")
        else:
            found.append(claim.id)
    try:
        return (_planned(experiment, found, foreign) if found else None), lines
    except (ComponentMissing, UsageError):
        alone = []
        for identity in found:  # the others are not to wait for one that cannot be
            try:
                _planned(experiment, [identity], foreign)
                alone.append(identity)
            except (ComponentMissing, UsageError) as error:
                lines.append(f"{identity}: {error}")
        return (_planned(experiment, alone, foreign) if alone else None), lines


def _planned(experiment: str, ids: Sequence[str], foreign: Mapping[str, str]) -> Missing:
    text = ",".join(ids)
    command = f"bench run {experiment} --claims {text}"
    asked = request.Asked((experiment,), claims=text, foreign=foreign, command=command)
    plan = request.plan_of(asked)
    runner.check(plan)
    return Missing(experiment, tuple(ids), plan)


def resumable(
    runs: Iterable[StoredRun], entries: Sequence[Entry], foreign: Mapping[str, str]
) -> tuple[list[StoredRun], list[str]]:
    """Unfinished runs whose completion answers what is missing, and why others are not resumed."""
    wanted = [one for one in entries if one.is_missing]
    found, lines = [], []
    for run in runs:
        if not any(covers(run.file, one.experiment, one.claim) for one in wanted):
            continue
        try:
            runner.check_resumable(run, foreign, False)
            found.append(run)
        except (UsageError, ComponentMissing) as error:
            lines.append(f"not resumed: {error}")
    return found, lines


# --- what has changed since -------------------------------------------------------------


def with_changes(entries: Sequence[Entry], foreign: Mapping[str, str]) -> list[Entry]:
    """The entries, each saying what of its code and machine is not as it was."""
    facts = environment.facts()
    known: dict[str, Identity] = {}
    found: dict[tuple[str, ...], list[Difference]] = {}
    changed = []
    for entry in entries:
        source = entry.source
        if source is None:
            changed.append(entry)
            continue
        origin = source.origin
        key = origin.run, origin.created, *origin.patterns  # names alone may come from two machines
        if key not in found:
            code = _code_of(origin, known, foreign)
            found[key] = comparability.changes_since(origin, facts, code)
        changed.append(dataclasses.replace(entry, source=_marked(source, found[key])))
    return changed


def _code_of(
    origin: Origin, known: dict[str, Identity], foreign: Mapping[str, str]
) -> dict[str, Identity]:
    """What the patterns of a run depend on today, of those that are still there."""
    today = {
        one.id: one
        for name in {identity.partition("/")[0] for identity in origin.patterns}
        for one in catalog.patterns(name).values()
    }
    names = [name for name in origin.code if name in today]
    fresh = [today[name] for name in names if name not in known]
    known |= identities(fresh, foreign)
    return {name: known[name] for name in names}


def _marked(source: Source, differences: Sequence[Difference]) -> Source:
    """With the differences that its claim's patterns have."""
    claim = source.judged.claim
    names = {
        f"{source.result.name}/{name}" for setup in claim.setups for name in setup.patterns
    } & set(source.origin.patterns)
    code = [one.text for one in differences if one.where and names & set(one.where)]
    gone = [f"{name} is not here any more" for name in sorted(_gone(source, names))]
    machine = [one.text for one in differences if not one.where]
    return dataclasses.replace(
        source,
        older_code=tuple(dict.fromkeys([*code, *gone])),
        other_machine=tuple(dict.fromkeys(machine)),
    )


def _gone(source: Source, names: Collection[str]) -> set[str]:
    today = {one.id for one in catalog.patterns(source.result.name).values()}
    return {name for name in names if name not in today}
