"""What an event costs its publisher, when the last receiver has it, and what is sent on.  Pure.

What the publisher counts is read at the window's edges, and set against its own count of events.
"""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.metric import Counts

METRICS = Registry()

PUBLISHING = "server"
"""The role of the publisher: no pattern has another server."""


def _change(data: TrialData, name: str) -> float:
    """What the publisher counted in the window; NaN where it could not."""
    start, end = data.counted.get("t0", {}), data.counted.get("t1", {})
    key = f"publisher.{name}"
    return end.get(key, math.nan) - start.get(key, math.nan)


def _bytes(data: TrialData, name: str) -> float:
    """What its connections carried in the window; NaN where one was lost: its count is gone."""
    return math.nan if _change(data, "gone") else _change(data, name)


def _per_event(data: TrialData, amount: float) -> float:
    events = _change(data, "events")
    return amount / events if events > 0 else math.nan


@METRICS.metric(
    "publisher_ms",
    "ms",
    "publisher's time per event",
    "From the moment at which the publisher begins to send an event until it is free for the "
    "next, mean over the events of the window: until all receivers have answered (direct), or "
    "until the event is written, confirmed, or there is room in the window (brokers).",
    "lower",
)
def publisher_ms(data: TrialData) -> float:
    return _per_event(data, _change(data, "busy_ns") / 1e6)


@METRICS.metric(
    "publisher_cpu_us",
    "us",
    "publisher's CPU per event",
    "CPU time of the publisher in the window, over the events that it published.",
    "lower",
)
def publisher_cpu_us(data: TrialData) -> float:
    return _per_event(data, data.cpu_ns(PUBLISHING) / 1e3)


@METRICS.counted(
    "published_per_s",
    "/s",
    "events published per second",
    "Events whose sending began in the window, over its length.",
    "higher",
)
def published(data: TrialData) -> Counts:
    times = data.events["published_ns"]
    events = np.count_nonzero((times >= data.t0_ns) & (times < data.t1_ns))
    return Counts(float(events), data.seconds, "count")


def _all_arrived(data: TrialData) -> np.ndarray:
    """Deliveries of events that were due in the window, of all receivers, by sequence."""
    rows = data.outcomes
    return rows[np.argsort(rows["sequence"], kind="stable")]


def _last_ns(data: TrialData) -> np.ndarray:
    """For each event of the window that somebody got: from publishing to the last delivery."""
    rows = _all_arrived(data)
    if not len(rows):
        return np.empty(0, np.int64)
    _, first = np.unique(rows["sequence"], return_index=True)
    last: np.ndarray = np.maximum.reduceat(rows["done_ns"], first) - rows["sent_ns"][first]
    return last


@METRICS.metric(
    "last_receiver_ms",
    "ms",
    "until the last receiver has an event",
    "From the publication of an event until the last of those who get it has dealt with it, mean "
    "over the events of the window.",
    "lower",
)
def last_receiver_ms(data: TrialData) -> float:
    last = _last_ns(data)
    return float(np.mean(last)) / 1e6 if len(last) else math.nan


def _done(data: TrialData) -> np.ndarray:
    """Deliveries that were dealt with in the window, whenever their events were due."""
    if data.outcome_operation not in data.operations:
        return data.rows[:0]
    rows = data.rows
    code = data.operations.index(data.outcome_operation)
    chosen = (rows["operation"] == code) & (rows["outcome"] == samples.OK)
    chosen &= (rows["done_ns"] >= data.t0_ns) & (rows["done_ns"] < data.t1_ns)
    found: np.ndarray = rows[chosen]
    return found


@METRICS.metric(
    "received_per_s",
    "/s",
    "events received per receiver and second",
    "Deliveries that a receiver dealt with in the window, including events that had been due "
    "before: those after its first one over the time from the first to the last, mean over "
    "receivers. One that dealt with fewer than two has their number over the window's length.",
    "higher",
)
def received_per_s(data: TrialData) -> float:
    """Not their number over the window: 9.6 a second are 14 in every window of 1.5 s."""
    rows = _done(data)
    clients = int(data.load["clients"])
    if not len(rows):
        return 0.0
    _, whose = np.unique(rows["client"], return_inverse=True)
    numbers = np.bincount(whose)
    first = np.full(len(numbers), np.iinfo(np.int64).max)
    last = np.zeros(len(numbers), np.int64)
    np.minimum.at(first, whose, rows["done_ns"])
    np.maximum.at(last, whose, rows["done_ns"])
    seconds = np.where(last > first, (last - first) / 1e9, data.seconds)
    return float(np.sum(np.where(last > first, numbers - 1, numbers) / seconds)) / clients


@METRICS.metric(
    "buffer_wait_ms",
    "ms",
    "wait in the receiver's buffer",
    "From the moment at which a receiver's loop got an event until it began to work on it, mean "
    "over what was dealt with in the window: the delay that a prefetch beyond what is needed adds.",
    "lower",
)
def buffer_wait_ms(data: TrialData) -> float:
    rows = _done(data)
    if not len(rows):
        return math.nan
    held = np.mean(rows["done_ns"] - rows["first_byte_ns"]) / 1e6
    return float(held) - float(data.load.get("work_time_s", 0.0)) * 1e3


@METRICS.metric(
    "publisher_bytes_per_event",
    "B",
    "bytes that the publisher sends per event",
    "Bytes of the publisher's TCP streams (headers, frames, payload) that it wrote in the window, "
    "per event that it published.",
    "lower",
    lambda data: _amount(data, _bytes(data, "stream_up")),
)
def publisher_bytes_per_event(data: TrialData) -> float:
    return _per_event(data, _bytes(data, "stream_up"))


@METRICS.metric(
    "publisher_wire_bytes_per_event",
    "B",
    "wire bytes at the publisher per event",
    "IP packets with their headers on the publisher's connections in the window, both ways, per "
    "event that it published.",
    "lower",
)
def publisher_wire_bytes_per_event(data: TrialData) -> float:
    return _per_event(data, _bytes(data, "wire_up") + _bytes(data, "wire_down"))


@METRICS.counted(
    "sends_failed",
    "",
    "sends that failed",
    "Requests to a receiver, or messages to the broker, that failed in the window: refused, timed "
    "out, or lost with a connection.",
    "lower",
)
def sends_failed(data: TrialData) -> Counts | None:
    return _counted(data, "failed")


@METRICS.counted(
    "refusals",
    "",
    "refusals of a full queue",
    "Times that the broker refused an event of the window because a queue was full; the publisher "
    "sends it again.",
    "neither",
)
def refusals(data: TrialData) -> Counts | None:
    return _counted(data, "refused")


def _amount(data: TrialData, amount: float) -> Counts | None:
    """What all events of the window have together."""
    events = _change(data, "events")
    return Counts(amount, events, "amount", events) if events > 0 and amount >= 0 else None


def _counted(data: TrialData, name: str) -> Counts | None:
    amount = _change(data, name)
    return None if math.isnan(amount) else Counts(amount, 1.0, "count")
