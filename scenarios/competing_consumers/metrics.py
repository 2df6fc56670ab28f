"""What consumers get done, in which order, and what happens to keys.  Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.milliseconds import mean_ms
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.metric import Counts

METRICS = Registry()

KEY_SHIFT = 32
NUMBERS = (1 << KEY_SHIFT) - 1


def _rows(data: TrialData, operation: str) -> np.ndarray:
    """All rows of one operation, of the warm-up too."""
    if operation not in data.operations:
        return data.rows[:0]
    found: np.ndarray = data.rows[data.rows["operation"] == data.operations.index(operation)]
    return found


def _first(rows: np.ndarray) -> np.ndarray:
    """Of each item the service that ended first, by key and number."""
    rows = rows[np.lexsort((rows["done_ns"], rows["sequence"]))]
    is_first = np.ones(len(rows), bool)
    is_first[1:] = rows["sequence"][1:] != rows["sequence"][:-1]
    found: np.ndarray = rows[is_first]
    return found


def served(data: TrialData) -> np.ndarray:
    """The services of the window's items, one of each."""
    return _first(data.select("service"))


# --- how much ------------------------------------------------------------------------------


@METRICS.metric(
    "served_per_s",
    "/s",
    "{events} done per second",
    "{Events} that a consumer finished within the window, per second, whenever they were due.",
    "higher",
)
def served_per_s(data: TrialData) -> float:
    done = _rows(data, "service")["done_ns"]
    return float(np.count_nonzero((done >= data.t0_ns) & (done < data.t1_ns))) / data.seconds


def transit_ns(data: TrialData) -> np.ndarray:
    """From the publication of each item until a consumer began it."""
    found: np.ndarray = served(data)["bytes_down"].astype(np.int64) * 1000
    return found


METRICS.mean(
    "begun_mean",
    "mean time until a consumer begins",
    "Mean time from the publication of an {event} until a consumer begins it.",
    transit_ns,
)


def gaps_ns(data: TrialData) -> np.ndarray:
    """Between two services of one consumer within the window: from the end to the beginning."""
    rows = _rows(data, "service")
    rows = rows[(rows["sent_ns"] >= data.t0_ns) & (rows["done_ns"] < data.t1_ns)]
    rows = rows[np.lexsort((rows["sent_ns"], rows["client"]))]
    same = rows["client"][1:] == rows["client"][:-1]
    found: np.ndarray = (rows["sent_ns"][1:] - rows["done_ns"][:-1])[same]
    return found


@METRICS.metric(
    "gap_mean",
    "ms",
    "mean gap of a consumer",
    "Mean time from when a consumer has done an {event} until it begins the next. While {events} "
    "wait, this is the time to acknowledge one and get the next.",
    "lower",
)
def gap_mean(data: TrialData) -> float:
    return mean_ms(gaps_ns(data))


@METRICS.metric(
    "busiest_share",
    "",
    "load of the busiest consumer",
    "{Events} of the busiest consumer over the number that each consumer would have under an "
    "even load: 1 is an even load.",
    "lower",
)
def busiest_share(data: TrialData) -> float:
    consumers = served(data)["client"]
    if not len(consumers):
        return math.nan
    total = int(data.load["clients"]) + int(data.load["added"])
    return float(np.bincount(consumers).max()) / len(consumers) * total


# --- in which order ------------------------------------------------------------------------


@dataclass(frozen=True)
class Pairs:
    """Items of one key that follow each other: the service of each."""

    first: np.ndarray
    second: np.ndarray


def pairs(data: TrialData) -> Pairs:
    """All pairs of consecutive items of a key that both were due in the window."""
    rows = served(data)
    following = (np.diff(rows["sequence"]) == 1) & (np.diff(rows["sequence"] >> KEY_SHIFT) == 0)
    return Pairs(rows[:-1][following], rows[1:][following])


