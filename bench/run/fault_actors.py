"""Whom a trial's faults are done to: its part, its proxy, its services, paths and clients.

Knows the trial under way; what is done to them, and when, is the timeline's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bench.lab import faults
from bench.lab.actors import (
    Actor,
    ClientsActor,
    PartActor,
    PathActor,
    ProxyActor,
    ServiceActor,
)
from bench.lab.faults import Action
from bench.lab.parts import PartInstance
from bench.lab.proxies.proxyset import ProxySet
from bench.model import linktext
from bench.model.errors import TrialFailed
from bench.model.fault import ActorKind, ActorName, Fault, parse_faults, timeline
from bench.plan.fault_checks import CLIENTS, paths_of, verb_of
from bench.run.startup import RunningTrial, ServiceNode, TrialContext
from bench.run.timeline import Timeline


@dataclass(frozen=True)
class Cast:
    """All actors of one name; `chosen` gives those that a fault means."""

    kind: ActorKind
    chosen: Callable[[ActorName], Sequence[Actor]]


def timeline_of(running: RunningTrial, context: TrialContext) -> Timeline:
    """The trial's faults, planned for its window; TrialFailed where one cannot be done."""
    asked = parse_faults(running.trial.load.get("fault", ""))
    casts = _casts(running, context)
    actions = {fault: _action(fault, casts) for fault in asked}
    planned = timeline(asked, running.t1_ns - running.t0_ns, running.trial.seed)
    return Timeline(
        planned, running.t0_ns, actions, lambda fault: casts[fault.actor.name].chosen(fault.actor)
    )


def _action(fault: Fault, casts: Mapping[str, Cast]) -> Action:
    known = faults.actions()
    cast = casts.get(fault.actor.name)
    verb = verb_of(fault, cast.kind, faults.verbs()) if cast else None
    if verb is None:
        raise TrialFailed(f"--fault {fault}: this trial has no such actor")
    return known[verb.name]


def _casts(running: RunningTrial, context: TrialContext) -> dict[str, Cast]:
    found = {part: _parts(part, running) for part in {one.part.name for one in running.parts}}
    proxies = running.parts.proxies
    for name in proxies.names:
        found[name] = Cast("proxy", partial(_proxies, running, proxies))
    for name, node in context.nodes.items():
        found[name] = _service(name, node, running)
    for link in linktext.links_of(running.trial.load):
        found[paths_of(link)] = Cast("path", partial(_paths, running=running, link=link))
    found[CLIENTS] = Cast("clients", lambda actor: [_clients(actor, running)])
    return found


def _service(name: str, node: ServiceNode, running: RunningTrial) -> Cast:
    return Cast("service", lambda _: [ServiceActor(name, node, running.parts.killed.update)])


def _parts(name: str, running: RunningTrial) -> Cast:
    """The processes of one part, numbered from 0."""
    instances = [one for one in running.parts if one.part.name == name]

    def actor_of(one: PartInstance) -> Actor:
        return PartActor(one, running.parts.killed.update, running.parts.tell_proxies)

    def chosen(actor: ActorName) -> list[Actor]:
        last = len(instances) - 1 if actor.last is None else actor.last
        return [actor_of(one) for one in instances[actor.first or 0 : last + 1]]

    return Cast("part", chosen)


def _proxies(running: RunningTrial, proxies: ProxySet, actor: ActorName) -> list[Actor]:
    first, last = actor.first or 0, actor.last
    chosen = proxies.of(actor.name)[first : None if last is None else last + 1]
    return [ProxyActor(envoy, running.parts.killed.update) for envoy in chosen]


def _paths(actor: ActorName, running: RunningTrial, link: str) -> list[Actor]:
    network, described = running.network, linktext.link_of(running.trial.load, link)
    assert network is not None
    assert described is not None
    first, last = actor.first or 1, actor.last or len(described.paths)
    return [
        PathActor(f"{paths_of(link)}.{number}", network, number - 1, link)
        for number in range(first, last + 1)
    ]


def _clients(actor: ActorName, running: RunningTrial) -> Actor:
    most = int(running.trial.load["clients"]) - 1
    first = actor.first or 0
    last = most if actor.last is None else actor.last
    return ClientsActor(str(actor), running.load, first, last)
