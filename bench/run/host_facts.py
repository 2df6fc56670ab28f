"""What a trial's record says of each host that carried its load.

Knows neither how hosts talk, nor what their clients do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.lab.hosts.hosted import HostedLoad, HostShare
from bench.model.errors import TrialFailed
from bench.model.messages import Address, LoadResults

LOOPBACK = "127."


def is_loopback(host: str) -> bool:
    """Whether only this host's own processes reach this IPv4 address."""
    return host.startswith(LOOPBACK)


def check_reached(address: Address) -> None:
    """TrialFailed where clients on other hosts could not reach what a trial has for them."""
    listeners = [one.host for one in address.listeners.values()]
    for host in (address.host, *listeners):
        if is_loopback(host):
            raise TrialFailed(
                f"clients connect to {host}, which other hosts cannot reach (services stay on "
                "this host's loopback); measure this pattern without --hosts"
            )


def facts_of(hosted: HostedLoad, results: LoadResults, t0_ns: int) -> dict[str, dict[str, Any]]:
    """What is kept of each host in a trial's record, by name."""
    return {share.link.name: _facts(share, results, t0_ns) for share in hosted.shares}


def _facts(share: HostShare, results: LoadResults, t0_ns: int) -> dict[str, Any]:
    numbers = [str(number) for number in share.numbers]
    facts: dict[str, Any] = {
        "workers": len(numbers),
        "rows": int(_sum(results.rows, numbers)),
        "blocks": int(_sum(results.blocks, numbers)),
    }
    if (clock := share.clock) is not None:
        facts |= {name: getattr(clock, name) for name in clock.__struct_fields__}
    if share.lost:
        facts |= {"lost": share.lost, "lost_ns": share.lost_ns - t0_ns if t0_ns else 0}
    return facts


def _sum(values: dict[str, float], names: Sequence[str]) -> float:
    return sum(values.get(name, 0.0) for name in names)
