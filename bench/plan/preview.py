"""What a run would measure and start, in words: for whoever asks before it does.  Pure.

Knows trials and what patterns declare; not how anything is started.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.model import linktext
from bench.model.load import FAULT
from bench.model.ownserver import OwnServer, read
from bench.model.pattern import Pattern
from bench.model.records import Goal
from bench.model.trial import Trial
from bench.plan.fault_checks import actors_of
from bench.plan.outlook import minutes
from bench.plan.trials import seconds_of

Counts = Callable[[Pattern, Mapping[str, Any]], Mapping[str, int]]
"""How many processes each part of a pattern has under a load."""

HEADERS = ("pattern", "trials", "time", "started for each trial")
LOAD_PROCESS, PROXY = "load process", "proxy"


def rows(
    trials: Sequence[Trial], patterns: Iterable[Pattern], counts_of: Counts, workers: int
) -> list[tuple[str, ...]]:
    """For each pattern: its trials, about how long they take, and its processes."""
    found: list[tuple[str, ...]] = []
    for pattern in patterns:
        own = [trial for trial in trials if trial.pattern == pattern.id]
        if own:
            processes = _processes(pattern, own, counts_of, workers)
            found.append((pattern.id, _trials(own), minutes(seconds_of(own)), processes))
    return found


def _trials(trials: Sequence[Trial]) -> str:
    kinds = Counter(trial.calibrates for trial in trials)
    text = str(kinds[False])
    return f"{text} + {kinds[True]} for laws" if kinds[True] else text


def _processes(pattern: Pattern, trials: Sequence[Trial], counts_of: Counts, workers: int) -> str:
    groups: dict[tuple[str, str], set[int]] = {}
    for trial in trials:
        actors = actors_of(pattern, trial.load, counts_of(pattern, trial.load))
        for name, group in actors.items():
            if group.kind in ("part", PROXY):
                groups.setdefault((name, group.kind), set()).add(group.count)
    words = [_group(name, kind, counts) for (name, kind), counts in groups.items()]
    return ", ".join([*words, _group(LOAD_PROCESS, "", {workers})])


def _group(name: str, kind: str, counts: set[int]) -> str:
    least, most = min(counts), max(counts)
    many = "" if most == 1 else f"{most} " if least == most else f"{least} to {most} "
    ending = "es" if most > 1 and name == LOAD_PROCESS else ""
    lead = f"{kind} " if kind == PROXY and name != PROXY else ""
    return f"{many}{lead}{name}{ending}"


@dataclass(frozen=True)
class Once:
    """What is started once for the whole run, or not at all."""

    titles: Mapping[str, str]
    """Of services, by name."""
    foreign: Mapping[str, str]
    """Addresses of those that run already, by name."""


def lines(
    trials: Sequence[Trial], patterns: Sequence[Pattern], once: Once, goal: Goal | None
) -> list[str]:
    """How long all of it takes, services, links and faults: each in a line of its own."""
    said = [
        f"{_count(len(trials), 'trial')}, one after the other, in about {hours(seconds_of(trials))}"
    ]
    if goal is not None:
        said.append(
            f"more repeats, up to {goal.most_repeats}, until {goal.metric} is known well enough"
        )
    measured = {trial.pattern for trial in trials}
    requests = [one for p in patterns if p.id in measured for one in p.services]
    for request in dict.fromkeys(requests):
        title = once.titles[request.name]
        wanted = ", ".join(f"{name}={value}" for name, value in request.settings if value)
        if request.name in once.foreign:
            said.append(f"{title}: the one at {once.foreign[request.name]} is used")
        elif request.description:
            said.append(f"{title}: {_described(read(request.description))}")
        else:
            said.append(f"{title}{f' ({wanted})' if wanted else ''}: started once, for all trials")
    links = dict.fromkeys(
        linktext.format_links(t.load) for t in trials if linktext.links_of(t.load)
    )
    said += [f"link {text}: emulated, in network namespaces of its own" for text in links]
    faults = dict.fromkeys(fault for t in trials for fault in str(t.load.get(FAULT) or "").split())
    said += [f"fault {fault}" for fault in faults]
    return said


def _described(own: OwnServer) -> str:
    if own.is_started:
        command = " ".join(own.server.command)
        return f"`{command}`, anew for each trial"
    return f"the one at {own.url} is used"


def hours(seconds: float) -> str:
    """ "1.5 h" of what takes longer than two hours, else minutes."""
    return f"{seconds / 3600:.1f} h" if seconds >= 2 * 3600 else minutes(seconds)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
