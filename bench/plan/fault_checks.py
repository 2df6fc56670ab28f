"""Whether faults can be done to what a trial has: told before anything starts.  Pure.

Knows neither a verb nor a service by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.model import hints, linktext
from bench.model.errors import UsageError
from bench.model.fault import ActorKind, Fault, Verb, parse_faults
from bench.model.pattern import Pattern

PATHS, CLIENTS = "path", "clients"


@dataclass(frozen=True)
class ActorGroup:
    """All actors of one name: `count` of them, numbered from `first`."""

    kind: ActorKind
    count: int = 1
    first: int = 0

    @property
    def last(self) -> int:
        return self.first + self.count - 1


def paths_of(link: str) -> str:
    """The name under which faults know the paths of a link: `path`, `services_path`."""
    return f"{linktext.prefix_of(link)}{PATHS}"


def actors_of(
    pattern: Pattern, load: Mapping[str, Any], counts: Mapping[str, int] | None = None
) -> dict[str, ActorGroup]:
    """What a trial of this pattern under this load (by field name) has, by name.

    `counts` says how many processes each part has (else one).
    """
    counts = counts or {}
    found = {part.name: ActorGroup("part", counts.get(part.name, 1)) for part in pattern.parts}
    found |= {request.name: ActorGroup("service") for request in pattern.services}
    for name, _, each in (text.partition(".") for text in pattern.proxies):
        found[name] = ActorGroup("proxy", int(load["clients"]) if each else 1)
    for name, link in linktext.links_of(load).items():
        # A link's paths are its first and its second one.
        found[paths_of(name)] = ActorGroup("path", len(link.paths), first=1)
    found[CLIENTS] = ActorGroup("clients", int(load["clients"]))
    return found


def verb_of(fault: Fault, kind: ActorKind, verbs: Mapping[str, Verb]) -> Verb | None:
    """The verb that a fault names; `path:down` is short for path_down."""
    return verbs.get(fault.verb) or verbs.get(f"{kind}_{fault.verb}")


def check_faults(text: str, actors: Mapping[str, ActorGroup], verbs: Mapping[str, Verb]) -> None:
    """UsageError, in one line, where a fault names what is not there or cannot be done."""
    for fault in parse_faults(text):
        group = actors.get(fault.actor.name)
        if group is None:
            raise UsageError(
                f"--fault {fault}: this pattern has no {fault.actor.name!r}; "
                f"{_meant(fault.actor.name, actors)}it has {', '.join(actors)}"
            )
        _check_number(fault, group)
        verb = verb_of(fault, group.kind, verbs)
        _check_verb(fault, group, verb, verbs.values())


def _check_number(fault: Fault, group: ActorGroup) -> None:
    actor = fault.actor
    if actor.first is None or actor.last is None:
        return
    if actor.first < group.first or actor.last > group.last:
        there = f"{actor.name}.{group.first}"
        there += f" to {actor.name}.{group.last}" if group.count > 1 else " only"
        raise UsageError(f"--fault {fault}: there is no {actor}; there is {there}")


def _check_verb(fault: Fault, group: ActorGroup, verb: Verb | None, verbs: Iterable[Verb]) -> None:
    if verb is None or group.kind not in verb.works_on:
        usable = [
            one.name.removeprefix(f"{group.kind}_") for one in verbs if group.kind in one.works_on
        ]
        raise UsageError(
            f"--fault {fault}: {fault.verb!r} cannot be done to {fault.actor}; "
            f"{_meant(fault.verb, usable)}it can be {', '.join(usable)}"
        )
    if verb.lasts == "must" and fault.lasts is None:
        raise UsageError(f"--fault {fault}: the duration is missing; add e.g. for=1s")
    if verb.lasts == "never" and fault.lasts is not None:
        raise UsageError(f"--fault {fault}: {fault.verb} takes no duration; remove for")


def _meant(name: str, known: Iterable[str]) -> str:
    near = hints.nearest(name, known, 1)
    return f"did you mean {near[0]}? " if near else ""
