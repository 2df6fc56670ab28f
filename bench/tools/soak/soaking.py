"""Does the cases of a soak, keeps what came of each, and can be interrupted.

Must not know any part, nor how a case is run.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import catalog
from bench.lab import components
from bench.results import environment
from bench.tools.soak import lanes, parts, state
from bench.tools.soak.case import Candidate, Case, Done, Options, Outcome
from bench.tools.soak.summary import summary

FOLDER = Path("results") / "soak"
SCRATCH = "under-way"
"""Below a soak's folder: the cases that are being done."""


def now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def candidates() -> list[Candidate]:
    """The patterns that this machine can measure, but those that stand for a user's server."""
    absent = {name for name in catalog.components() if components.missing(name)}
    return [
        Candidate(one.id, name, bool(one.services), bool(one.proxies))
        for name in catalog.experiments()
        for one in catalog.patterns(name).values()
        if not one.stands_for and not absent & set(one.requires)
    ]


def begin(folder: Path, options: Options, only: tuple[str, ...]) -> state.Soak:
    """A new soak with its plan."""
    cases = parts.planned(options, candidates(), only)
    machine = {name: value for name, value in environment.facts().items() if name != "host"}
    return state.begin(folder, state.Plan(state.VERSION, now(), options, cases, machine))


def go_on(soak: state.Soak, cases: Sequence[Case], says: Callable[[str], None]) -> Path:
    """Do these; KeyboardInterrupt passes through when nothing of them runs any more."""
    path = write(soak)
    commit = str(environment.facts()["commit"])
    scratch = soak.folder.resolve() / SCRATCH
    with contextlib.closing(lanes.done(cases, scratch, soak.plan.options.lanes)) as ended:
        for case, outcome, seconds in ended:
            state.keep(soak, Done(case.key, case.text, outcome, round(seconds, 1), commit, now()))
            path = write(soak)
            rest = "".join(f"; {line}" for line in [*outcome.problems, outcome.said] if line)
            place = f"{len(soak.done)} of {len(soak.plan.cases)}"
            says(f"{place}: {case.key} {case.text}: {outcome.status} ({seconds:.0f} s){rest}")
    return path


def write(soak: state.Soak) -> Path:
    """The summary as it is now."""
    titles = {name: part.TITLE for name, part in parts.parts().items()}
    plan = soak.plan
    text = summary(
        plan.begun, plan.options, plan.machine, plan.cases, soak.done, titles, soak.superseded
    )
    return state.write_summary(soak, text)


def once_more(soak: state.Soak, case: Case) -> Outcome:
    """One case again; nothing of it is kept."""
    scratch = soak.folder.resolve() / SCRATCH / "again"
    with contextlib.closing(lanes.done([case], scratch, 1)) as ended:
        return next(ended)[1]
