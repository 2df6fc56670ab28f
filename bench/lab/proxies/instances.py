"""From declared proxies to processes: how many there are, what they wait for, where they lead.

Pure: opens no socket, starts nothing.  Knows no proxy program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from bench.model.errors import UsageError
from bench.model.proxy import Endpoint, Proxy, check_proxies

MOST_PER_CLIENT = 200
"""One Envoy takes 65 MB: this many are 13 GB."""


@dataclass(frozen=True)
class Instance:
    """One process of a proxy; `number` where each client has one of its own."""

    proxy: Proxy
    number: int | None = None

    @property
    def name(self) -> str:
        return self.proxy.name if self.number is None else f"{self.proxy.name}.{self.number}"


@dataclass(frozen=True)
class Reference:
    """What an endpoint is called: a name, and a number or a listener."""

    text: str

    @property
    def name(self) -> str:
        return self.text.partition(".")[0]

    @property
    def member(self) -> str:
        return self.text.partition(".")[2]


Addresses = Mapping[str, Sequence[Endpoint]]
"""Where things listen: of a part each process, under "b.tls" each process of the proxy b."""


def instances(proxy: Proxy, clients: int) -> list[Instance]:
    """The processes of a proxy."""
    if not proxy.per_client:
        return [Instance(proxy)]
    if clients > MOST_PER_CLIENT:
        raise UsageError(
            f"clients={clients}: each has its own proxy {proxy.name}; use at most {MOST_PER_CLIENT}"
        )
    return [Instance(proxy, number) for number in range(clients)]


def in_order(proxies: Sequence[Proxy]) -> list[Proxy]:
    """Those that others lead to come first; UsageError where they lead in a circle."""
    check_proxies(proxies)
    by_name = {proxy.name: proxy for proxy in proxies}
    sorter = TopologicalSorter(
        {
            proxy.name: [name for name in sorted(needed_names(proxy)) if name in by_name]
            for proxy in proxies
        }
    )
    try:
        return [by_name[name] for name in sorter.static_order()]
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise UsageError(f"proxies lead in a circle: {circle}; let one lead to a part") from None


def needed_names(proxy: Proxy) -> set[str]:
    """Parts and proxies that must listen before it starts."""
    return {Reference(text).name for upstream in proxy.upstreams for text in upstream.endpoints}


def resolve(
    text: str, instance: Instance, known: Addresses, per_client: set[str]
) -> list[Endpoint]:
    """Where a reference leads from this process; UsageError where nothing is called so.

    From a proxy of one client to another such proxy it leads to the same client's.
    """
    reference = Reference(text)
    if text in known:
        found = list(known[text])
        own = reference.name in per_client and instance.number is not None
        return [found[instance.number]] if own and instance.number is not None else found
    members = known.get(reference.name, ())
    if reference.member.isdecimal() and int(reference.member) < len(members):
        return [members[int(reference.member)]]
    raise UsageError(
        f"proxy {instance.proxy.name}: nothing is called {text!r}; "
        f"there is {', '.join(sorted(known)) or 'nothing'}"
    )


def endpoints_of(
    instance: Instance, known: Addresses, per_client: set[str]
) -> dict[str, list[Endpoint]]:
    """By upstream, where it leads."""
    return {
        upstream.name: [
            address
            for text in upstream.endpoints
            for address in resolve(text, instance, known, per_client)
        ]
        for upstream in instance.proxy.upstreams
    }
