"""METRICS: every number that a report may show, defined in one place.  Pure.

A metric is a key, a unit, a definition, a better-direction and a function of
one trial's raw data.  It must not know where the data came from nor how the
value is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench import samples
from bench.model import Better
from bench.statistics import percentile
from bench.trialdata import TrialData, difference_ns

BACKEND_ROLES = ("server", "broker", "proxy", "database")


@dataclass(frozen=True)
class Metric:
    """One number of a trial: what it is, and how to get it.

    `raw` (where set) gives the raw values whose quantile `quantile` is meant,
    so that a report can take it over all samples of several trials.
    """

    key: str
    unit: str
    title: str
    definition: str
    better: Better
    function: Callable[[TrialData], float]
    raw: Callable[[TrialData], np.ndarray] | None = None
    quantile: float | None = None


METRICS: dict[str, Metric] = {}


def metric(
    key: str, unit: str, title: str, definition: str, better: Better
) -> Callable[[Callable[[TrialData], float]], Callable[[TrialData], float]]:
    """Register a function of a trial as a metric."""

    def add(function: Callable[[TrialData], float]) -> Callable[[TrialData], float]:
        METRICS[key] = Metric(key, unit, title, definition, better, function)
        return function

    return add


def quantile_metrics(
    prefix: str, title: str, definition: str, raw: Callable[[TrialData], np.ndarray]
) -> None:
    """Register `prefix`_p50, _p90, _p99, _p999 in milliseconds over raw nanoseconds."""
    for suffix, quantile in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)):
        share = f"{quantile * 100:g} %"
        METRICS[f"{prefix}_{suffix}"] = Metric(
            f"{prefix}_{suffix}",
            "ms",
            f"{title} {suffix}",
            f"{share} of {definition} are at most this.",
            "lower",
            lambda data, q=quantile: percentile(raw(data), q) / 1e6,  # type: ignore[misc]
            raw,
            quantile,
        )


def _mean_ms(values: np.ndarray) -> float:
    return float(np.mean(values)) / 1e6 if len(values) else math.nan


@metric(
    "latency_mean",
    "ms",
    "latency mean",
    "Mean of done - intended: from the scheduled time of the event to the moment the "
    "client's loop got the bytes. No delay of any part is forgiven.",
    "lower",
)
def latency_mean(data: TrialData) -> float:
    return _mean_ms(data.latencies_ns)


quantile_metrics("latency", "latency", "latencies (done - intended)", lambda d: d.latencies_ns)


@metric("latency_max", "ms", "latency max", "The greatest latency (done - intended).", "lower")
def latency_max(data: TrialData) -> float:
    return float(np.max(data.latencies_ns)) / 1e6 if len(data.latencies_ns) else math.nan


def service_ns(data: TrialData) -> np.ndarray:
    return difference_ns(data.outcomes, "done_ns", "sent_ns")


@metric(
    "service_mean",
    "ms",
    "service time mean",
    "Mean of done - sent: what a tool sees that forgives late sending (raw, uncorrected).",
    "lower",
)
def service_mean(data: TrialData) -> float:
    return _mean_ms(service_ns(data))


quantile_metrics("service", "service time", "service times (done - sent)", service_ns)


@metric(
    "completeness",
    "",
    "completeness",
    "Share of the deliveries owed in the window that arrived at least once.",
    "higher",
)
def completeness(data: TrialData) -> float:
    owed = data.accounting.expected
    return data.accounting.delivered / owed if owed else math.nan


@metric("lost", "", "lost", "Deliveries owed in the window that never arrived.", "lower")
def lost(data: TrialData) -> float:
    return data.accounting.lost


@metric("duplicated", "", "duplicated", "Deliveries that arrived again.", "lower")
def duplicated(data: TrialData) -> float:
    return data.accounting.duplicated


@metric(
    "misdirected", "", "misdirected", "Deliveries to a client to whom they were not owed.", "lower"
)
def misdirected(data: TrialData) -> float:
    return data.accounting.misdirected


@metric("out_of_order", "", "out of order", "Deliveries that arrived after a later event.", "lower")
def out_of_order(data: TrialData) -> float:
    return data.accounting.out_of_order


@metric("deliveries", "", "deliveries", "Events delivered in the window.", "neither")
def deliveries(data: TrialData) -> float:
    return len(data.outcomes)


@metric("deliveries_per_s", "/s", "deliveries per second", "Deliveries over the window.", "neither")
def deliveries_per_s(data: TrialData) -> float:
    return len(data.outcomes) / data.seconds


@metric(
    "requests_per_event",
    "",
    "requests per event",
    "Requests that clients sent in the window, per delivery.",
    "lower",
)
def requests_per_event(data: TrialData) -> float:
    return data.per_outcome(len(data.requests))


@metric("requests_per_s", "/s", "requests per second", "Requests sent in the window.", "lower")
def requests_per_s(data: TrialData) -> float:
    return len(data.requests) / data.seconds


@metric(
    "useless_share",
    "",
    "useless replies",
    "Share of the window's requests whose reply brought nothing new.",
    "lower",
)
def useless_share(data: TrialData) -> float:
    requests = data.requests
    if not len(requests):
        return 0.0
    return float(np.count_nonzero(requests["outcome"] == samples.EMPTY)) / len(requests)


def _register_bytes() -> None:
    names = {
        "wire": "IP packets with their headers",
        "stream": "bytes of the TCP stream (HTTP or frame headers and payload)",
    }
    for kind, meaning in names.items():
        for way, words in (("down", "to clients"), ("up", "from clients")):
            METRICS[f"{kind}_bytes_{way}_per_event"] = Metric(
                f"{kind}_bytes_{way}_per_event",
                "B",
                f"{kind} bytes {way} per event",
                f"{meaning[0].upper()}{meaning[1:]} {words} in the window, per delivery.",
                "lower",
                lambda d, k=kind, w=way: d.per_outcome(d.wire_change(f"{k}_{w}")),  # type: ignore[misc]
            )


_register_bytes()


@metric(
    "wire_bytes_per_event",
    "B",
    "wire bytes per event",
    "Both directions: IP packets with their headers, per delivery.",
    "lower",
)
def wire_bytes_per_event(data: TrialData) -> float:
    return data.per_outcome(data.wire_change("wire_up") + data.wire_change("wire_down"))


@metric(
    "payload_bytes_per_event", "B", "payload per event", "Mean payload of a delivery.", "neither"
)
def payload_bytes_per_event(data: TrialData) -> float:
    return float(np.mean(data.outcomes["bytes_down"])) if len(data.outcomes) else math.nan


def _register_cpu() -> None:
    for role in (*BACKEND_ROLES, "generator"):
        METRICS[f"{role}_cpu_us_per_event"] = Metric(
            f"{role}_cpu_us_per_event",
            "us",
            f"{role} CPU per event",
            f"CPU time of the {role} in the window, per delivery.",
            "lower",
            lambda d, r=role: d.per_outcome(d.cpu_ns(r) / 1e3),  # type: ignore[misc]
        )
        METRICS[f"{role}_cpu_share"] = Metric(
            f"{role}_cpu_share",
            "",
            f"{role} CPU share",
            f"CPU time of the {role} over the window's length (1 = one core busy).",
            "lower",
            lambda d, r=role: d.cpu_ns(r) / (d.t1_ns - d.t0_ns),  # type: ignore[misc]
        )
        METRICS[f"{role}_marginal_cpu_us"] = Metric(
            f"{role}_marginal_cpu_us",
            "us",
            f"{role} CPU per further event",
            f"CPU time of the {role} for one more delivery: the slope over intervals of 100 ms, "
            "without what it spends when nothing happens.",
            "lower",
            lambda d, r=role: d.marginal_cpu_us(r),  # type: ignore[misc]
        )


_register_cpu()


@metric(
    "backend_cpu_us_per_event",
    "us",
    "backend CPU per event",
    "CPU time of all backend roles together (server, broker, proxy, database), per delivery.",
    "lower",
)
def backend_cpu_us_per_event(data: TrialData) -> float:
    present = [r for r in BACKEND_ROLES if r in data.marks.get("t0", {})]
    if not present:
        return math.nan
    return data.per_outcome(sum(data.cpu_ns(role) for role in present) / 1e3)


@metric(
    "server_memory_bytes_per_client",
    "B",
    "server memory per client",
    "Growth of the server's resident memory from idle to the window's end, per client.",
    "lower",
)
def server_memory(data: TrialData) -> float:
    return data.memory_per_client("server")


@metric(
    "broker_memory_bytes_per_client",
    "B",
    "broker memory per client",
    "Growth of the broker's resident memory from idle to the window's end, per client.",
    "lower",
)
def broker_memory(data: TrialData) -> float:
    return data.memory_per_client("broker")


@metric(
    "generator_memory_bytes_per_client",
    "B",
    "generator memory per client",
    "Growth of the load process's resident memory from idle to the window's end, per client.",
    "lower",
)
def generator_memory(data: TrialData) -> float:
    return data.memory_per_client("generator")


@metric(
    "backend_memory_bytes_per_client",
    "B",
    "backend memory per client",
    "Growth of the resident memory of all backend roles together from idle to the window's end, "
    "per client.",
    "lower",
)
def backend_memory(data: TrialData) -> float:
    present = [r for r in BACKEND_ROLES if r in data.marks.get("t1", {})]
    return sum(data.memory_per_client(role) for role in present) if present else math.nan


@metric("connections", "", "connections", "TCP connections open at the window's end.", "lower")
def connections(data: TrialData) -> float:
    return float(data.wire["t1"].open) if "t1" in data.wire else math.nan


@metric(
    "rtt_us",
    "us",
    "round-trip time",
    "Median over the clients' sockets of the kernel's least round-trip time (tcpi_min_rtt).",
    "neither",
)
def rtt_us(data: TrialData) -> float:
    measured = data.wire["t1"].rtt_us if "t1" in data.wire else None
    return math.nan if measured is None else measured


def connect_ns(data: TrialData) -> np.ndarray:
    """All connects of the trial: they come before the window."""
    rows = data.rows[data.rows["operation"] == data.operations.index("connect")]
    rows = rows[rows["outcome"] == samples.OK]
    return difference_ns(rows, "done_ns", "sent_ns")


quantile_metrics("connect", "connection set-up", "connection set-ups (done - sent)", connect_ns)


def lag_ns(data: TrialData) -> np.ndarray:
    return difference_ns(data.requests, "sent_ns", "intended_ns")


quantile_metrics(
    "generator_lag", "generator lag", "lags of the generator (sent - intended) of requests", lag_ns
)


def tick_ns(data: TrialData) -> np.ndarray:
    return difference_ns(data.select("tick"), "done_ns", "intended_ns")


quantile_metrics(
    "loop_lag", "loop lag", "lags of a 10 ms timer in the load process's event loop", tick_ns
)


def source_lag_ns(data: TrialData) -> np.ndarray:
    return difference_ns(data.window_events, "published_ns", "intended_ns")


quantile_metrics(
    "source_lag",
    "source lag",
    "delays of the backend's event source (published - scheduled)",
    source_lag_ns,
)


@metric("poll_bytes_up", "B", "bytes of a request", "Mean bytes of a request as sent.", "neither")
def poll_bytes_up(data: TrialData) -> float:
    return float(np.mean(data.requests["bytes_up"])) if len(data.requests) else math.nan


@metric(
    "empty_bytes_down",
    "B",
    "bytes of a useless reply",
    "Mean bytes of a reply that brought nothing new.",
    "neither",
)
def empty_bytes_down(data: TrialData) -> float:
    empty = data.requests[data.requests["outcome"] == samples.EMPTY]
    return float(np.mean(empty["bytes_down"])) if len(empty) else math.nan


def compute(data: TrialData, keys: Sequence[str] | None = None) -> dict[str, float]:
    """All (or the named) metrics of one trial; NaN where one does not apply."""
    return {key: float(METRICS[key].function(data)) for key in (keys or METRICS)}
