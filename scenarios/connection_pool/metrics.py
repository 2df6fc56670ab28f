"""What an application's database connections do to its queries.  Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.milliseconds import mean_ms, median_ms
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.metric import Counts, Metric
from scenarios.connection_pool._waiting import share_that_waited

METRICS = Registry()


def waits(data: TrialData) -> np.ndarray:
    return data.select("wait")


def wait_ns(data: TrialData) -> np.ndarray:
    return difference_ns(waits(data), "done_ns", "intended_ns")


def holds(data: TrialData) -> np.ndarray:
    return data.select("hold")


def hold_ns(data: TrialData) -> np.ndarray:
    return difference_ns(holds(data), "done_ns", "intended_ns")


METRICS.quantiles(
    "wait",
    "wait for a connection",
    "waits for a database connection (acquired - requested, both in the application)",
    wait_ns,
    waits,
)
METRICS.quantiles(
    "hold",
    "connection held",
    "times for which a query holds its connection (released - acquired, both in the application)",
    hold_ns,
    holds,
)


@METRICS.metric(
    "wait_mean",
    "ms",
    "mean wait for a connection",
    "Mean time from requesting a database connection to acquiring it, in the application.",
    "lower",
)
def wait_mean(data: TrialData) -> float:
    return mean_ms(wait_ns(data))


METRICS.greatest(
    "wait_max",
    "maximum wait for a connection",
    "The longest wait for a database connection.",
    wait_ns,
)


WAITED_NS = 1_000_000
"""To get a connection that is free takes microseconds."""


@METRICS.metric(
    "queries_that_waited",
    "",
    "queries that waited",
    "Queries in the window that waited for a connection for more than 1 ms.",
    "neither",
)
def queries_that_waited(data: TrialData) -> float:
    waits = wait_ns(data)
    return float(np.count_nonzero(waits > WAITED_NS)) if "wait" in data.operations else math.nan


def _register_shares() -> None:
    for name, all_taken, words in (
        ("busy", True, "found all connections of the pool taken"),
        ("free", False, "found a connection of the pool free"),
    ):

        def counts(data: TrialData, all_taken: bool = all_taken) -> Counts | None:
            return share_that_waited(data, all_taken)

        def share(data: TrialData, all_taken: bool = all_taken) -> float:
            found = share_that_waited(data, all_taken)
            return found.hits / found.of if found and found.of else math.nan

        METRICS.add(
            Metric(
                f"waited_when_{name}_share",
                "",
                f"share that waited when {name}",
                f"Share of the queries that {words} which waited for more than 0.2 ms.",
                "neither",
                share,
                counts=counts,
            )
        )


_register_shares()


@METRICS.metric(
    "hold_mean",
    "ms",
    "mean connection hold time",
    "Mean time for which a query holds its connection: the service time of the queue for "
    "connections.",
    "lower",
)
def hold_mean(data: TrialData) -> float:
    return mean_ms(hold_ns(data))


@METRICS.metric(
    "pool_busy_share",
    "",
    "share of the pool in use",
    "Connections that queries hold, on average over the window, as a share of the pool.",
    "neither",
)
def pool_busy_share(data: TrialData) -> float:
    size = int(data.load.get("pool_size", 0))
    return float(hold_ns(data).sum()) / 1e9 / data.seconds / size if size else math.nan


@dataclass(frozen=True)
class Bursts:
    """The window's bursts that were answered in full, one entry each."""

    makespan_ns: np.ndarray
    lead_ns: np.ndarray
    arrival_ns: np.ndarray
    longest_wait_ns: np.ndarray
    held_ns: np.ndarray


def whole_bursts(data: TrialData) -> Bursts:
    """A client numbers its queries: so many in a row are a burst, and have one instant."""
    queries, waits, holds = (
        _Groups(data.select(name), int(data.load["burst"]))
        for name in (data.outcome_operation, "wait", "hold")
    )
    whole = sorted({*queries.whole} & {*waits.whole} & {*holds.whole})
    of_query, of_wait, of_hold = (
        np.searchsorted(groups.whole, whole) for groups in (queries, waits, holds)
    )
    instant = -queries.greatest(-queries.rows["intended_ns"])[of_query]
    return Bursts(
        queries.greatest(queries.rows["done_ns"])[of_query] - instant,
        -waits.greatest(-waits.rows["intended_ns"])[of_wait] - instant,
        waits.greatest(waits.rows["intended_ns"])[of_wait] - instant,
        waits.greatest(difference_ns(waits.rows, "done_ns", "intended_ns"))[of_wait],
        holds.mean(difference_ns(holds.rows, "done_ns", "intended_ns"))[of_hold],
    )


