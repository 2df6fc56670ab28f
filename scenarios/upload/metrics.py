"""What uploads cost in bytes and time, and what cuts do to them.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model.metric import Counts

METRICS = Registry()
PIECES = ("send", "cut")


def _of_done(data: TrialData, operation: str) -> np.ndarray:
    """The rows of one operation that belong to files of the window that were stored."""
    if operation not in data.operations:
        return data.rows[:0]
    rows = data.rows[data.rows["operation"] == data.operations.index(operation)]
    mine, files = (_keys(one) for one in (rows, data.outcomes))
    found: np.ndarray = rows[np.isin(mine, files)]
    return found


def _keys(rows: np.ndarray) -> np.ndarray:
    found: np.ndarray = rows["client"].astype(np.int64) * (1 << 40) + rows["sequence"]
    return found


def sent_bytes(data: TrialData) -> float:
    """Bytes of bodies that left the clients' sockets, over all files that were stored."""
    return float(sum(int(_of_done(data, one)["bytes_up"].sum()) for one in PIECES))


def _file_bytes(data: TrialData) -> float:
    return float(data.outcomes["bytes_down"].sum())


@METRICS.metric(
    "sent_share",
    "",
    "bytes sent per byte of a file",
    "Bytes of request bodies that left the clients' sockets (TCP_INFO; what the kernel sent "
    "again is not counted twice), over the bytes of the files; files begun in the window and "
    "stored.",
    "lower",
)
def sent_share(data: TrialData) -> float:
    total = _file_bytes(data)
    return sent_bytes(data) / total if total else math.nan


@METRICS.metric(
    "wasted_bytes",
    "B",
    "bytes sent in vain per {event}",
    "Bytes of request bodies that left the clients' sockets, less those of the files, per {event} "
    "begun in the window and stored.",
    "lower",
)
def wasted_bytes(data: TrialData) -> float:
    return data.per_outcome(sent_bytes(data) - _file_bytes(data))


@METRICS.counted(
    "cuts_per_upload",
    "",
    "cuts per {event}",
    "Requests with a body that a cut ended, per {event} begun in the window and stored.",
    "neither",
)
def cuts(data: TrialData) -> Counts | None:
    """Requests that a cut ended, and the files that were stored."""
    if not len(data.outcomes) or "cut" not in data.operations:
        return None
    return Counts(float(len(_of_done(data, "cut"))), float(len(data.outcomes)), "count")


@METRICS.metric(
    "cuts_seen",
    "",
    "cuts in the middle of a request",
    "Requests with a body that a cut ended, in the window.",
    "neither",
)
def cuts_seen(data: TrialData) -> float:
    return float(len(data.select("cut"))) if "cut" in data.operations else math.nan


@METRICS.metric(
    "lost_per_cut",
    "B",
    "bytes lost per cut",
    "Of a request that a cut ended: bytes that left the client's socket and are not in what the "
    "server kept; mean over the window's cuts.",
    "lower",
)
def lost_per_cut(data: TrialData) -> float:
    rows = data.select("cut")
    lost = rows["bytes_up"].astype(np.int64) - rows["bytes_down"]
    return float(np.mean(np.maximum(0, lost))) if len(rows) else math.nan


@METRICS.metric(
    "under_way_bytes",
    "B",
    "bytes under way",
    "Bytes that left a client's socket and are not acknowledged (TCP_INFO), read every 10 ms while "
    "a body is sent; mean.",
    "neither",
)
def under_way_bytes(data: TrialData) -> float:
    rows = data.select("under_way")
    return float(np.mean(rows["sequence"])) if len(rows) else math.nan


def _pauses_ms(rows: np.ndarray, is_end: np.ndarray) -> np.ndarray:
    """From each row that is an end to what its client began next, in ms."""
    order = np.lexsort((rows["sent_ns"], rows["client"]))
    rows, is_end = rows[order], is_end[order]
    follows = (rows["client"][1:] == rows["client"][:-1]) & is_end[:-1]
    ended, began = rows["done_ns"][:-1].astype(np.int64), rows["sent_ns"][1:].astype(np.int64)
    pauses: np.ndarray = (began - ended)[follows] / 1e6
    return pauses


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else math.nan


@METRICS.metric(
    "between_uploads_mean",
    "ms",
    "time between {events}",
    "Mean time of a client from a stored file to the beginning of the next: what is stored is "
    "read back and verified, and the next file is made.",
    "neither",
)
def between_uploads_mean(data: TrialData) -> float:
    rows = data.outcomes
    return _mean(_pauses_ms(rows, np.ones(len(rows), bool)))


@METRICS.metric(
    "resume_mean",
    "ms",
    "time to go on after a cut",
    "Mean time from a cut, as the client sees it, until it sends the file's bytes again: a new "
    "connection, and the request that asks what has arrived.",
    "lower",
)
def resume_mean(data: TrialData) -> float:
    if not set(PIECES) <= set(data.operations):
        return math.nan
    rows = np.concatenate([data.select(one) for one in PIECES])
    return _mean(_pauses_ms(rows, rows["operation"] == data.operations.index("cut")))


@METRICS.metric(
    "upload_mbit",
    "Mbit/s",
    "rate of an {event}",
    "Bytes of the files over their times (done - sent), summed over files; in the window.",
    "higher",
)
def upload_mbit(data: TrialData) -> float:
    spent_ns = difference_ns(data.outcomes, "done_ns", "sent_ns").sum()
    return _file_bytes(data) * 8e3 / float(spent_ns) if spent_ns else math.nan
