"""What some loads provoke: herds, slow readers, idle clients.  Pure."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from bench.analysis.metrics import Metric, Registry
from bench.analysis.milliseconds import mean_ms
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.metric import Counts

METRICS = Registry()

HERD_BIN_NS = 1_000_000
"""Bins in which a burst of requests is counted: a herd of a hundred lasts over 10 ms."""


@METRICS.metric(
    "herd_peak_requests_per_s",
    "/s",
    "peak request rate",
    "The largest number of requests that arrive within 1 ms, as a rate: the herd that an event "
    "triggers.",
    "lower",
)
def herd_peak(data: TrialData) -> float:
    if not len(data.requests):
        return math.nan
    bins = (data.requests["sent_ns"] - data.t0_ns) // HERD_BIN_NS
    return float(np.unique(bins, return_counts=True)[1].max()) / (HERD_BIN_NS / 1e9)


@METRICS.metric(
    "useful_bytes_down",
    "B",
    "bytes of a useful reply",
    "Mean bytes of a reply that brought something new.",
    "neither",
)
def useful_bytes_down(data: TrialData) -> float:
    useful = data.requests["bytes_down"][data.requests["outcome"] == samples.OK]
    return float(np.mean(useful)) if len(useful) else math.nan


@METRICS.metric(
    "parked_again_ms",
    "ms",
    "all parked again",
    "Time from publishing an event until the last client that it woke has sent its next request "
    "(long polling); median over events.",
    "lower",
)
def parked_again(data: TrialData) -> float:
    published_ns, asked_ns = data.once(returns_ns)
    came_back = asked_ns > 0
    if not np.any(came_back):
        return math.nan
    return float(np.median(asked_ns[came_back] - published_ns[came_back])) / 1e6


def returns_ns(data: TrialData) -> tuple[np.ndarray, np.ndarray]:
    """Of each event in the window: when it was published, and when the last client that it woke
    sent its next request (0: none did).

    A client's next request is intended for the moment it read the event.  Nobody is known to
    have returned where the events have no time.
    """
    requests, got, events = data.requests, data.outcomes, data.window_events
    # An event is known by its scheduled time, whoever it is meant for.
    events = events[np.argsort(events["intended_ns"], kind="stable")]
    latest = np.zeros(len(events), np.int64)
    if len(requests) and len(data.timed) and len(events):
        order = np.argsort(requests["intended_ns"], kind="stable")
        intended_ns, sent_ns = (requests[name][order] for name in ("intended_ns", "sent_ns"))
        place = np.searchsorted(intended_ns, got["done_ns"])
        place = np.minimum(place, len(requests) - 1)
        asked = intended_ns[place] == got["done_ns"]
        event = np.searchsorted(events["intended_ns"], got["intended_ns"][asked])
        event = np.minimum(event, len(events) - 1)
        np.maximum.at(latest, event, sent_ns[place[asked]])
    return events["published_ns"], latest


def herd_latency_ms(data: TrialData, inside: bool) -> float:
    """Mean latency of the events that were due before the last one's clients had asked again, or
    of all others.

    Due, not published: a server that still writes the last event publishes the next one late.
    """
    _, asked_ns = data.once(returns_ns)
    if not np.any(asked_ns):  # nobody ever returns
        return math.nan
    events = np.sort(data.window_events["intended_ns"])
    is_inside = np.concatenate(([False], events[1:] < asked_ns[:-1]))
    event = np.minimum(np.searchsorted(events, data.outcomes["intended_ns"]), len(events) - 1)
    return mean_ms(data.latencies_ns[is_inside[event] == inside])


for _key, _inside, _words in (
    ("inside", True, "that were due while clients were still returning from the one before"),
    ("outside", False, "that found all clients waiting"),
):
    METRICS.add(
        Metric(
            f"{_key}_latency_mean",
            "ms",
            f"mean latency of events {_key} a herd",
            f"Mean latency of the events {_words} (long polling).",
            "lower",
            lambda data, inside=_inside: herd_latency_ms(data, inside),  # type: ignore[misc]
        )
    )


@METRICS.metric(
    "herd_wait_ratio",
    "",
    "latency inside a herd over outside",
    "Mean latency of the events that were due while clients were still returning from the one "
    "before, over that of the events that found all clients waiting (long polling).",
    "lower",
)
def herd_wait_ratio(data: TrialData) -> float:
    return herd_latency_ms(data, True) / herd_latency_ms(data, False)


# --- who gets through -----------------------------------------------------------------------


def _passages(data: TrialData, outcome: int) -> Counts | None:
    """Of the clients that tried to get through a proxy: those whose last try ended like this."""
    if "passage" not in data.operations:
        return None
    rows = data.rows[data.rows["operation"] == data.operations.index("passage")]
    rows = rows[np.argsort(rows["done_ns"], kind="stable")]
    last = {int(row["client"]): int(row["outcome"]) for row in rows}
    hits = sum(one == outcome for one in last.values())
    return Counts(hits, len(last), "share") if last else None


for _key, _outcome, _words in (
    ("passed", samples.OK, "whom the proxy let through: an answer came within 1 s"),
    ("refused", samples.FAILED, "whom the proxy refused"),
    ("held", samples.PENDING, "who had neither an answer nor a refusal after 1 s"),
):
    METRICS.counted(
        f"{_key}_share", "", f"clients {_key}", f"Share of the clients {_words}.", "neither"
    )(partial(_passages, outcome=_outcome))


# --- who is in the way ------------------------------------------------------------------------


def bystander_ns(data: TrialData) -> np.ndarray:
    """One that was still waiting at the end counts until then."""
    return difference_ns(data.select("bystander"), "done_ns", "intended_ns")


METRICS.quantiles(
    "bystander", "a bystander's latency", "latencies (done - intended) of a bystander", bystander_ns
)


@METRICS.metric(
    "bystander_mean",
    "ms",
    "a bystander's mean latency",
    "Mean of done - intended of requests that have nothing to do with events, on a connection of "
    "their own.",
    "lower",
)
def bystander_mean(data: TrialData) -> float:
    return mean_ms(bystander_ns(data))


# --- what a server counts ----------------------------------------------------------------------


def _at_end_of_window(data: TrialData, name: str) -> float:
    return data.counted.get("t1", {}).get(name, math.nan)


SERVER_COUNTS = {
    "send_backlog_bytes": (
        "B",
        "send backlog",
        (
            "What the server had written for clients and they had not yet received, in its own "
            "buffers and the kernel's, at the window's end."
        ),
    ),
    "full_send_buffers": (
        "",
        "full send buffers",
        "Connections whose buffer in the kernel was full at some time before the window's end.",
    ),
    "dropped_events": (
        "",
        "events dropped by the server",
        (
            "Times that the server did not send an event because a client's send buffer was full, "
            "before the window's end."
        ),
    ),
}
for _name, (_unit, _title, _words) in SERVER_COUNTS.items():
    METRICS.add(
        Metric(
            _name,
            _unit,
            _title,
            _words,
            "lower",
            lambda data, name=_name: _at_end_of_window(data, name),  # type: ignore[misc]
        )
    )


def _counted_in_window(data: TrialData, name: str) -> float:
    start, end = data.counted.get("t0", {}), data.counted.get("t1", {})
    return end[name] - start[name] if name in start and name in end else math.nan


@METRICS.metric(
    "herd_return_ms",
    "ms",
    "all waiting again",
    "Time from publishing an event until all clients that it woke wait at the server again, as "
    "the server sees it (long polling); mean over the events that found all of them waiting.",
    "lower",
)
def herd_return_ms(data: TrialData) -> float:
    herds = _counted_in_window(data, "herds")
    return _counted_in_window(data, "herds_ns") / herds / 1e6 if herds else math.nan


@METRICS.metric(
    "events_inside",
    "",
    "events inside a herd",
    "Events in the window that came before all clients that the last one woke were waiting again.",
    "neither",
)
def events_inside(data: TrialData) -> float:
    return _counted_in_window(data, "events_inside")


@METRICS.metric(
    "keep_alives_per_client",
    "",
    "keep-alives per client",
    "Keep-alive comments that the server wrote in the window, per client (SSE).",
    "neither",
)
def keep_alives_per_client(data: TrialData) -> float:
    return _counted_in_window(data, "keep_alives") / int(data.load["clients"])


@METRICS.metric(
    "requests_per_client",
    "",
    "requests per client",
    "Requests sent in the window, per client.",
    "neither",
)
def requests_per_client(data: TrialData) -> float:
    return len(data.requests) / int(data.load["clients"])


@METRICS.metric(
    "empty_replies",
    "",
    "empty replies",
    "Requests of the window whose reply brought nothing new: useless polls, or long polls that "
    "timed out.",
    "lower",
)
def empty_replies(data: TrialData) -> float:
    return float(np.count_nonzero(data.requests["outcome"] == samples.EMPTY))