class _Groups:
    """One operation's rows by burst; `whole` are the keys of those that lack no good row."""

    def __init__(self, rows: np.ndarray, size: int) -> None:
        rows = rows[rows["outcome"] == samples.OK]
        key = rows["client"].astype(np.int64) * (1 << 40) + rows["sequence"] // size
        keys, which, sizes = np.unique(key, return_inverse=True, return_counts=True)
        self.whole = keys[sizes == size]
        self.rows = rows[(sizes == size)[which]]
        self._which = np.searchsorted(self.whole, key[(sizes == size)[which]])

    def greatest(self, values: np.ndarray) -> np.ndarray:
        """The greatest value of each whole group, in the order of `whole`."""
        found = np.full(len(self.whole), np.iinfo(np.int64).min)
        np.maximum.at(found, self._which, values)
        return found

    def mean(self, values: np.ndarray) -> np.ndarray:
        """The mean of each whole group, in the order of `whole`."""
        totals = np.bincount(self._which, values, len(self.whole))
        return totals / np.maximum(1, np.bincount(self._which, minlength=len(self.whole)))


def _has_bursts(data: TrialData) -> bool:
    return data.load.get("arrivals") == "bursts" and "wait" in data.operations


@METRICS.metric(
    "burst_makespan",
    "ms",
    "burst makespan",
    "Time from a burst's start to its last reply; median over the window's bursts.",
    "lower",
)
def burst_makespan(data: TrialData) -> float:
    return median_ms(whole_bursts(data).makespan_ns) if _has_bursts(data) else math.nan


@METRICS.metric(
    "burst_lead",
    "ms",
    "burst lead",
    "Time from a burst's start until the application has requested its first connection; median "
    "over the window's bursts.",
    "lower",
)
def burst_lead(data: TrialData) -> float:
    return median_ms(whole_bursts(data).lead_ns) if _has_bursts(data) else math.nan


@METRICS.metric(
    "burst_arrival",
    "ms",
    "burst arrival",
    "Time from a burst's start until the application has requested its last connection; median "
    "over the window's bursts.",
    "lower",
)
def burst_arrival(data: TrialData) -> float:
    return median_ms(whole_bursts(data).arrival_ns) if _has_bursts(data) else math.nan


@METRICS.metric(
    "burst_hold",
    "ms",
    "connection hold time in a burst",
    "Mean time for which a query in a burst holds its connection; median over the window's bursts.",
    "lower",
)
def burst_hold(data: TrialData) -> float:
    return median_ms(whole_bursts(data).held_ns) if _has_bursts(data) else math.nan


@METRICS.metric(
    "burst_wait_max",
    "ms",
    "longest wait for a connection in a burst",
    "The longest wait for a database connection in a burst; median over the window's bursts.",
    "lower",
)
def burst_wait_max(data: TrialData) -> float:
    return median_ms(whole_bursts(data).longest_wait_ns) if _has_bursts(data) else math.nan


@METRICS.metric(
    "burst_queries_per_s",
    "/s",
    "queries per second in a burst",
    "Queries in a burst over its makespan; median over the window's bursts.",
    "higher",
)
def burst_queries_per_s(data: TrialData) -> float:
    return int(data.load["burst"]) * 1e3 / burst_makespan(data) if _has_bursts(data) else math.nan


@METRICS.counted(
    "database_connections_per_query",
    "",
    "connections per query",
    "Database connections opened after the start, per query, including the warm-up.",
    "lower",
)
def connections_opened(data: TrialData) -> Counts | None:
    """Connections that were opened, and the queries of the whole trial."""
    if data.outcome_operation not in data.operations:
        return None
    queries = int(
        np.count_nonzero(data.rows["operation"] == data.operations.index(data.outcome_operation))
    )
    opened = data.counted_change("database_connections_opened")
    return None if math.isnan(opened) or not queries else Counts(opened, queries, "count")


@METRICS.metric(
    "database_connections_most",
    "",
    "peak connections",
    "The largest number of database connections open at the same time, from the start on.",
    "lower",
)
def connections_most(data: TrialData) -> float:
    return data.counted.get("end", {}).get("database_connections_most", math.nan)
