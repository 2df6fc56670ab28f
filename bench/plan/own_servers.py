"""Patterns whose server is a user's own: which take the place of ours, and whether they can.  Pure.

Must not know where a description was read, nor any experiment.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.model import linktext
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.fault import parse_faults
from bench.model.load import FAULT
from bench.model.ownserver import (
    OwnServer,
    check_on_link,
    check_spoken_to,
    elsewhere,
    read,
    refuse_set,
)
from bench.model.pattern import Pattern


@dataclass(frozen=True)
class OwnFile:
    """A description: the file as it was named, its absolute path, its text, and what it says.

    `may_load` are the hosts that the user says may be loaded.
    """

    name: str
    path: str
    text: str
    own: OwnServer
    may_load: Collection[str] = ()


def described(
    chosen: Sequence[Pattern], known: Callable[[str], Mapping[str, Pattern]], file: OwnFile
) -> list[Pattern]:
    """The chosen patterns, each of ours replaced by the one that stands for it.

    `known` gives an experiment's patterns by name.  Where the user has named one that stands for
    another, nothing is replaced: so both can be measured side by side.
    """
    is_named = any(one.stands_for for one in chosen)
    found = [one if is_named else _stand_in(one, known(one.experiment)) for one in chosen]
    return [_with(one, file) if one.stands_for else one for one in found]


def _stand_in(pattern: Pattern, known: Mapping[str, Pattern]) -> Pattern:
    stand_ins = {one.stands_for: one for one in known.values() if one.stands_for}
    if pattern.name in stand_ins:
        return stand_ins[pattern.name]
    there = ", ".join(f"{pattern.experiment}/{name}" for name in stand_ins)
    raise UsageError(
        f"--own: {pattern.id} takes no server of your own"
        + (f"; name one of {there}" if there else "; docs/own/README.md says which patterns do")
    )


def _with(pattern: Pattern, file: OwnFile) -> Pattern:
    try:
        check_spoken_to(file.own, pattern.reads, pattern.scheme, file.may_load)
    except UsageError as error:
        raise UsageError(f"{file.name}: {error}") from None
    return _carrying(pattern, file.text, file.path, file.own.title)


def carried_over(patterns: Sequence[Pattern], stored: Mapping[str, Pattern]) -> list[Pattern]:
    """The patterns with the descriptions with which a run has stored them, by id."""
    found = []
    for pattern in patterns:
        old = stored.get(pattern.id)
        if old is not None and (server := old.described):
            found.append(_carrying(pattern, server.description, server.file, old.title))
        else:
            found.append(pattern)
    return found


def _carrying(pattern: Pattern, text: str, path: str, title: str) -> Pattern:
    """A pattern that stands for another requires one service: the described one."""
    services = tuple(
        dataclasses.replace(one, description=text, file=path) for one in pattern.services
    )
    return dataclasses.replace(pattern, services=services, title=title or pattern.title)


def check_permitted(patterns: Iterable[Pattern], may_load: Collection[str]) -> None:
    """UsageError where a run's servers are on a host that nobody allows to load any more."""
    for pattern in patterns:
        if (server := pattern.described) is None:
            continue
        for host in elsewhere(read(server.description)):
            if host not in may_load:
                raise UsageError(f"{host}: is another host; add --i-may-load {host} if you may")


def started_by(patterns: Iterable[Pattern]) -> list[str]:
    """The commands that a stored run starts, in words: its folder may come from somebody else."""
    found = []
    for pattern in patterns:
        if (server := pattern.described) is not None:
            command = read(server.description).server.command
            found += [f"{pattern.title} is started by `{' '.join(command)}`"] if command else []
    return found


def check(
    pattern: Pattern, own: OwnServer, experiment: Experiment, load: Mapping[str, Any]
) -> None:
    """UsageError where a trial asks of the server what it, or we with it, cannot do."""
    check_on_link(own, linktext.links_of(load))
    _check_faults(pattern, own, load)
    use = experiment.own
    assert use is not None, "a pattern stands for another"
    asked = experiment.load.read(load)
    refuse_set(asked, use.only_ours, use.why)
    use.check(pattern.name, asked, own)
    for host in elsewhere(own)[:1]:
        if use.per_second is None:
            raise UsageError(
                f"{host}: {pattern.experiment} has no rate that could be limited on another host; "
                "measure a server on this one"
            )
        _check_limit(host, own, use.per_second(pattern.name, asked))


def _check_faults(pattern: Pattern, own: OwnServer, load: Mapping[str, Any]) -> None:
    names = {one.name for one in pattern.services}
    for fault in parse_faults(load.get(FAULT) or ""):
        if fault.actor.name in names and not own.is_started:
            raise UsageError(
                f"--fault {fault}: the server is not ours to disturb; have it started by "
                "server.command"
            )


def _check_limit(host: str, own: OwnServer, per_second: float) -> None:
    if per_second > own.limit.per_second:
        raise UsageError(
            f"{host}: {per_second:g} requests and deliveries per second are more than "
            f"limit.per_second = {own.limit.per_second:g}; lower the load, or raise the limit in "
            "the file"
        )