def _sooner(data: TrialData, instant: str) -> Counts | None:
    """Of the pairs: those whose later item had this instant before the earlier one was done."""
    both = pairs(data)
    if not len(both.first):
        return None
    count = np.count_nonzero(both.second[instant] < both.first["done_ns"])
    return Counts(float(count), float(len(both.first)), "share")


@METRICS.counted(
    "out_of_order_share",
    "",
    "share out of order",
    "Of the pairs of consecutive {events} of one key: the share in which the later one was done "
    "first.",
    "lower",
)
def overtaken(data: TrialData) -> Counts | None:
    return _sooner(data, "done_ns")


@METRICS.counted(
    "out_of_order_pairs",
    "",
    "pairs out of order",
    "Pairs of consecutive {events} of one key of which the later one was done first: their exact "
    "number in the window.",
    "lower",
)
def overtaken_pairs(data: TrialData) -> Counts:
    pairs = overtaken(data)
    return Counts(0.0 if pairs is None else pairs.hits, 1, "count")


@METRICS.counted(
    "overlapped_share",
    "",
    "share that overlaps",
    "Of the pairs of consecutive {events} of one key: the share in which the later one was begun "
    "before the earlier one was done, so that two consumers worked on one key.",
    "lower",
)
def overlapped(data: TrialData) -> Counts | None:
    return _sooner(data, "sent_ns")


# --- what is lost or doubled ---------------------------------------------------------------


@METRICS.metric(
    "lost_items",
    "",
    "{events} lost",
    "{Events} due in the window that no consumer did, not even after it.",
    "lower",
)
def lost_items(data: TrialData) -> float:
    items = data.select(data.outcome_operation)
    return float(np.count_nonzero(items["outcome"] != samples.OK))


@METRICS.metric(
    "doubled_items",
    "",
    "{events} done twice",
    "{Events} due in the window that were done more than once: the further times.",
    "lower",
)
def doubled_items(data: TrialData) -> float:
    rows = data.select("service")
    return float(len(rows) - len(np.unique(rows["sequence"])))


@METRICS.counted(
    "unkept_share",
    "",
    "share lost or done twice",
    "Share of the {events} due in the window that were lost, or done more than once.",
    "lower",
)
def unkept(data: TrialData) -> Counts | None:
    items = data.select(data.outcome_operation)
    if not len(items):
        return None
    off = lost_items(data) + min(doubled_items(data), float(len(items)))
    return Counts(off, float(len(items)), "share")


# --- consumers that are added --------------------------------------------------------------


@METRICS.counted(
    "moved_share",
    "",
    "share of keys moved",
    "Of the keys with {events} before and after consumers were added: the share that another "
    "consumer has now. Only where each key belongs to one consumer.",
    "lower",
)
def moved(data: TrialData) -> Counts | None:
    """Keys whose items another consumer does after the adding than before it."""
    adding = _rows(data, "adding")
    if not len(adding) or not adding["bytes_up"][0]:
        return None
    rows = _first(_rows(data, "service"))
    published_ns = rows["sent_ns"] - rows["bytes_down"].astype(np.int64) * 1000
    before = _homes(rows[published_ns < adding["sent_ns"][0]])
    after = _homes(rows[published_ns > adding["done_ns"][0]])
    both = before.keys() & after.keys()
    if not both:
        return None
    return Counts(float(sum(before[key] != after[key] for key in both)), float(len(both)), "share")


def _homes(rows: np.ndarray) -> dict[int, int]:
    keys = (rows["sequence"] >> KEY_SHIFT).tolist()
    return dict(zip(keys, rows["client"].tolist(), strict=True))


@METRICS.metric(
    "adding_time",
    "ms",
    "time to add consumers",
    "From when consumers were to be added until they were there. The wait of a hand-over until "
    "all {events} are done is included.",
    "lower",
)
def adding_time(data: TrialData) -> float:
    return mean_ms(difference_ns(_rows(data, "adding"), "done_ns", "intended_ns"))
