"""What becomes of jobs and of those who asked for them.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.milliseconds import mean_ms
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.metric import Counts

METRICS = Registry()


def _keys(rows: np.ndarray) -> np.ndarray:
    found: np.ndarray = rows["client"].astype(np.int64) * (1 << 40) + rows["sequence"]
    return found


def _rows(data: TrialData, operation: str) -> np.ndarray:
    """All rows of one operation, of the warm-up too."""
    if operation not in data.operations:
        return data.rows[:0]
    found: np.ndarray = data.rows[data.rows["operation"] == data.operations.index(operation)]
    return found


def begun(data: TrialData) -> np.ndarray:
    """The jobs that were asked for in the window, however they ended."""
    return data.select(data.outcome_operation)


def _of(rows: np.ndarray, jobs: np.ndarray) -> np.ndarray:
    """The rows that belong to these jobs."""
    found: np.ndarray = rows[np.isin(_keys(rows), _keys(jobs))]
    return found


# --- times ----------------------------------------------------------------------------------


def acknowledged_ns(data: TrialData) -> np.ndarray:
    return difference_ns(data.outcomes, "first_byte_ns", "intended_ns")


def work(data: TrialData) -> np.ndarray:
    return data.select("work")


def turnaround_ns(data: TrialData) -> np.ndarray:
    return difference_ns(work(data), "done_ns", "intended_ns")


def known_ns(data: TrialData) -> np.ndarray:
    """Of each job of the window: from when it was finished until its caller knew it."""
    jobs, done = data.outcomes, work(data)
    done = done[np.argsort(_keys(done), kind="stable")]
    place = np.searchsorted(_keys(done), _keys(jobs))
    has = place < len(done)
    has[has] = _keys(done)[place[has]] == _keys(jobs)[has]
    found: np.ndarray = jobs["done_ns"][has] - done["done_ns"][place[has]]
    return found


METRICS.quantiles(
    "acknowledged",
    "time to acknowledgement",
    "times from asking for a job until its caller knows that the backend has it",
    acknowledged_ns,
    lambda data: data.outcomes,
)
METRICS.mean(
    "acknowledged_mean",
    "mean time to acknowledgement",
    "Mean time from asking for a job until its caller knows that the backend has it; a blocking "
    "request is acknowledged by its reply.",
    acknowledged_ns,
)
METRICS.mean(
    "turnaround_mean",
    "mean turnaround",
    "Mean time from asking for a job until a worker has finished it; jobs whose result is known.",
    turnaround_ns,
)
METRICS.quantiles(
    "known",
    "finished to known",
    "times from when a job is finished until its caller has the result",
    known_ns,
    lambda data: data.outcomes,
)
METRICS.mean(
    "known_mean",
    "mean time from finished to known",
    "Mean time from when a job is finished until its caller has the result.",
    known_ns,
)


@METRICS.metric(
    "work_mean",
    "ms",
    "mean time at work",
    "Mean time for which a job keeps a worker; jobs whose result is known.",
    "neither",
)
def work_mean(data: TrialData) -> float:
    return mean_ms(difference_ns(work(data), "done_ns", "sent_ns"))


# --- what is lost ---------------------------------------------------------------------------


@METRICS.counted(
    "lost_share",
    "",
    "share of results lost",
    "Share of the {outcomes} begun in the window whose caller never got the result.",
    "lower",
)
def lost(data: TrialData) -> Counts | None:
    jobs = begun(data)
    if not len(jobs):
        return None
    return Counts(float(np.count_nonzero(jobs["outcome"] != samples.OK)), float(len(jobs)), "share")


def interrupted(data: TrialData) -> np.ndarray:
    """Whether the client left during each of the window's jobs, from sent to done."""
    jobs, away = begun(data), _rows(data, "away")
    found = np.zeros(len(jobs), bool)
    for client in np.unique(away["client"]):
        leaves = np.sort(away["sent_ns"][away["client"] == client])
        mine = jobs["client"] == client
        first, last = (
            np.searchsorted(leaves, jobs[name][mine], "right") for name in ("sent_ns", "done_ns")
        )
        found[mine] = last > first
    return found


@METRICS.metric(
    "interrupted_jobs",
    "",
    "{events} during which their caller left",
    "{Outcomes} begun in the window whose client left before it had the result.",
    "neither",
)
def interrupted_jobs(data: TrialData) -> float:
    return float(np.count_nonzero(interrupted(data)))


@METRICS.metric(
    "lost_without_leaving",
    "",
    "{events} lost by callers that stayed",
    "{Outcomes} begun in the window whose result is lost though their client did not leave.",
    "lower",
)
def lost_without_leaving(data: TrialData) -> float:
    lost = begun(data)["outcome"] != samples.OK
    return float(np.count_nonzero(lost & ~interrupted(data)))


@METRICS.metric(
    "work_for_nobody_share",
    "",
    "share of work for nobody",
    "Share of the time that workers spent on jobs whose caller never got the result, over the "
    "whole trial.",
    "lower",
)
def work_for_nobody_share(data: TrialData) -> float:
    spent = data.counted_change("worked_ns")
    known = float(difference_ns(_rows(data, "work"), "done_ns", "sent_ns").sum())
    return max(0.0, 1 - known / spent) if spent > 0 else math.nan


# --- what it takes --------------------------------------------------------------------------


@METRICS.counted(
    "requests_per_job",
    "",
    "requests per {event}",
    "Requests or messages that a client sends for a job, whenever it sends them; {outcomes} begun "
    "in the window whose result is known.",
    "lower",
)
def requests(data: TrialData) -> Counts | None:
    jobs = data.outcomes
    if not len(jobs) or "request" not in data.operations:
        return None
    return Counts(float(len(_of(_rows(data, "request"), jobs))), float(len(jobs)), "count")


@METRICS.metric(
    "connection_s_per_job",
    "s",
    "connection-seconds per {event}",
    "Time for which connections are in use: requests of the {outcomes} begun in the window, from "
    "sent to answered or given up. A client that keeps a connection open for answers uses it "
    "for as long as it is there. Per {outcome} begun.",
    "lower",
)
def connection_s_per_job(data: TrialData) -> float:
    jobs = begun(data)
    if not len(jobs):
        return math.nan
    asking_ns = difference_ns(_of(_rows(data, "request"), jobs), "done_ns", "sent_ns").sum()
    open_ = _rows(data, "listening")
    if len(open_):  # a request goes over a connection that is open anyway
        first = np.maximum(open_["sent_ns"], data.t0_ns)
        last = np.minimum(open_["done_ns"], data.t1_ns)
        asking_ns = np.maximum(0, last - first).sum()
    return float(asking_ns) / 1e9 / len(jobs)
