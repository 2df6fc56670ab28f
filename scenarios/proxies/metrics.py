"""What a proxy makes of connections, and what a request costs on each side of it.  Pure.

Connections are counted by Envoy, requests by the server; where there is no proxy the
server's own count says from how many connections requests came.
"""

from __future__ import annotations

import math

from bench.analysis.metrics import Registry
from bench.analysis.metrics.backend import capacity_per_s
from bench.analysis.proxy_counts import at_listener, at_upstream
from bench.analysis.trialdata import TrialData
from bench.model.metric import Counts

METRICS = Registry()

USED = "server.connections_used"


def _counted(data: TrialData, mark: str, name: str) -> float:
    return data.counted.get(mark, {}).get(name, math.nan)


@METRICS.counted(
    "upstream_connections",
    "",
    "upstream connections",
    "Connections to the server at the window's end: those that Envoy has open; without a proxy, "
    "those that carried requests in the window.",
    "lower",
)
def upstream_connections(data: TrialData) -> Counts:
    return Counts(_connections(data), 1, "count")


def _connections(data: TrialData) -> float:
    active = at_upstream(data.counted.get("t1", {}), "upstream_cx_active")
    return _counted(data, "t1", USED) if math.isnan(active) else active


@METRICS.metric(
    "upstream_connections_used",
    "",
    "upstream connections used",
    "Connections that carried requests in the window, as counted by the server.",
    "lower",
)
def upstream_connections_used(data: TrialData) -> float:
    return _counted(data, "t1", USED)


@METRICS.metric(
    "upstream_connections_opened",
    "",
    "upstream connections opened",
    "Connections that Envoy opened to the server, from its start to the trial's end.",
    "lower",
)
def upstream_connections_opened(data: TrialData) -> float:
    return at_upstream(data.counted.get("end", {}), "upstream_cx_total")


@METRICS.metric(
    "downstream_connections",
    "",
    "downstream connections",
    "Client connections that Envoy has open at the window's end, over all its listeners.",
    "neither",
)
def downstream_connections(data: TrialData) -> float:
    return at_listener(data.counted.get("t1", {}), "downstream_cx_active")


@METRICS.metric(
    "requests_per_upstream_connection",
    "",
    "requests per upstream connection",
    "Requests answered in the window, over the connections to the server at its end.",
    "neither",
)
def requests_per_upstream_connection(data: TrialData) -> float:
    connections = _connections(data)
    return len(data.outcomes) / connections if connections else math.nan


@METRICS.metric(
    "proxied_capacity_per_s",
    "/s",
    "server and proxy capacity per core",
    "{Outcomes} per second that one core would allow server and proxy together: one second over "
    "their CPU time per {outcome}; without a proxy, the server's. Computed, not measured.",
    "higher",
)
def proxied_capacity_per_s(data: TrialData) -> float:
    return capacity_per_s(data, "server", "proxy")
