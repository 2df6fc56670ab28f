"""What becomes of requests that go through services in a row, and of the services.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.metric import Counts
from bench.stats.estimates import percentile
from scenarios.chain._around import (
    good,
    in_faults,
    recoveries_ns,
    requests_of,
    spans,
    undisturbed,
)
from scenarios.chain._counted import (
    all_requests,
    begun_and_useful,
    begun_at,
    counter,
    hop_ns,
    mean_ns,
    most_under_way,
    services,
    upstream,
)

METRICS = Registry()

NS_PER_MS = 1e6


# --- what clients get -------------------------------------------------------------------------


@METRICS.counted(
    "success_share",
    "",
    "share of requests answered",
    "Share of the {outcomes} due in the window that were answered at any time, after all attempts.",
    "higher",
)
def successes(data: TrialData) -> Counts | None:
    rows = requests_of(data)
    if not len(rows):
        return None
    return Counts(float(np.count_nonzero(rows["outcome"] == samples.OK)), float(len(rows)), "share")


@METRICS.metric(
    "goodput_per_s",
    "/s",
    "goodput",
    "{Outcomes} per second that were due in the window and answered within good_within.",
    "higher",
)
def goodput_per_s(data: TrialData) -> float:
    return float(np.count_nonzero(good(data, requests_of(data)))) / data.seconds


# --- around faults ----------------------------------------------------------------------------


@METRICS.counted(
    "good_in_fault_share",
    "",
    "share of good requests during faults",
    "Share of the {outcomes} due while a fault lasted that were answered within good_within.",
    "higher",
)
def good_in_faults(data: TrialData) -> Counts | None:
    rows = requests_of(data)
    rows = rows[in_faults(data, rows)]
    if not len(rows):
        return None
    return Counts(float(np.count_nonzero(good(data, rows))), float(len(rows)), "share")


@METRICS.metric(
    "recovery",
    "ms",
    "time to recover",
    "Time from the end of a fault until, for the first time, 95 % of the {outcomes} due within 200 "
    "ms are good; mean over the window's faults.",
    "lower",
)
def recovery(data: TrialData) -> float:
    found = list(recoveries_ns(data))
    return float(np.mean(found)) / NS_PER_MS if found else math.nan


# --- requests that do not need the troubled service -------------------------------------------


def unaffected(data: TrialData) -> np.ndarray:
    """Requests that leave out the troubled service, due during a fault; without faults, all."""
    rows = data.select("bypass")
    return rows[in_faults(data, rows)] if spans(data) else rows


def _ended_ns(rows: np.ndarray) -> np.ndarray:
    """How long they took, those that failed too: to fail late is to be held up."""
    return difference_ns(rows, "done_ns", "intended_ns")


def _unaffected_ns(data: TrialData) -> np.ndarray:
    return _ended_ns(unaffected(data))


METRICS.quantiles(
    "unaffected",
    "unaffected requests",
    "times of {outcomes} that leave out the troubled service, answered or failed, due during a "
    "fault (all where there is none)",
    _unaffected_ns,
)


@METRICS.counted(
    "unaffected_success_share",
    "",
    "share of unaffected requests answered",
    "Share of the {outcomes} that leave out the troubled service, due during a fault (all where "
    "there is none), that were answered.",
    "higher",
)
def unaffected_successes(data: TrialData) -> Counts | None:
    rows = unaffected(data)
    if not len(rows):
        return None
    return Counts(float(np.count_nonzero(rows["outcome"] == samples.OK)), float(len(rows)), "share")


@METRICS.metric(
    "unaffected_slowdown",
    "",
    "slowdown of unaffected requests",
    "p99 of the {outcomes} that leave out the troubled service and are due during a fault, over "
    "the p99 of those due before any fault or more than 1 s after one; within one trial.",
    "lower",
)
def unaffected_slowdown(data: TrialData) -> float:
    rows = data.select("bypass")
    if not spans(data):
        return math.nan
    held = percentile(_ended_ns(rows[in_faults(data, rows)]), 0.99)
    usual = percentile(_ended_ns(rows[undisturbed(data, rows)]), 0.99)
    return held / usual


# --- what services have under way -------------------------------------------------------------


@METRICS.metric(
    "upstream_under_way_max",
    "",
    "most under way upstream",
    "The most {outcomes} that any service before the troubled one had under way since the window "
    "began, including those in its queue.",
    "lower",
)
def upstream_under_way_max(data: TrialData) -> float:
    return most_under_way(data, upstream(data))


@METRICS.metric(
    "under_way_max",
    "",
    "most under way",
    "The most {outcomes} that any service had under way since the window began, including those "
    "in its queue.",
    "lower",
)
def under_way_max(data: TrialData) -> float:
    return most_under_way(data, range(services(data)))


@METRICS.metric(
    "upstream_under_way_mean",
    "",
    "mean under way upstream",
    "{Outcomes} under way at the services before the troubled one, those in lines included: mean "
    "over the window and these services.",
    "lower",
)
def upstream_under_way_mean(data: TrialData) -> float:
    found = [counter(data, number, "under_way_ns") for number in upstream(data)]
    return float(np.mean(found)) / (data.seconds * 1e9) if found else math.nan


# --- what is done for nobody ------------------------------------------------------------------


@METRICS.counted(
    "attempts_at_last",
    "",
    "attempts at the last service",
    "Attempts that the last service began, per {outcome} begun; over the whole trial.",
    "lower",
)
def attempts_at_last(data: TrialData) -> Counts | None:
    begun, asked = begun_at(data, services(data) - 1), len(all_requests(data))
    return Counts(begun, float(asked), "count") if asked and not math.isnan(begun) else None


@METRICS.metric(
    "wasted_share",
    "",
    "share of work for nobody",
    "Share of the work that services began for attempts which did not end in an answer to a "
    "client; over the whole trial.",
    "lower",
)
def wasted_share(data: TrialData) -> float:
    begun, useful = begun_and_useful(data)
    return max(0.0, 1 - useful / begun) if begun > 0 else math.nan


# --- what a request's time consists of --------------------------------------------------------


@METRICS.metric(
    "hop",
    "ms",
    "time of a call between services",
    "Mean time that a call of one service to the next takes beside what the next one does with it; "
    "where no request leaves a service out.",
    "lower",
)
def hop(data: TrialData) -> float:
    found = hop_ns(data)
    return float(np.mean(found)) / NS_PER_MS if found else math.nan


@METRICS.metric(
    "own_time",
    "ms",
    "a service's own time",
    "Mean time that the last service takes for a {outcome}, waits for a worker included.",
    "lower",
)
def own_time(data: TrialData) -> float:
    return mean_ns(data, services(data) - 1, "handled_ns", "finished") / NS_PER_MS


@METRICS.metric(
    "entry",
    "ms",
    "time of a client's call",
    "Mean latency, less what the first service takes for a {outcome} with all that is behind it.",
    "lower",
)
def entry(data: TrialData) -> float:
    if not len(data.timed):
        return math.nan
    handled = mean_ns(data, 0, "handled_ns", "finished")
    return (float(np.mean(data.latencies_ns)) - handled) / NS_PER_MS
