"""What surrounds the trials of one run: the link, and services that many trials share.

Knows what a pattern requires, and nothing of how a trial is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from bench.lab.network.network import Network
from bench.lab.services import postgres, rabbitmq
from bench.lab.side import LOOPBACK, ON_LOOPBACK, Side
from bench.model import linktext
from bench.model.pattern import Pattern
from bench.model.records import TrialFile
from bench.run.startup import TrialContext

SERVICES = {"rabbitmq": ("RabbitMQ", "broker"), "postgres": ("PostgreSQL", "database")}
"""Components that run as a service for many trials: their names, and their roles in the meters."""


class Node(Protocol):
    """A service that is started once for many trials."""

    @property
    def service(self) -> dict[str, Any]: ...
    @property
    def pids(self) -> list[int]: ...
    @property
    def alive(self) -> bool: ...
    def log_tail(self) -> list[str]: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


class Services:
    """What surrounds the trials of one run; started when first needed, restarted when dead.

    A run may have trials on loopback and on links: each side has services of its own.
    """

    def __init__(self, pins: list[int], amqp_url: str, says: Callable[[str], None]) -> None:
        self._pins, self._amqp_url, self._says = pins, amqp_url, says
        self._network = Network()
        self._nodes: dict[tuple[str, str], Node] = {}
        self._latest: dict[str, Node] = {}

    def around(
        self, pattern: Pattern, workers: int, load: Mapping[str, Any] | None = None
    ) -> TrialContext:
        """What this pattern's trial needs, running."""
        self._latest = {}
        links = linktext.links_of(load or {})
        network = self._linked() if links else None
        sides = network.sides(links) if network is not None else ON_LOOPBACK
        roles = {}
        for name in pattern.requires:
            if name not in SERVICES:
                continue
            title, role = SERVICES[name]
            self._latest[title] = node = self._node(name, sides.services)
            if not node.alive:
                self._says(f"starting {title}")
                node.start()
            if node.pids:
                roles[name] = role
        services = {
            name: self._node(name, sides.services).service
            for name in pattern.requires
            if name in SERVICES
        }
        nodes = {name: self._node(name, sides.services) for name in services}
        return TrialContext(services, roles, nodes, workers, network, sides)

    def _linked(self) -> Network:
        if not self._network.alive:
            self._says("starting the link")
            # What ran in the namespaces of a dead one cannot be reached any more.
            for name, host in list(self._nodes):
                if host != LOOPBACK.host:
                    self._nodes.pop((name, host)).stop()
            self._network.start()
        return self._network

    def _node(self, name: str, side: Side) -> Node:
        key = name, side.host
        if key not in self._nodes:
            self._nodes[key] = (
                rabbitmq.RabbitNode(self._pins, self._amqp_url, side)
                if name == "rabbitmq"
                else postgres.Postgres(self._pins, side)
            )
        return self._nodes[key]

    def log_tail(self) -> list[str]:
        """The last lines of the services of the latest trial."""
        return [line for node in self._latest.values() for line in node.log_tail()]

    def explain(self, record: TrialFile) -> TrialFile:
        """Add to a failed trial the end of what it took with it."""
        if record.status == "ok":
            return record
        for title, node in self._latest.items():
            if not node.alive and node.pids:
                reason = f"{title} ended in mid-trial; {record.reason}"
                tail = [*node.log_tail(), *record.log_tail]
                return replace(record, reason=reason, log_tail=tail)
        return record

    def stop(self) -> None:
        for node in self._nodes.values():
            node.stop()
        self._network.stop()
