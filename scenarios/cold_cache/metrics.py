"""What an empty cache costs, and until when.  Pure.

Time is counted in turns: in one a backend gets as many lookups as there are keys.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.metric import Counts

METRICS = Registry()

TURNS = 4
"""After so many a cache of keys that are looked up alike holds 98 % of them."""


def turn_ns(data: TrialData) -> float:
    """How long a turn is."""
    load = data.load
    return float(load["keys"]) * float(load["backends"]) / float(load["lookup_rate_per_s"]) * 1e9


def _answers(data: TrialData, operation: str) -> np.ndarray:
    if operation not in data.operations:
        return data.rows[:0]
    found: np.ndarray = data.rows[data.rows["operation"] == data.operations.index(operation)]
    return found


def lives(data: TrialData) -> list[np.ndarray]:
    """The answers of each backend that was started again, life by life, as they were done."""
    rows = _answers(data, "cold")
    rows = rows[np.argsort(rows["done_ns"], kind="stable")]
    names = sorted(set(zip(rows["bytes_up"].tolist(), rows["bytes_down"].tolist(), strict=True)))
    return [
        rows[(rows["bytes_up"] == backend) & (rows["bytes_down"] == life)]
        for backend, life in names
    ]


def turns(data: TrialData, begin: float, end: float) -> list[np.ndarray]:
    """Of each life the answers from turn `begin` to `end`; only of lives that had so long."""
    chosen = []
    for rows in lives(data):
        length = turn_ns(data)
        since_ns = rows["done_ns"] - rows["done_ns"][0]
        if rows["done_ns"][0] + end * length <= data.t1_ns:
            chosen.append(rows[(since_ns >= begin * length) & (since_ns < end * length)])
    return chosen


def _hits(rows: np.ndarray) -> int:
    return int(np.count_nonzero(rows["outcome"] == samples.OK))


def _found(data: TrialData, turn: int) -> Counts | None:
    """Of the lookups in one turn, from 0: those that were found in the cache."""
    chosen = turns(data, turn, turn + 1)
    count = sum(len(rows) for rows in chosen)
    return Counts(float(sum(map(_hits, chosen))), float(count), "share") if count else None


for _key, _words, _turn in (
    ("cold_hit_share", "first", 0),
    ("warming_hit_share", "second", 1),
    ("later_hit_share", "third", 2),
):
    METRICS.counted(
        _key,
        "",
        f"hit share in the {_words} turn",
        "Share of the lookups that were found in the cache of a backend that had been restarted, "
        f"in the {_words} turn since its first answer. A turn is the time in which a backend "
        "gets as many lookups as there are keys.",
        "higher",
    )(partial(_found, turn=_turn))


@METRICS.counted(
    "warm_hit_share",
    "",
    "hit share of warm caches",
    "Share of the lookups that were found in the cache of backends that were not restarted.",
    "higher",
)
def warm_hits(data: TrialData) -> Counts | None:
    rows = _answers(data, "answer")
    rows = rows[(rows["done_ns"] >= data.t0_ns) & (rows["done_ns"] < data.t1_ns)]
    return Counts(float(_hits(rows)), float(len(rows)), "share") if len(rows) else None


@METRICS.metric(
    "cold_answers",
    "",
    "answers of cold caches",
    "Lookups answered in the first four turns of backends that had been restarted; none where "
    "the window ends before.",
    "neither",
)
def cold_answers(data: TrialData) -> float:
    return float(sum(len(rows) for rows in turns(data, 0, TURNS)))


@METRICS.metric(
    "cold_misses_per_key",
    "",
    "extra store reads per key",
    "Lookups that a cache emptied by a restart had to read from the store in its first four "
    "turns, per key.",
    "lower",
)
def cold_misses_per_key(data: TrialData) -> float:
    chosen = turns(data, 0, TURNS)
    if not chosen:
        return math.nan
    missed = [len(rows) - _hits(rows) for rows in chosen]
    return float(np.mean(missed)) / float(data.load["keys"])


@METRICS.metric(
    "cold_slowdown",
    "",
    "slowdown in the first turn",
    "Mean time of a request to a backend with an empty cache, in its first turn, over that of a "
    "request before anything was restarted.",
    "lower",
)
def cold_slowdown(data: TrialData) -> float:
    return _slowdown(data, 0)


@METRICS.metric(
    "late_slowdown",
    "",
    "slowdown in the fourth turn",
    "The same in its fourth turn.",
    "lower",
)
def late_slowdown(data: TrialData) -> float:
    return _slowdown(data, TURNS - 1)


def _undisturbed(data: TrialData) -> np.ndarray:
    """The answers before the first fault: while a backend is away, the others have its work."""
    rows = _answers(data, "answer")
    began = [data.t0_ns + one.began_ns for one in data.faults if one.began_ns is not None]
    found: np.ndarray = rows[rows["done_ns"] < min(began)] if began else rows[:0]
    return found


def _slowdown(data: TrialData, begin: int) -> float:
    chosen, warm = turns(data, begin, begin + 1), _undisturbed(data)
    rows = np.concatenate(chosen) if chosen else warm[:0]
    if not len(rows) or not len(warm):
        return math.nan
    # The first ones may have waited until somebody served them.
    first = min(one["done_ns"][0] for one in lives(data))
    rows = rows[rows["sent_ns"] >= first]
    usual, slow = (
        float(np.mean(difference_ns(one, "done_ns", "sent_ns"))) if len(one) else math.nan
        for one in (warm, rows)
    )
    return slow / usual


@METRICS.counted(
    "store_operations_per_lookup",
    "",
    "store reads per lookup",
    "Share of the lookups answered in the window whose value came from the store.",
    "lower",
)
def store_operations(data: TrialData) -> Counts | None:
    rows = np.concatenate([_answers(data, one) for one in ("answer", "cold")])
    rows = rows[(rows["done_ns"] >= data.t0_ns) & (rows["done_ns"] < data.t1_ns)]
    return Counts(len(rows) - _hits(rows), len(rows), "share") if len(rows) else None
