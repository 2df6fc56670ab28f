"""How soon readers have the pieces of a reply, what each costs, and which nobody reads.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model.metric import Counts
from scenarios.streamed_reply import _nobody
from scenarios.streamed_reply._rows import all_rows, keys

METRICS = Registry()

STALL_NS = 100_000_000
"""A piece that is later than the one before it by so much was held up on its way."""


def pieces(data: TrialData) -> np.ndarray:
    """The pieces of the window's replies, reply by reply in their order."""
    rows = all_rows(data, "piece")
    rows = rows[np.isin(keys(rows), keys(data.outcomes))]
    found: np.ndarray = rows[np.lexsort((rows["bytes_up"], rows["sequence"], rows["client"]))]
    return found


def _follows(rows: np.ndarray) -> np.ndarray:
    """Which of these belong to the same reply as the row before; the first does not."""
    whose = keys(rows)
    found: np.ndarray = whose[1:] == whose[:-1]
    return found


# --- when ---------------------------------------------------------------------------------------


def first_piece_ns(data: TrialData) -> np.ndarray:
    return difference_ns(data.outcomes, "first_byte_ns", "intended_ns")


def piece_delay_ns(data: TrialData) -> np.ndarray:
    return difference_ns(pieces(data), "done_ns", "intended_ns")


def arrivals(data: TrialData) -> np.ndarray:
    """The pieces with which something came: of those that came together, the first."""
    rows = pieces(data)
    if not len(rows):
        return rows
    is_with = _follows(rows) & (rows["done_ns"][1:] == rows["done_ns"][:-1])
    found: np.ndarray = rows[np.concatenate(([True], ~is_with))]
    return found


def later_arrivals(data: TrialData) -> np.ndarray:
    """Those of them that are not the first of their reply."""
    rows = arrivals(data)
    found: np.ndarray = rows[1:][_follows(rows)] if len(rows) else rows
    return found


def piece_gap_ns(data: TrialData) -> np.ndarray:
    rows = arrivals(data)
    if not len(rows):
        return np.zeros(0, np.int64)
    found: np.ndarray = np.diff(rows["done_ns"])[_follows(rows)]
    return found


METRICS.mean(
    "first_piece_mean",
    "mean time to first piece",
    "Mean time from asking for a reply until its reader has the first piece.",
    first_piece_ns,
    lambda data: data.outcomes,
)
METRICS.quantiles(
    "first_piece",
    "time to first piece",
    "times from asking for a reply until its reader has the first piece",
    first_piece_ns,
    lambda data: data.outcomes,
)
METRICS.mean(
    "piece_delay_mean",
    "mean delay of a piece",
    "Mean time from when a piece was to be made until its reader has it.",
    piece_delay_ns,
    pieces,
)
METRICS.quantiles(
    "piece_delay",
    "delay of a piece",
    "times from when a piece was to be made until its reader has it",
    piece_delay_ns,
    pieces,
)
METRICS.quantiles(
    "piece_gap",
    "gap between pieces",
    "times between two moments at which a reader got something of a reply",
    piece_gap_ns,
    later_arrivals,
)
METRICS.greatest(
    "piece_gap_max",
    "largest gap between pieces",
    "The largest time between two moments at which a reader got something of a reply.",
    piece_gap_ns,
)


@METRICS.counted(
    "stalls_per_reply",
    "",
    "stalls per {event}",
    "How often per {outcome} a piece was later than the one before it by 100 ms or more, because "
    "something held it up. The wait for a batch is not a stall, unless the batch is that long.",
    "lower",
)
def stalls(data: TrialData) -> Counts | None:
    rows = pieces(data)
    if not len(data.outcomes) or not len(rows):
        return None
    later = np.diff(difference_ns(rows, "done_ns", "intended_ns"))
    held_up = np.count_nonzero(_follows(rows) & (later >= STALL_NS))
    return Counts(float(held_up), float(len(data.outcomes)), "count")


# --- what a reply takes ---------------------------------------------------------------------------


@METRICS.counted(
    "requests_per_reply",
    "",
    "requests of one {event}",
    "Requests that one {outcome} took, whenever they were sent, mean over the {outcomes} of the "
    "window. The requests in a window are others: the last ones of its replies come after it.",
    "lower",
)
def requests(data: TrialData) -> Counts | None:
    """The requests of the window's replies, whenever they were sent."""
    if not len(data.outcomes):
        return None
    rows = all_rows(data, "request")
    own = np.count_nonzero(np.isin(keys(rows), keys(data.outcomes)))
    return Counts(float(own), float(len(data.outcomes)), "count")


# --- what a piece costs ---------------------------------------------------------------------


def _per_piece(data: TrialData, amount: float) -> float:
    """An amount of the meters per piece; NaN where some leave, as what they cost is in it."""
    if data.load.get("leave_rate_per_s"):
        return math.nan
    return data.per_piece(amount) / int(data.load.get("pieces", 1))


def _amount_per_piece(data: TrialData, amount: float) -> Counts | None:
    """What all pieces of the window's replies took; each reply is independent of the others."""
    replies = data.metered_pieces
    if data.load.get("leave_rate_per_s") or not replies > 0 or not amount >= 0:
        return None
    return Counts(amount, replies * int(data.load.get("pieces", 1)), "amount", replies)


for _way, _words in (("down", "to clients"), ("up", "from clients")):

    def _bytes(data: TrialData, way: str = _way) -> float:
        return _per_piece(data, data.wire_bytes(way))

    def _counted(data: TrialData, way: str = _way) -> Counts | None:
        return _amount_per_piece(data, data.wire_bytes(way))

    METRICS.metric(
        f"wire_bytes_{_way}_per_piece",
        "B",
        f"wire bytes {_way} per piece",
        f"IP packets with their headers {_words}, per piece of the {{outcomes}}; unknown where "
        "readers left.",
        "lower",
        _counted,
    )(_bytes)


@METRICS.metric(
    "server_cpu_us_per_piece",
    "us",
    "server CPU per piece",
    "CPU time of the server per piece; unknown where readers left.",
    "lower",
)
def server_cpu_us_per_piece(data: TrialData) -> float:
    return _per_piece(data, data.cpu_ns("server") / 1e3)


@METRICS.metric(
    "reader_cpu_us_per_piece",
    "us",
    "reader CPU per piece",
    "CPU time of the load process per piece, including the time to record it; unknown where "
    "readers left.",
    "lower",
)
def reader_cpu_us_per_piece(data: TrialData) -> float:
    return _per_piece(data, data.cpu_ns("generator") / 1e3)


@METRICS.metric(
    "ends_cpu_us_per_piece",
    "us",
    "CPU per piece, both ends",
    "CPU time of server and load process together, per piece; unknown where readers left.",
    "lower",
)
def ends_cpu_us_per_piece(data: TrialData) -> float:
    return server_cpu_us_per_piece(data) + reader_cpu_us_per_piece(data)


@METRICS.metric(
    "head_bytes",
    "B",
    "bytes before the first piece",
    "Mean bytes that the server sends for a request before the text: headers, or the message "
    "that says when a reply was begun. For a poll, all that it sends.",
    "lower",
)
def head_bytes(data: TrialData) -> float:
    rows = data.requests
    return float(np.mean(rows["bytes_down"])) if len(rows) else math.nan


for _metric in _nobody.METRICS.values():
    METRICS.add(_metric)
