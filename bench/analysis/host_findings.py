"""Doubts about the hosts that carried a trial's load: lost, busy, clocks not known well.  Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding

CLOCK_SHARE = 0.05
"""Of the median latency: by so much a law is expected to hold, and less is not worth a doubt."""

HOST_BUSY_SHARE = 0.8


def of_hosts(data: TrialData, metrics: Mapping[str, float]) -> list[Finding | None]:
    """The doubts about all hosts of a trial; none where the backend's host carried the load."""
    return [host_lost(data), hosts_clocks(metrics), host_saturated(data)]


def host_lost(data: TrialData) -> Finding | None:
    lost = {name: host for name, host in data.hosts.items() if host.get("lost")}
    if not lost:
        return None
    words = [
        f"{name} {host['lost_ns'] / 1e9:.1f} s after the window began ({host['lost']})"
        for name, host in lost.items()
    ]
    return Finding(
        "host_lost",
        "doubt",
        f"hosts were lost: {'; '.join(words)}; their clients got nothing from then on, and what "
        "they had received half a second before may be lost too",
        "find out what ended them, and measure again",
    )


def hosts_clocks(metrics: Mapping[str, float]) -> Finding | None:
    """Where a time begins at one host and ends at another, it is as uncertain as their clocks."""
    error_ms = metrics.get("clock_uncertainty_us", math.nan) / 1e3
    typical = metrics.get("latency_p50", math.nan)
    if not error_ms > CLOCK_SHARE * typical:
        return None
    return Finding(
        "hosts_clocks",
        "doubt",
        f"clocks of hosts are known to within {error_ms:.3g} ms, over {CLOCK_SHARE:.0%} of the "
        f"median latency ({typical:.3g} ms): times from one host to another may be off by that "
        "much",
        "use a network with shorter round trips between the hosts, or compare patterns by times "
        "of one host",
    )


def host_saturated(data: TrialData) -> Finding | None:
    busy = {name: share for name in data.hosts if (share := _share(data, name)) > HOST_BUSY_SHARE}
    if not busy:
        return None
    words = ", ".join(f"{name} {share:.0%}" for name, share in busy.items())
    return Finding(
        "host_saturated",
        "doubt",
        f"load processes of hosts were busy ({words} of their cores): part of the latency is "
        "their own",
        "use more hosts, `bench worker --workers 2` there, or a lower load",
    )


def _share(data: TrialData, name: str) -> float:
    """What a host's load processes used of a core for each of them; NaN where nobody knows."""
    used_ns = data.part_cpu_ns(f"clients at {name}")
    return used_ns / 1e9 / data.metered_s / max(1, int(data.hosts[name]["workers"]))
