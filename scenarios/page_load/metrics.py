"""How a page came: makespan, waiting, connections.  Pure.

All are NaN for experiments that load no pages (operation `page`, with `resource`
and `open` rows beside it).
"""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.milliseconds import mean_ms
from bench.analysis.proxy_counts import at_listener
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.links import CLIENTS
from bench.model.metric import Counts

METRICS = Registry()


def pages(data: TrialData) -> np.ndarray:
    """The pages of the window that came whole."""
    rows = data.select("page")
    whole: np.ndarray = rows[rows["outcome"] == samples.OK]
    return whole


def makespan_ns(data: TrialData) -> np.ndarray:
    return difference_ns(pages(data), "done_ns", "intended_ns")


METRICS.mean(
    "makespan_mean",
    "makespan mean",
    "Mean time from requesting a page to the last byte of its last resource.",
    makespan_ns,
    pages,
)
METRICS.quantiles("makespan", "makespan", "times to a page's last byte", makespan_ns, pages)


def ttfb_ns(data: TrialData) -> np.ndarray:
    return difference_ns(pages(data), "first_byte_ns", "intended_ns")


@METRICS.metric(
    "ttfb_mean",
    "ms",
    "time to first byte mean",
    "Mean time from requesting a page to the first byte of any resource, set-up included.",
    "lower",
)
def ttfb_mean(data: TrialData) -> float:
    return mean_ms(ttfb_ns(data))


METRICS.quantiles(
    "ttfb", "time to first byte", "times to a page's first byte of any resource", ttfb_ns, pages
)


def openings(data: TrialData) -> np.ndarray:
    return data.select("open")


def setup_ns(data: TrialData) -> np.ndarray:
    return difference_ns(openings(data), "done_ns", "intended_ns")


METRICS.quantiles(
    "setup",
    "set-up",
    "times until a page's new connection was ready, including TLS or QUIC",
    setup_ns,
    openings,
)


@METRICS.metric(
    "setup_mean",
    "ms",
    "set-up mean",
    "Mean time until a page's new connection was ready for its first request.",
    "lower",
)
def setup_mean(data: TrialData) -> float:
    return mean_ms(setup_ns(data))


@METRICS.metric(
    "waves_per_page",
    "",
    "waves per page",
    "A page's mean time after set-up as a multiple of one round trip, as probed, and the "
    "server's delay: how many requests seem to run one after another. Not given for a server of "
    "your own, because its delay is unknown.",
    "lower",
)
def waves_per_page(data: TrialData) -> float:
    rtt_ms = float(data.facts_of(CLIENTS).get("rtt_probe_ms", math.nan))
    if is_somebody_elses(data):
        return math.nan
    wave_ms = rtt_ms + float(data.load.get("server_delay_s", math.nan)) * 1e3
    return (mean_ms(makespan_ns(data)) - setup_mean(data)) / wave_ms if wave_ms else math.nan


def is_somebody_elses(data: TrialData) -> bool:
    """Whether the server was not ours: ours stands behind a proxy that counts its connections."""
    return connections(data) is None


def resources(data: TrialData) -> np.ndarray:
    return data.select("resource")


def queue_ns(data: TrialData) -> np.ndarray:
    return difference_ns(resources(data), "sent_ns", "intended_ns")


@METRICS.metric(
    "queue_time_mean",
    "ms",
    "mean queue time",
    "Mean time for which a resource's request waited for a connection or stream, including set-up.",
    "lower",
)
def queue_time_mean(data: TrialData) -> float:
    return mean_ms(queue_ns(data))


METRICS.quantiles(
    "queue_time",
    "queue time",
    "waits of requests for a connection or stream (including set-up)",
    queue_ns,
    resources,
)


def _per_page(data: TrialData, amount: float) -> float:
    count = len(pages(data))
    return amount / count if count else math.nan


def _counts_per_page(data: TrialData, counter: str) -> Counts | None:
    """What the server's end counted of all listeners, and the pages of the whole trial."""
    before, at_end = (at_listener(data.counted.get(mark, {}), counter) for mark in ("idle", "end"))
    if math.isnan(at_end) or "page" not in data.operations:
        return None
    begun = int(np.count_nonzero(data.rows["operation"] == data.operations.index("page")))
    known = at_end - (0.0 if math.isnan(before) else before)
    return Counts(known, begun, "count") if begun else None


@METRICS.counted(
    "connections_per_page",
    "",
    "connections per page",
    "Connections counted at the server, per page, over the whole trial.",
    "neither",
)
def connections(data: TrialData) -> Counts | None:
    return _counts_per_page(data, "downstream_cx_total")


@METRICS.counted(
    "handshakes_per_page",
    "",
    "TLS handshakes per page",
    "TLS and QUIC handshakes counted at the server, per page, over the whole trial.",
    "neither",
)
def handshakes(data: TrialData) -> Counts | None:
    return _counts_per_page(data, "ssl.handshake")


@METRICS.metric(
    "header_bytes_per_page",
    "B",
    "header bytes per page",
    "Headers of a page's requests and replies, as written in HTTP/1.1.",
    "neither",
)
def header_bytes_per_page(data: TrialData) -> float:
    rows = resources(data)
    if not rows["bytes_up"].all():
        return math.nan  # no request is without headers: nobody told their size
    written = float(np.sum(rows["bytes_up"]) + np.sum(rows["bytes_down"]))
    return _per_page(data, written - float(np.sum(pages(data)["bytes_down"])))


@METRICS.metric(
    "overhead_bytes_per_page",
    "B",
    "overhead bytes per page",
    "Wire bytes in both directions minus the resources themselves: HTTP headers, handshakes, "
    "packet headers, acknowledgements, retransmissions.",
    "lower",
)
def overhead_bytes_per_page(data: TrialData) -> float:
    payload = _per_page(data, float(np.sum(pages(data)["bytes_down"])))
    return data.per_piece(data.wire_bytes("up") + data.wire_bytes("down")) - payload
