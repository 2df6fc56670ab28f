"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.model import links, linktext
from bench.model.errors import UsageError
from bench.model.fault import parse_faults
from bench.model.load import Change, Load, LoadType, parameter

PATHS = {
    "link": "emulated",
    "rtt": "20ms",
    "rate": "10mbit",
    "second_path": "rtt=60ms,rate=5mbit",
}
"""A fast path and a slow one, for a first look and for claims."""

TWO_PATHS = "--link 'path=rtt=20ms,rate=10mbit path=rtt=60ms,rate=5mbit'"


@dataclass(frozen=True, kw_only=True)
class MultipathLoad:
    """How much is transferred."""

    transfer_bytes: int = parameter(8_000_000, "B", "size of a transfer", low=1, high=4_000_000_000)


LOAD = LoadType(MultipathLoad, changes={"clients": Change(default=1, high=1000)})


def rates(load: Load[MultipathLoad]) -> tuple[float, ...]:
    """The bandwidth of each path towards the clients; NaN where there is no limit."""
    link = linktext.link_of(load.values())
    return tuple(path.down.rate or math.nan for path in link.paths) if link else ()


def loses_path(load: Load[MultipathLoad]) -> bool:
    """Whether a path is taken down meanwhile."""
    return any(fault.actor.name == "path" for fault in parse_faults(load.faults.fault))


def check_link(load: Load[MultipathLoad]) -> None:
    """UsageError where there are no two paths."""
    found = rates(load)
    if len(found) < 2:
        where = "the link" if found else links.LOOPBACK
        raise UsageError(
            f"multipath: {where} has one path, but two are needed; add --quick or {TWO_PATHS}"
        )
