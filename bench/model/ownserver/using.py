"""Whether a described server can be used: by these clients, on that host, on those links.  Pure.

Must not know a pattern: what it needs is told.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from bench.model.errors import UsageError
from bench.model.ownserver.checks import example
from bench.model.ownserver.description import OwnServer
from bench.model.ownserver.filling import HOST, STAND_IN, fill
from bench.model.ownserver.url_checks import urls


def hosts_of(own: OwnServer) -> list[str]:
    """The hosts that its URLs name beside the one that we start it on."""
    found = [
        str(urlsplit(fill(url, STAND_IN | {HOST: "host.of.ours"})).hostname)
        for url in urls(own).values()
    ]
    return [host for host in dict.fromkeys(found) if host != "host.of.ours"]


def is_this_host(host: str) -> bool:
    """Whether a name or address is the loopback's."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def elsewhere(own: OwnServer) -> list[str]:
    """The hosts among them that are not this one."""
    return [host for host in hosts_of(own) if not is_this_host(host)]


def check_spoken_to(
    own: OwnServer, reads: Sequence[str], scheme: str, allowed: Collection[str]
) -> None:
    """UsageError where a pattern's clients cannot speak to it, or may not.

    `reads` are the tables that the pattern reads; the first one says where its clients go.
    """
    table = reads[0]
    if table not in own.tables:
        raise UsageError(f"[{table}]: is missing; {example(table)}")
    url = getattr(own, table).url
    schemes = scheme.split()
    if url.partition(":")[0] not in schemes:
        wanted = " or ".join(f"{one}://" for one in schemes)
        raise UsageError(f"{table}.url = {url}: this pattern's clients need {wanted}")
    for host in elsewhere(own):
        if own.server.command:
            raise UsageError(
                f"server.command: starts a server here, but a URL names {host}; write {{host}}"
            )
        if host not in allowed:
            raise UsageError(f"{host}: is another host; add --i-may-load {host} if you may")
    for host in allowed:
        if host not in elsewhere(own):
            raise UsageError(f"--i-may-load {host}: no URL names that host; remove it")


def check_on_link(own: OwnServer, links: Collection[str]) -> None:
    """UsageError where trials are on links that the server cannot be on."""
    if not links:
        return
    if not own.is_started:
        raise UsageError(
            "server.command: is missing; only a server that we start can be on an emulated link"
        )
    for host in hosts_of(own):
        raise UsageError(f"a URL names {host}: on an emulated link write {{host}} and {{port}}")
