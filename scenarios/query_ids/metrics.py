"""What becomes of queries and of all answers that come.  Pure."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.metric import Counts

METRICS = Registry()
HALF = 0.5
"""Of a round trip: a query that waited longer than this beyond its due was held up."""


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
    """The queries that were due in the window, however they ended."""
    return data.select(data.outcome_operation)


def _times_sent(data: TrialData, queries: np.ndarray) -> np.ndarray:
    """How often each of these queries was sent."""
    keys, counts = np.unique(_keys(_rows(data, "request")), return_counts=True)
    if not len(keys):
        return np.zeros(len(queries), np.int64)
    place = np.minimum(np.searchsorted(keys, _keys(queries)), len(keys) - 1)
    found: np.ndarray = np.where(keys[place] == _keys(queries), counts[place], 0)
    return found


def _is_wrong(data: TrialData, queries: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.isin(_keys(queries), _keys(_rows(data, "wrong")))
    return found


def _of_queries(data: TrialData, choose: Callable[[np.ndarray], np.ndarray]) -> Counts | None:
    """How many of the window's queries are chosen."""
    queries = begun(data)
    if not len(queries):
        return None
    return Counts(float(np.count_nonzero(choose(queries))), float(len(queries)), "share")


# --- what becomes of queries --------------------------------------------------------------------


@METRICS.counted(
    "first_share",
    "",
    "share answered at once",
    "Share of the {outcomes} begun in the window that were sent once and have the right answer.",
    "higher",
)
def answered_at_once(data: TrialData) -> Counts | None:
    def choose(queries: np.ndarray) -> np.ndarray:
        once = _times_sent(data, queries) == 1
        found: np.ndarray = (queries["outcome"] == samples.OK) & once & ~_is_wrong(data, queries)
        return found

    return _of_queries(data, choose)


@METRICS.counted(
    "again_share",
    "",
    "share answered after another try",
    "Share of the {outcomes} begun in the window that were sent more than once and have the right "
    "answer.",
    "lower",
)
def answered_after_retry(data: TrialData) -> Counts | None:
    def choose(queries: np.ndarray) -> np.ndarray:
        more = _times_sent(data, queries) > 1
        found: np.ndarray = (queries["outcome"] == samples.OK) & more & ~_is_wrong(data, queries)
        return found

    return _of_queries(data, choose)


@METRICS.counted(
    "wrong_share",
    "",
    "share answered wrongly",
    "Share of the {outcomes} begun in the window for which a wrong answer was taken: its text "
    "proves which name it answers.",
    "lower",
)
def answered_wrongly(data: TrialData) -> Counts | None:
    return _of_queries(data, lambda queries: _is_wrong(data, queries))


@METRICS.counted(
    "unanswered_share",
    "",
    "share not answered",
    "Share of the {outcomes} begun in the window for which no answer was taken.",
    "lower",
)
def unanswered(data: TrialData) -> Counts | None:
    return _of_queries(data, lambda queries: queries["outcome"] != samples.OK)


@METRICS.metric(
    "wrong_answers",
    "",
    "wrong answers accepted",
    "Wrong answers that were taken for a {event}; in the whole trial.",
    "lower",
)
def wrong_answers(data: TrialData) -> float:
    return float(len(_rows(data, "wrong")))


# --- order --------------------------------------------------------------------------------------


def overtaking(data: TrialData) -> np.ndarray:
    """Whether each answered query of the window has its answer before one that was sent earlier."""
    queries = data.outcomes[np.lexsort((data.outcomes["sent_ns"], data.outcomes["client"]))]
    found = np.zeros(len(queries), bool)
    for client in np.unique(queries["client"]):
        mine = queries["client"] == client
        done = queries["done_ns"][mine]
        latest = np.maximum.accumulate(done)
        found[mine] = np.concatenate(([False], done[1:] < latest[:-1]))
    return found


@METRICS.counted(
    "overtaking_share",
    "",
    "share answered out of order",
    "Share of the {outcomes} answered whose answer came before that of a {event} which the same "
    "client had sent earlier.",
    "neither",
)
def out_of_order(data: TrialData) -> Counts | None:
    found = overtaking(data)
    if not len(found):
        return None
    return Counts(float(np.count_nonzero(found)), float(len(found)), "share")


@METRICS.metric(
    "out_of_order_answers",
    "",
    "answers matched out of order",
    "{Outcomes} answered whose answer came before that of a {event} which the same client had "
    "sent earlier.",
    "neither",
)
def out_of_order_answers(data: TrialData) -> float:
    return float(np.count_nonzero(overtaking(data)))


# --- what was refused ---------------------------------------------------------------------------


def _refused(key: str, operation: str, title: str, words: str) -> None:
    @METRICS.metric(key, "", title, f"{words}; in the whole trial.", "neither")
    def refused(data: TrialData) -> float:
        return float(len(_rows(data, operation)))


_refused(
    "late_refused",
    "late",
    "late answers refused",
    "Right answers to a {event} that already had its answer, or was given up",
)
_refused(
    "forged_refused",
    "forged",
    "answers with a wrong id refused",
    "Forged answers from the server's address with an id or a question that no {event} was using "
    "then",
)
_refused(
    "strangers_refused",
    "stranger",
    "answers from a wrong address refused",
    "Answers from an address that was not asked",
)


# --- what it takes --------------------------------------------------------------------------------


def _retries(data: TrialData) -> float:
    """How often the window's queries were sent, beside the first time."""
    queries = begun(data)
    return float(_times_sent(data, queries).sum()) - len(queries)


def retry_counts(data: TrialData) -> Counts | None:
    count = len(begun(data))
    return Counts(max(0.0, _retries(data)), float(count), "count") if count else None


@METRICS.metric(
    "retries_per_query",
    "",
    "retries per {event}",
    "How often the client sends a {event} again, over the {outcomes} begun in the window. What a "
    "kernel sends again is not counted here.",
    "lower",
    retry_counts,
)
def retries_per_query(data: TrialData) -> float:
    count = len(begun(data))
    return _retries(data) / count if count else math.nan


@METRICS.counted(
    "setups_per_query",
    "",
    "connections opened per {event}",
    "Connections that the server accepted in the whole trial, over all {outcomes}.",
    "lower",
)
def setups(data: TrialData) -> Counts | None:
    opened, queries = data.counted_change("connections"), len(_rows(data, data.outcome_operation))
    known = queries and not math.isnan(opened)
    return Counts(opened, float(queries), "count") if known else None


@METRICS.counted(
    "held_up_share",
    "",
    "share held up",
    "Share of the {outcomes} begun in the window whose answer took more than one and a half "
    "round trips in addition to the server's time, or never came. Only on an emulated link.",
    "lower",
)
def held_up(data: TrialData) -> Counts | None:
    """Queries whose answer took more than a round trip and a half, beside the server's time."""
    queries, rtt_ms = begun(data), float(data.link_facts.get("rtt_probe_ms") or math.nan)
    if not len(queries) or math.isnan(rtt_ms):
        return None
    on_its_way_ms = difference_ns(queries, "done_ns", "first_byte_ns") / 1e6
    late = (queries["outcome"] != samples.OK) | (on_its_way_ms > (1 + HALF) * rtt_ms)
    return Counts(float(np.count_nonzero(late)), float(len(queries)), "share")
