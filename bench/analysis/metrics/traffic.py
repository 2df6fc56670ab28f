"""What crosses the wire: requests, bytes, connections, round trips.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics.registry import SHARED
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.metric import Counts, Metric


def _count(amount: float, exposure: float) -> Counts | None:
    """What was counted in so much; None where either was not."""
    known = amount >= 0 and exposure > 0
    return Counts(amount, exposure, "count") if known else None


@SHARED.metric(
    "requests_per_event",
    "",
    "requests per {event}",
    "Requests that clients sent in the window, per {outcome}.",
    "lower",
    lambda data: _count(len(data.requests), len(data.outcomes)),
)
def requests_per_event(data: TrialData) -> float:
    return data.per_outcome(len(data.requests))


@SHARED.metric(
    "requests_per_s",
    "/s",
    "requests per second",
    "Requests sent in the window.",
    "lower",
    lambda data: _count(len(data.requests), data.seconds),
)
def requests_per_s(data: TrialData) -> float:
    return len(data.requests) / data.seconds


@SHARED.metric(
    "useless_share",
    "",
    "useless replies",
    "Share of the window's requests whose reply brought nothing new.",
    "lower",
    lambda data: Counts(_useless(data), len(data.requests), "share"),
)
def useless_share(data: TrialData) -> float:
    if not len(data.requests):  # nobody asked: no reply could be useless
        return math.nan
    return _useless(data) / len(data.requests)


def _useless(data: TrialData) -> int:
    return int(np.count_nonzero(data.requests["outcome"] == samples.EMPTY))


WAYS = (("down", "to clients"), ("up", "from clients"))
SOCKETS = "[tcp_info]"
"""Ends the key of a number that the link counted too: what the clients' sockets say of it."""


def _register_stream(way: str, words: str) -> None:
    key = f"stream_bytes_{way}_per_event"
    SHARED.add(
        Metric(
            key,
            "B",
            f"stream bytes {way} per {{event}}",
            "Bytes of the TCP stream (HTTP or frame headers and payload) "
            f"{words} in the window, per {{outcome}}.",
            "lower",
            lambda data: data.per_piece(data.wire_change(f"stream_{way}")),
            counts=lambda data: _count(data.wire_change(f"stream_{way}"), data.metered_pieces),
        )
    )


def _register_wire(key: str, title: str, words: str, ways: tuple[str, ...]) -> None:
    """The best count (the link's, on loopback TCP_INFO's), and TCP_INFO's beside the link's."""
    SHARED.add(
        Metric(
            key,
            "B",
            title,
            f"IP packets with their headers {words} in the window, per {{outcome}}: as the link "
            "counted them, on loopback by TCP_INFO of the clients' sockets.",
            "lower",
            lambda data: data.per_piece(sum(data.wire_bytes(way) for way in ways)),
            counts=lambda data: _count(
                sum(data.wire_bytes(way) for way in ways), data.metered_pieces
            ),
        )
    )
    SHARED.add(
        Metric(
            key + SOCKETS,
            "B",
            f"{title} (TCP_INFO)",
            f"The same {words} by TCP_INFO, where the link counts as well.",
            "lower",
            lambda data: (
                data.per_piece(sum(data.wire_change(f"wire_{way}") for way in ways))
                if data.link
                else math.nan
            ),
        )
    )


for _way, _words in WAYS:
    _register_wire(
        f"wire_bytes_{_way}_per_event", f"wire bytes {_way} per {{event}}", _words, (_way,)
    )
for _way, _words in WAYS:
    _register_stream(_way, _words)
_register_wire(
    "wire_bytes_per_event", "wire bytes per {event}", "in both directions", ("up", "down")
)


@SHARED.metric(
    "payload_bytes_per_event", "B", "payload per {event}", "Mean payload per {outcome}.", "neither"
)
def payload_bytes_per_event(data: TrialData) -> float:
    return float(np.mean(data.outcomes["bytes_down"])) if len(data.outcomes) else math.nan


@SHARED.metric(
    "connections",
    "",
    "connections",
    "TCP connections open at the window's end.",
    "lower",
    lambda data: Counts(data.wire["t1"].open, 1, "count") if "t1" in data.wire else None,
)
def connections(data: TrialData) -> float:
    return float(data.wire["t1"].open) if "t1" in data.wire else math.nan


@SHARED.metric(
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


SHARED.quantiles("connect", "connection set-up", "connection set-ups (done - sent)", connect_ns)


@SHARED.metric(
    "poll_bytes_up", "B", "bytes of a request", "Mean bytes of a request as sent.", "neither"
)
def poll_bytes_up(data: TrialData) -> float:
    return float(np.mean(data.requests["bytes_up"])) if len(data.requests) else math.nan


@SHARED.metric(
    "empty_bytes_down",
    "B",
    "bytes of a useless reply",
    "Mean bytes of a reply that brought nothing new.",
    "neither",
)
def empty_bytes_down(data: TrialData) -> float:
    empty = data.requests[data.requests["outcome"] == samples.EMPTY]
    return float(np.mean(empty["bytes_down"])) if len(empty) else math.nan


@SHARED.metric(
    "wire_bytes_per_client_s",
    "B",
    "wire bytes per client and second",
    "IP packets with their headers in both directions, per client and second, regardless of how "
    "much is {done}.",
    "lower",
    lambda data: _count(
        data.wire_bytes("up") + data.wire_bytes("down"),
        int(data.load["clients"]) * data.metered_s,
    ),
)
def wire_bytes_per_client_s(data: TrialData) -> float:
    return data.per_client_second(data.wire_bytes("up") + data.wire_bytes("down"))
