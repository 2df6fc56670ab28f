"""What one more client costs in memory: a slope over levels, never one level's growth.

At one level the growth of a process over its clients is mostly what it needed anyway; a
broker's reads from 3 kB to 1 MB for the same pattern.  Pure.
"""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.evaluated import ExperimentResult, Group

CLIENTS = "clients"


def per_further_client(result: ExperimentResult, group: Group, role: str) -> float:
    """Bytes of a role for one more client, over the levels that differ from the group's in
    clients only; NaN where clients are not swept.
    """
    key = f"{role}_memory_bytes_per_client"
    rest = _rest(group)
    grown = {
        other.load.window.clients: other.estimates[key].value * other.load.window.clients
        for other in result.groups
        if other.pattern == group.pattern and key in other.estimates and _rest(other) == rest
    }
    known = {clients: value for clients, value in grown.items() if not math.isnan(value)}
    if len(known) < 2:
        return math.nan
    slope, _ = np.polyfit(np.array(list(known)), np.array(list(known.values())), 1)
    return float(slope)


def _rest(group: Group) -> list[tuple[str, object]]:
    """The swept values but for the clients."""
    return [(name, value) for name, value in group.level.values if name != CLIENTS]
