"""What becomes of workflows, and what keeping their sessions costs.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.metric import Counts
from scenarios.sessions._around import all_rows, broken_by, ended, moves, open_at, spans

METRICS = Registry()

LOST, GAVE_UP, FOREIGN, WRONG = 1, 2, 3, 4
"""Why a workflow broke, as its row says it."""


# --- the account of workflows -----------------------------------------------------------------


def _workflows(data: TrialData) -> np.ndarray:
    """Those that came to their end in the window, or after it where they were begun before."""
    rows = ended(all_rows(data, "workflow"))
    found: np.ndarray = rows[rows["done_ns"] >= data.t0_ns]
    return found


def _of_workflows(data: TrialData, *reasons: int) -> Counts | None:
    rows = _workflows(data)
    if not len(rows):
        return None
    hits = np.count_nonzero(np.isin(rows["bytes_down"], reasons))
    return Counts(float(hits), float(len(rows)), "share")


@METRICS.counted(
    "whole_share",
    "",
    "share of whole workflows",
    "Share of the workflows that ended since the window began and reached their logout. Those "
    "under way at the end are not counted.",
    "higher",
)
def whole(data: TrialData) -> Counts | None:
    return _of_workflows(data, 0)


@METRICS.counted(
    "lost_session_share",
    "",
    "share of workflows whose session was lost",
    "Share of the workflows that broke because a backend did not know their session (HTTP 401 or "
    "403).",
    "lower",
)
def lost_sessions(data: TrialData) -> Counts | None:
    return _of_workflows(data, LOST)


@METRICS.counted(
    "given_up_share",
    "",
    "share of workflows given up",
    "Share of the workflows that broke because nobody served a request within the client's "
    "patience.",
    "lower",
)
def given_up(data: TrialData) -> Counts | None:
    return _of_workflows(data, GAVE_UP)


@METRICS.counted(
    "wrong_workflow_share",
    "",
    "share of workflows with a wrong answer",
    "Share of the workflows that broke because an answer did not match what their visitor had "
    "put into the basket.",
    "lower",
)
def wrong(data: TrialData) -> Counts | None:
    return _of_workflows(data, FOREIGN, WRONG)


@METRICS.metric(
    "broken_workflows",
    "",
    "broken workflows",
    "Workflows that broke since the window began, for whatever reason.",
    "lower",
)
def broken_workflows(data: TrialData) -> float:
    return float(np.count_nonzero(_workflows(data)["outcome"] == samples.FAILED))


@METRICS.metric(
    "leaked",
    "",
    "workflows that saw another's items",
    "Workflows of the whole trial whose basket held what another visitor had put into theirs.",
    "lower",
)
def leaked(data: TrialData) -> float:
    rows = all_rows(data, "workflow")
    return float(np.count_nonzero(rows["bytes_down"] == FOREIGN)) if len(rows) else math.nan


# --- around faults ----------------------------------------------------------------------------


@METRICS.counted(
    "open_broken_share",
    "",
    "share of open workflows broken",
    "Of the workflows that were logged in when a fault began: the share that broke before the "
    "next fault. Those that were no longer served before the trial's end are not counted.",
    "lower",
)
def open_broken(data: TrialData) -> Counts | None:
    hits = count = 0
    for span in spans(data):
        rows = open_at(data, span)
        count += len(rows)
        hits += int(np.count_nonzero(broken_by(rows, span)))
    return Counts(float(hits), float(count), "share") if count else None


@METRICS.metric(
    "open_workflows",
    "",
    "open workflows",
    "Workflows that were logged in when a fault began, and of which the outcome is known; over "
    "all faults.",
    "neither",
)
def open_workflows(data: TrialData) -> float:
    counts = open_broken(data)
    return 0.0 if counts is None else counts.of


@METRICS.counted(
    "moved_workflow_share",
    "",
    "share of workflows moved",
    "Of the workflows that were logged in when a fault began: the share that another backend "
    "served afterwards. One whose session is then not known counts as moved.",
    "neither",
)
def moved(data: TrialData) -> Counts | None:
    found = [moved for span in spans(data) for moved in moves(data, span)]
    return Counts(float(sum(found)), float(len(found)), "share") if found else None


@METRICS.metric(
    "kept_throughput",
    "",
    "throughput during faults",
    "Requests answered per second while faults lasted, over those per second in the rest of the "
    "window.",
    "higher",
)
def kept_throughput(data: TrialData) -> float:
    done = data.outcomes["done_ns"]
    inside = [(one.began_ns, min(one.ended_ns, data.t1_ns)) for one in spans(data)]
    lasted_ns = sum(end - begin for begin, end in inside)
    if not lasted_ns:
        return math.nan
    during = sum(np.count_nonzero((done >= begin) & (done < end)) for begin, end in inside)
    rest = np.count_nonzero(done < data.t1_ns) - during
    rest_ns = data.t1_ns - data.t0_ns - lasted_ns
    return float(during / lasted_ns / (rest / rest_ns)) if rest and rest_ns > 0 else math.nan


# --- what it costs ----------------------------------------------------------------------------


@METRICS.metric(
    "request_bytes",
    "B",
    "bytes per request",
    "Bytes of a request and its answer, including their headers but not those of packets: mean "
    "over all that were answered.",
    "lower",
)
def request_bytes(data: TrialData) -> float:
    rows = data.outcomes
    if not len(rows):
        return math.nan
    return float(np.mean(rows["bytes_up"].astype(float) + rows["bytes_down"]))


def _counted(data: TrialData, name: str) -> float:
    """The sum over all backends of a counter's growth; NaN where one was started again."""
    start, end = data.counted.get("t0", {}), data.counted.get("t1", {})
    keys = [key for key in end if key.endswith(f".{name}")]
    changes = [end[key] - start.get(key, 0.0) for key in keys]
    return sum(changes) if changes and min(changes) >= 0 else math.nan


@METRICS.counted(
    "store_operations_per_request",
    "",
    "store operations per request",
    "Requests of the backends to a store, per {outcome} that they served in the window; unknown "
    "where a backend was restarted, because it then counts from 0.",
    "lower",
)
def store_operations(data: TrialData) -> Counts | None:
    if any(one.verb in ("restart", "kill") for one in data.faults):
        return None
    served, operations = (_counted(data, name) for name in ("served", "store_operations"))
    return Counts(operations, served, "count") if served > 0 and operations >= 0 else None
