"""What sidecars did, by their own counters, by the servers' and by the clients' rows.  Pure.

Those of caches and of monitoring stand in files of their own.
"""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.proxy_counts import at_listener, at_upstream
from bench.analysis.trialdata import TrialData
from bench.model.metric import Counts
from scenarios.sidecar_features import _caching, _monitoring
from scenarios.sidecar_features._counts import (
    APPLICATION,
    FAR,
    MESH,
    REPLACING,
    answered,
    calls,
    change,
    failed,
    grown,
    of_calls,
    pairs,
    rows_of,
)

METRICS = Registry()
METRICS.update(_caching.METRICS)
METRICS.update(_monitoring.METRICS)

# --- calls -----------------------------------------------------------------------------------


@METRICS.counted(
    "failed_share",
    "",
    "share failed",
    "Share of the {events} that had no answer, or one other than 200. The whole trial counts, "
    "including before the window.",
    "lower",
)
def failed_calls(data: TrialData) -> Counts | None:
    return of_calls(data, len(failed(data)))


def failures_per_replacement(data: TrialData) -> float:
    """Calls that failed, over the servers that were replaced."""
    times = replaced_servers(data)
    return len(failed(data)) / times if times else math.nan


METRICS.metric(
    "failed_per_replacement",
    "",
    "{events} failed per replacement",
    "{Events} that failed in the whole trial, over the servers that were replaced in it.",
    "lower",
)(failures_per_replacement)


# --- upgrade ---------------------------------------------------------------------------------


@METRICS.counted(
    "h2_share",
    "",
    "share by HTTP/2",
    "Share of the {events} that reached the servers' sidecar by HTTP/2, by its own counter. Both "
    "programs speak HTTP/1.1.",
    "higher",
)
def upgraded(data: TrialData) -> Counts | None:
    return of_calls(data, grown(data, at_listener, "downstream_rq_http2_total", FAR, MESH))


@METRICS.metric(
    "tls13_connections",
    "",
    "TLS 1.3 connections",
    "TLS 1.3 handshakes at the servers' sidecar in which both sides showed a certificate.",
    "neither",
)
def tls13_connections(data: TrialData) -> float:
    found = at_listener(data.counted.get("end", {}), "ssl.versions.TLSv1.3", FAR, MESH)
    return 0.0 if math.isnan(found) else found


# --- traces ----------------------------------------------------------------------------------


@METRICS.counted(
    "chained_share",
    "",
    "share traced",
    "Share of the answered {events} whose spans, by their parents' ids, are one chain at the "
    "collector: two of the client's sidecar, two of the servers', and the server's own where it "
    "sends any.",
    "higher",
)
def chained(data: TrialData) -> Counts | None:
    traces = rows_of(data, "trace")
    right = np.isin(pairs(answered(data)), pairs(traces[traces["bytes_down"] == 1]))
    total = len(answered(data))
    return Counts(float(np.count_nonzero(right)), float(total), "share") if total else None


@METRICS.metric(
    "spans_per_call",
    "",
    "spans per {event}",
    "Spans of {events} at the collector, over the {events}.",
    "neither",
)
def spans_per_call(data: TrialData) -> float:
    total = len(calls(data))
    return len(rows_of(data, "span")) / total if total else math.nan


# --- balance ---------------------------------------------------------------------------------


@METRICS.counted(
    "busiest_server_share",
    "",
    "share of the busiest server",
    "Share of the {events} that the busiest server had, by the servers' count.",
    "lower",
)
def busiest(data: TrialData) -> Counts | None:
    if any(one.verb in (*REPLACING, "restart") for one in data.faults):
        return None  # a process takes its count with it
    served = [
        change(data, name) for name in data.counted.get("end", {}) if name.startswith("served.")
    ]
    total = sum(served)
    return Counts(max(served), total, "share") if total else None


# --- retries, and what is done twice -----------------------------------------------------------


@METRICS.metric(
    "broken_calls",
    "",
    "answers lost",
    "Connections that servers closed in place of an answer, on purpose.",
    "neither",
)
def broken_calls(data: TrialData) -> float:
    return change(data, "broken")


@METRICS.counted(
    "retried_share",
    "",
    "share sent again",
    "Attempts that the servers' sidecar made again, over the {events}.",
    "neither",
)
def retried(data: TrialData) -> Counts | None:
    return of_calls(data, grown(data, at_upstream, "upstream_rq_retry", FAR, APPLICATION))


def _effect_counts(data: TrialData, column: str) -> Counts | None:
    if data.load.get("method", "GET") == "GET":
        return None
    return of_calls(data, np.count_nonzero(rows_of(data, "effect")[column] > 1))


@METRICS.counted(
    "done_twice",
    "",
    "share done twice",
    "Share of the {events} that servers did more than once, by what Redis holds.",
    "lower",
)
def done_twice(data: TrialData) -> Counts | None:
    return _effect_counts(data, "bytes_up")


@METRICS.counted(
    "effect_twice",
    "",
    "share with twice the effect",
    "Share of the {events} that left in Redis twice what they should have.",
    "lower",
)
def effect_twice(data: TrialData) -> Counts | None:
    return _effect_counts(data, "bytes_down")


@METRICS.counted(
    "done_unanswered",
    "",
    "share done and failed",
    "Share of the {events} that failed for the client but were done all the same.",
    "lower",
)
def done_unanswered(data: TrialData) -> Counts | None:
    if data.load.get("method", "GET") == "GET":
        return None
    done = np.isin(pairs(failed(data)), pairs(rows_of(data, "effect")))
    return of_calls(data, np.count_nonzero(done))


@METRICS.metric(
    "undone_answered",
    "",
    "answered and not done",
    "{Events} that had an answer but of which Redis holds nothing.",
    "lower",
)
def undone_answered(data: TrialData) -> float:
    if data.load.get("method", "GET") == "GET":
        return math.nan
    done = np.isin(pairs(answered(data)), pairs(rows_of(data, "effect")))
    return float(np.count_nonzero(~done))


# --- discovery -------------------------------------------------------------------------------


@METRICS.metric(
    "replaced_servers",
    "",
    "servers replaced",
    "Servers whose place another process took at another address.",
    "neither",
)
def replaced_servers(data: TrialData) -> float:
    done = [one for one in data.faults if one.verb in REPLACING and one.ended_ns is not None]
    return float(len(done))


@METRICS.metric(
    "replacements_seen",
    "",
    "replacements that clients saw",
    "Processes of servers from which the clients had an answer, less the number of servers at "
    "any one time.",
    "neither",
)
def replacements_seen(data: TrialData) -> float:
    seen = len(rows_of(data, "server"))
    return seen - float(data.load.get("backends", 1)) if seen else 0.0


@METRICS.metric(
    "endpoint_updates",
    "",
    "changes of endpoints adopted",
    "Endpoint files that the servers' sidecar adopted while clients made calls.",
    "neither",
)
def endpoint_updates(data: TrialData) -> float:
    return grown(data, at_upstream, "update_success", FAR, APPLICATION)


@METRICS.metric(
    "refused_files",
    "",
    "endpoint files refused",
    "Broken endpoint files that the servers' sidecar did not adopt.",
    "neither",
)
def refused_files(data: TrialData) -> float:
    failed, rejected = (
        grown(data, at_upstream, name, FAR, APPLICATION)
        for name in ("update_failure", "update_rejected")
    )
    return failed + rejected
