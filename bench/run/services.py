"""What surrounds the trials of one run: the link, and services that many trials share.

Knows what a pattern requires, and nothing of how a trial is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bench import catalog
from bench.lab import services
from bench.lab.hosts.hub import Hub
from bench.lab.network.network import Network
from bench.lab.processes import cpu_sets
from bench.lab.services import Service
from bench.lab.side import ON_LOOPBACK, Side, Sides
from bench.model import linktext
from bench.model.component import ServiceRequest
from bench.model.errors import TrialFailed
from bench.model.links import Link
from bench.model.messages import Values
from bench.model.pattern import Pattern
from bench.model.records import TrialFile
from bench.run.startup import TrialContext


@dataclass(frozen=True)
class Key:
    """What two trials must agree on to have a service together.

    Where the sides are depends on the links that are asked for, so their names do not do.
    """

    request: ServiceRequest
    where: tuple[tuple[str, tuple[int, ...]], ...]
    on_link: bool


class Services:
    """What surrounds the trials of one run; started when first needed, restarted when dead.

    A run may have trials on loopback and on links: each side has services of its own, and
    so has each choice of settings.  `foreign` has the addresses of services that run
    already, by service: those are only used.  `hub` is where other hosts have joined: parts
    then listen on its address, services stay on loopback.  `locust_page` is where load processes
    show Locust's page, "" where nobody watches.
    """

    def __init__(
        self,
        pins: list[int],
        foreign: Mapping[str, str],
        says: Callable[[str], None],
        hub: Hub | None = None,
        locust_page: str = "",
    ) -> None:
        self._hub = hub
        self._pins, self._foreign, self._says = pins, dict(foreign), says
        self._locust_page = locust_page
        self._network = Network(cpu_sets(1)["link"])
        self._running: dict[Key, Service] = {}
        self._latest: dict[str, Service] = {}

    def context_for(
        self, pattern: Pattern, workers: int, load: Mapping[str, Any] | None = None
    ) -> TrialContext:
        """What this pattern's trial needs, running."""
        self._latest = {}
        links = linktext.links_of(load or {})
        network = self._linked() if links else None
        sides = network.sides(links) if network is not None else ON_LOOPBACK
        addresses, roles = {}, {}
        for request in pattern.services:
            name = request.name
            if name in self._foreign:
                addresses[name] = self._foreign_address(name)
                continue
            service = self._ready(request, sides, links)
            addresses[name] = service.address
            if service.is_metered:
                roles[name] = catalog.components()[name].role
        if self._hub is not None:
            sides = replace(sides, backend=Side(self._hub.host))
        found = TrialContext(addresses, roles, dict(self._latest), workers, network, sides)
        return replace(found, hub=self._hub, locust_page=self._locust_page)

    def _foreign_address(self, name: str) -> Values:
        url = self._foreign[name]
        services.check_foreign(name, url)
        return services.service_class(name).foreign_address(url)

    def _linked(self) -> Network:
        if not self._network.alive:
            self._says("starting the link")
            # What ran in the namespaces of a dead one cannot be reached any more.
            for key in [key for key in self._running if key.on_link]:
                self._running.pop(key).remove()
            self._network.start()
        return self._network

    def _ready(self, request: ServiceRequest, sides: Sides, links: Collection[str]) -> Service:
        """The instance for this request: kept as it is, started, or restarted on its data."""
        where = _where(sides[request.side]), _where(sides.standby)
        key = Key(request, where, bool(links))
        if key not in self._running:
            self._running[key] = services.create(request, self._pins, sides)
        self._latest[request.name] = service = self._running[key]
        if not service.in_place:
            title = catalog.components()[request.name].title
            self._says(f"{'restarting' if service.started else 'starting'} {title}")
            if links:
                # A standby starts by copying, over links that do not delay it yet.
                self._network.shape({name: Link() for name in links}, seed=0)
            _revive(service)
        return service

    def log_tail(self) -> list[str]:
        """The last lines of the services of the latest trial."""
        return [line for service in self._latest.values() for line in service.log_tail()]

    def explain(self, record: TrialFile) -> TrialFile:
        """Add to a failed trial the end of what it took with it."""
        if record.status == "ok":
            return record
        for name, service in self._latest.items():
            if not service.alive:
                title = catalog.components()[name].title
                reason = record.reason
                if title not in reason:
                    reason = f"{title} ended during the trial; {reason}"
                tail = [*service.log_tail(), *record.log_tail]
                return replace(record, reason=reason, log_tail=tail)
        shown = [one for one in self._latest.values() if one.shows_log]
        lines = [line for service in shown for line in service.log_tail()]
        return replace(record, log_tail=[*lines, *record.log_tail])

    def stop(self) -> None:
        for service in self._running.values():
            service.remove()
        self._network.stop()


def _where(side: Side) -> tuple[str, tuple[int, ...]]:
    return side.host, side.join


def _revive(service: Service) -> None:
    """Start it, on its data where it has some; data that it cannot start on are given up."""
    if not service.started:
        service.start()
        return
    try:
        service.restart()
    except TrialFailed:
        service.remove()
        raise
