"""All proxies of one trial: started when what they lead to listens, read, and ended.

Ports, certificates and processes are made here; what is wanted comes as data.  Knows no
pattern, and of Envoy only that it can be started from a description.
"""

from __future__ import annotations

import shutil
import socket
from collections import Counter
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench.certificates import Certificates, fingerprint, make_certificates
from bench.lab.proxies.envoy import Envoy
from bench.lab.proxies.heldports import HeldPorts
from bench.lab.proxies.instances import (
    Addresses,
    Instance,
    endpoints_of,
    in_order,
    instances,
    needed_names,
    resolve,
)
from bench.lab.proxies.rendering.common import CertificateFiles, Placement
from bench.lab.scratch import make_folder
from bench.lab.side import Side, Sides
from bench.model.errors import UsageError
from bench.model.links import SIDES
from bench.model.messages import Address, ListenerAddress
from bench.model.proxy import Endpoint, Listener, Proxy

FOLDER_PREFIX = "patternbench-proxies-"


class ProxySet:
    """The proxies of a trial with so many `clients`."""

    def __init__(self, sides: Sides, pins: list[int], clients: int = 1) -> None:
        self._sides, self._pins, self._clients = sides, pins, clients
        self._proxies: dict[str, Proxy] = {}
        self._listening: dict[str, list[Endpoint]] = {}
        self._held: list[HeldPorts] = []
        self._folder: Path | None = None
        self._certificates: Certificates | None = None
        self.processes: dict[str, Envoy] = {}
        """By name: "a", or "a.0", "a.1" where each client has one."""

    # --- starting -----------------------------------------------------------------------

    def declare(self, proxies: Sequence[Proxy]) -> None:
        """Add descriptions; nothing is started.  UsageError where they do not fit together.

        Equal parts describe the same proxies: those that are known already are left out.
        """
        fresh = [proxy for proxy in proxies if self._proxies.get(proxy.name) != proxy]
        for proxy in fresh:
            if proxy.side not in SIDES:
                known = ", ".join(SIDES)
                raise UsageError(f"proxy {proxy.name}: no side {proxy.side!r}; there is {known}")
        ordered = in_order([*self._proxies.values(), *fresh])
        self._proxies = {proxy.name: proxy for proxy in ordered}

    @property
    def waiting(self) -> list[str]:
        """Those declared and not started yet."""
        return [name for name in self._proxies if name not in self._started()]

    def start(self, known: Addresses) -> None:
        """Start those that lead to what listens by now; `known` has the parts' addresses."""
        while ready := self._can_start(known):
            for name in ready:
                self._start(self._proxies[name], {**known, **self._listening})

    def start_all(self, known: Addresses) -> None:
        """Start the rest; UsageError where one leads to something that is not there."""
        self.start(known)
        for name in self.waiting:
            self._start(self._proxies[name], {**known, **self._listening})

    def _started(self) -> set[str]:
        return {envoy.proxy.name for envoy in self.processes.values()}

    def _can_start(self, known: Addresses) -> list[str]:
        there = {*known, *self._started()}
        return [name for name in self.waiting if needed_names(self._proxies[name]) <= there]

    def _start(self, proxy: Proxy, known: Addresses) -> None:
        side = self._sides[proxy.side]
        made = [self._make(instance, side, known) for instance in instances(proxy, self._clients)]
        # Together: each takes 0.1 s, and there may be one for each client.
        for envoy in made:
            self.processes[envoy.name] = envoy
            envoy.launch()
        for envoy in made:
            envoy.wait()
        for listener in proxy.listeners:
            self._listening[f"{proxy.name}.{listener.name}"] = [
                Endpoint(side.host, envoy.placement.ports[listener.name]) for envoy in made
            ]

    def _make(self, instance: Instance, side: Side, known: Addresses) -> Envoy:
        proxy = instance.proxy
        endpoints = endpoints_of(instance, known, self._per_client())
        folder = self._own_folder() / instance.name
        folder.mkdir()
        kinds = [
            socket.SOCK_DGRAM if listener.is_quic else socket.SOCK_STREAM
            for listener in proxy.listeners
        ]
        held = HeldPorts(side, kinds)
        self._held.append(held)
        held.release_udp()
        placement = Placement(
            name=instance.name,
            host=side.host,
            ports=dict(
                zip((listener.name for listener in proxy.listeners), held.numbers, strict=True)
            ),
            endpoints=endpoints,
            folder=str(folder),
            certificates=self._files() if proxy.uses_tls else None,
        )
        return Envoy(proxy, placement, self._pins, side)

    def _per_client(self) -> set[str]:
        return {name for name, proxy in self._proxies.items() if proxy.per_client}

    def _own_folder(self) -> Path:
        if self._folder is None:
            self._folder = make_folder(FOLDER_PREFIX)
        return self._folder

    def _files(self) -> CertificateFiles:
        if self._certificates is None:
            hosts = sorted({self._sides[name].host for name in SIDES})
            names = {
                upstream.server_name
                for proxy in self._proxies.values()
                for upstream in proxy.upstreams
            }
            self._certificates = make_certificates(
                self._own_folder(), [*hosts, *sorted(names | {"localhost"})]
            )
        made = self._certificates
        return CertificateFiles(
            str(made.ca),
            str(made.cert),
            str(made.key),
            str(made.client_cert),
            str(made.client_key),
        )

    # --- what others need to know ---------------------------------------------------------

    def listeners(self) -> dict[str, ListenerAddress]:
        """The ways in, named as bench.model.messages.Address says."""
        return {
            self._prefix(envoy) + listener.name: _address(envoy, listener)
            for envoy in self.processes.values()
            for listener in envoy.proxy.listeners
        }

    def before(self, server: Address) -> Address:
        """The server's address with what clients must know of the proxies."""
        return msgspec.structs.replace(server, listeners=self.listeners(), **self._trust())

    def _prefix(self, envoy: Envoy) -> str:
        return f"{envoy.name}." if len(self.processes) > 1 else ""

    def _trust(self) -> dict[str, Any]:
        made = self._certificates
        if made is None:
            return {}
        return {
            "ca_file": str(made.ca),
            "key_fingerprint": fingerprint(made.cert),
            "client_cert": str(made.client_cert),
            "client_key": str(made.client_key),
            "refused": {name: (str(one.cert), str(one.key)) for name, one in made.refused.items()},
        }

    @property
    def names(self) -> list[str]:
        """Of all proxies, in the order of their start."""
        return list(self._proxies)

    def of(self, name: str) -> list[Envoy]:
        """The processes of a proxy, by client where each has one."""
        return [envoy for envoy in self.processes.values() if envoy.proxy.name == name]

    def pids_of(self, name: str) -> list[int]:
        """The processes that a proxy has now."""
        return [pid for envoy in self.of(name) for pid in envoy.pids]

    def check_alive(self, killed: Container[int]) -> None:
        """ChildDied where one has ended that is not among those `killed` on purpose."""
        for envoy in self.processes.values():
            if not envoy.alive and not any(pid in killed for pid in envoy.pids):
                envoy.check_alive()

    @property
    def pids(self) -> list[int]:
        return [pid for envoy in self.processes.values() for pid in envoy.pids]

    def dead(self) -> list[str]:
        """Names of processes that ended."""
        return [name for name, envoy in self.processes.items() if not envoy.alive]

    def log_tail(self) -> list[str]:
        return [line for envoy in self.processes.values() for line in envoy.log_tail()]

    def counts(self) -> dict[str, float]:
        """Connections, handshakes, requests, retries and refusals by Envoy's own names.

        Where there are several proxies, each name begins with its proxy's; those of one
        for each client are summed.  A restarted one goes on from where it was killed.
        `processes` and `config_lines` are what they are made of: `config_lines` is that of one.
        """
        found: Counter[str] = Counter()
        for envoy in self.processes.values():
            prefix = f"{envoy.proxy.name}." if len(self._proxies) > 1 else ""
            for name, value in envoy.counts().items():
                found[prefix + name] += value
            found[f"{prefix}processes"] += 1
            found[f"{prefix}config_lines"] = envoy.config_lines
        return {name: float(value) for name, value in found.items()}

    # --- changing and ending ----------------------------------------------------------------

    def set_endpoints(
        self, proxy: str, upstream: str, endpoints: Sequence[str], known: Addresses
    ) -> None:
        """Let an upstream whose endpoints are in a file lead elsewhere, while it runs."""
        for envoy in self.processes.values():
            if envoy.proxy.name == proxy:
                instance = Instance(envoy.proxy, _number(envoy.name))
                everything = {**known, **self._listening}
                per_client = self._per_client()
                envoy.set_endpoints(
                    upstream,
                    [
                        address
                        for text in endpoints
                        for address in resolve(text, instance, everything, per_client)
                    ],
                )

    def follow(self, known: Addresses) -> None:
        """Let upstreams whose endpoints are in a file lead to where these are now.

        Returns when that is heeded by all proxies that run.
        """
        for envoy in self.processes.values():
            instance = Instance(envoy.proxy, _number(envoy.name))
            found = endpoints_of(instance, {**known, **self._listening}, self._per_client())
            for upstream in envoy.proxy.upstreams:
                if not upstream.from_file:
                    continue
                if list(envoy.endpoints(upstream.name)) != found[upstream.name]:
                    envoy.lead(upstream.name, found[upstream.name])

    def stop(self) -> None:
        """End all and remove their folder."""
        for envoy in reversed(self.processes.values()):
            envoy.stop()
        for held in self._held:
            held.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _address(envoy: Envoy, listener: Listener) -> ListenerAddress:
    host, port = envoy.placement.host, envoy.placement.ports[listener.name]
    scheme = "tcp" if listener.is_tcp else "https" if listener.tls else "http"
    return ListenerAddress(host, port, f"{scheme}://{host}:{port}")


def _number(name: str) -> int | None:
    number = name.partition(".")[2]
    return int(number) if number else None
