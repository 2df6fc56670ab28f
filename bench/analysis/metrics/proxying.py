"""What a proxy makes of connections, and what a request costs on each side of it.  Pure.

Connections are counted by Envoy, requests by the server; where there is no proxy the
server's own count says from how many connections requests came.
"""

from __future__ import annotations

import math

from bench.analysis.metrics.registry import BACKEND_ROLES, metric
from bench.analysis.trialdata import TrialData

ACTIVE_UPSTREAM = "cluster.up.upstream_cx_active"
OPENED_UPSTREAM = "cluster.up.upstream_cx_total"
USED = "server.connections_used"


def _counted(data: TrialData, mark: str, name: str) -> float:
    return data.counted.get(mark, {}).get(name, math.nan)


@metric(
    "upstream_connections",
    "",
    "upstream connections",
    "Connections to the server at the window's end: those that Envoy has open, without a proxy "
    "those on which requests came to the server in the window.",
    "lower",
)
def upstream_connections(data: TrialData) -> float:
    active = _counted(data, "t1", ACTIVE_UPSTREAM)
    return _counted(data, "t1", USED) if math.isnan(active) else active


@metric(
    "upstream_connections_used",
    "",
    "upstream connections used",
    "Connections on which requests came in the window, as the server itself counts them.",
    "lower",
)
def upstream_connections_used(data: TrialData) -> float:
    return _counted(data, "t1", USED)


@metric(
    "upstream_connections_opened",
    "",
    "upstream connections opened",
    "Connections that Envoy opened to the server from its start to the trial's end.",
    "lower",
)
def upstream_connections_opened(data: TrialData) -> float:
    return _counted(data, "end", OPENED_UPSTREAM)


@metric(
    "downstream_connections",
    "",
    "downstream connections",
    "Connections of clients that Envoy has open at the window's end, of all its listeners.",
    "neither",
)
def downstream_connections(data: TrialData) -> float:
    open_now = [
        value
        for name, value in data.counted.get("t1", {}).items()
        if name.startswith("http.")
        and name.endswith(".downstream_cx_active")
        and name != "http.admin.downstream_cx_active"
    ]
    return sum(open_now) if open_now else math.nan


@metric(
    "requests_per_upstream_connection",
    "",
    "requests per upstream connection",
    "Requests answered in the window over the connections to the server at its end.",
    "neither",
)
def requests_per_upstream_connection(data: TrialData) -> float:
    connections = upstream_connections(data)
    return len(data.outcomes) / connections if connections else math.nan


def _present(data: TrialData, *roles: str) -> list[str]:
    return [role for role in roles if role in data.marks.get("t0", {})]


def _capacity(data: TrialData, *roles: str) -> float:
    """Requests that one core would do: computed from CPU time, not measured."""
    cpu_us = data.per_piece(sum(data.cpu_ns(role) for role in _present(data, *roles)) / 1e3)
    return 1e6 / cpu_us if cpu_us > 0 else math.nan


@metric(
    "server_capacity_per_s",
    "/s",
    "server capacity per core",
    "Deliveries per second for which one core would suffice to the server alone: one second over "
    "its CPU time per delivery. Computed, not measured.",
    "higher",
)
def server_capacity_per_s(data: TrialData) -> float:
    return _capacity(data, "server")


@metric(
    "proxied_capacity_per_s",
    "/s",
    "server and proxy capacity per core",
    "Deliveries per second for which one core would suffice to server and proxy together: one "
    "second over their CPU time per delivery. Computed, not measured.",
    "higher",
)
def proxied_capacity_per_s(data: TrialData) -> float:
    return _capacity(data, "server", "proxy")


@metric(
    "backend_cores",
    "",
    "backend cores",
    "Cores that the backend's processes were pinned to, together.",
    "neither",
)
def backend_cores(data: TrialData) -> float:
    return data.backend_cores if _present(data, *BACKEND_ROLES) else math.nan
