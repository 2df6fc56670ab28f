"""All parts of a pattern as they run: started in order, each on its side, with their proxy.

Knows no pattern by name, and nothing of what is measured.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from bench.lab.parts import PartInstance
from bench.lab.processes import Child
from bench.lab.proxies.proxyset import ProxySet
from bench.lab.scratch import COMMON_PREFIX, make_folder
from bench.lab.side import Side, Sides
from bench.model.messages import Address, Begin, PartCommand, PartConfig
from bench.model.part import SERVER, Part
from bench.model.pattern import Pattern
from bench.model.proxy import Endpoint

T = TypeVar("T")

Launch = Callable[[Part, str, Path], Child]
"""Starts a process of a part: its name, and where it logs."""


class PartSet:
    """The processes of all parts in start order, and the proxies that they ask for.

    `killed` holds the processes that ended on purpose.
    """

    def __init__(
        self,
        pattern: Pattern,
        counts: Mapping[str, int],
        folder: Path,
        launch: Launch,
        proxies: ProxySet,
    ) -> None:
        self.killed: set[int] = set()
        self.proxies = proxies
        self.instances = [
            PartInstance(part, number, folder, partial(launch, part), self.killed)
            for part in pattern.parts
            for number in range(counts[part.name])
        ]
        self.has_counts = False
        self._services: dict[str, Sequence[Endpoint]] = {}
        self._data: Path | None = None

    def __iter__(self) -> Iterator[PartInstance]:
        return iter(self.instances)

    def start(
        self, config: PartConfig, sides: Sides, services: Mapping[str, Sequence[Endpoint]]
    ) -> None:
        """Start all in order, and each proxy as soon as what it leads to is there.

        `config` is what the parts have in common; its port is the first one's, the others
        listen where it is free.  `services` are further places to which proxies may lead.
        """
        self._services = dict(services)
        known = dict(services)
        self._data = make_folder(f"{COMMON_PREFIX}parts-")
        for _, instances in groupby(self.instances, attrgetter("part")):
            for instance in instances:
                self._start(instance, config, sides[instance.part.side])
            known[instance.part.name] = self._endpoints(instance.part.name)
            self.proxies.start(known)
        self.proxies.start_all(known)

    def _start(self, instance: PartInstance, config: PartConfig, side: Side) -> None:
        assert self._data is not None
        ready = instance.start(
            replace(
                config,
                part=instance.part.name,
                number=instance.number,
                class_name=instance.part.class_name,
                parts=self.reached,
                host=side.host,
                port=config.port if instance is self.instances[0] else 0,
                data=str(self._data / instance.name),
            )
        )
        self.proxies.declare(ready.proxies)
        self.has_counts |= ready.has_counts or bool(ready.proxies)

    def tell_proxies(self) -> None:
        """Have the files of proxies say where all parts are now."""
        names = dict.fromkeys(one.part.name for one in self.instances)
        self.proxies.follow({**self._services, **{name: self._endpoints(name) for name in names}})

    def _endpoints(self, name: str) -> list[Endpoint]:
        return [
            Endpoint(one.ready.address.host, one.ready.address.port)
            for one in self.instances
            if one.part.name == name
        ]

    @property
    def reached(self) -> dict[str, list[Address]]:
        """Where each part is reached, those started so far, by name."""
        found: dict[str, list[Address]] = {}
        for one in self.instances:
            if one.is_started:
                address = self.proxies.before(one.ready.address)
                found.setdefault(one.part.name, []).append(address)
        return found

    def begin(self, begin: Begin) -> None:
        """Tell all the window."""
        for instance in self.instances:
            instance.begin(begin)

    @property
    def entrance(self) -> Address:
        """Where clients connect unless their scenario knows better.

        The part that is declared so, else the first server, else the first part.
        """
        declared = [one for one in self.instances if one.part.is_entrance]
        servers = [one for one in self.instances if one.part.role == SERVER.role]
        return self.proxies.before((declared or servers or self.instances)[0].ready.address)

    def ask(self, message: PartCommand, kind: type[T], seconds: float = 30.0) -> list[T]:
        """The replies of all but those that are dead on purpose."""
        replies = [instance.ask(message, kind, seconds) for instance in self.instances]
        return [reply for reply in replies if reply is not None]

    def check_alive(self) -> None:
        """ChildDied where one has ended, but not on purpose."""
        for instance in self.instances:
            instance.check_alive()
        self.proxies.check_alive(self.killed)

    def log_tail(self) -> list[str]:
        """The last lines of all of them."""
        lines = [line for instance in self.instances for line in instance.log_tail()]
        return [*lines, *self.proxies.log_tail()]

    def stop(self) -> None:
        """End all, the last one first."""
        for instance in reversed(self.instances):
            instance.stop()
        self.proxies.stop()
        if self._data is not None:
            shutil.rmtree(self._data, ignore_errors=True)
