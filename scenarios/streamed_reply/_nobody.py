"""Pieces that are made for nobody: the server's account against the readers'.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.metric import Counts
from scenarios.streamed_reply._rows import all_rows

METRICS = Registry()


@METRICS.metric(
    "pieces_made",
    "",
    "pieces made",
    "Pieces that the server made in the whole trial, by its own account.",
    "neither",
)
def pieces_made(data: TrialData) -> float:
    return data.counted_change("made")


@METRICS.metric(
    "pieces_read",
    "",
    "pieces read",
    "Pieces that readers got in the whole trial, by their own account.",
    "neither",
)
def pieces_read(data: TrialData) -> float:
    return float(len(all_rows(data, "piece")))


@METRICS.metric(
    "departures",
    "",
    "readers who left",
    "Readers who left before the end of their {outcome}, in the whole trial.",
    "neither",
)
def departures(data: TrialData) -> float:
    return float(len(all_rows(data, "leave")))


@METRICS.metric(
    "unread_without_leaving",
    "",
    "{events} not read to the end by readers who stayed",
    "{Outcomes} of the whole trial that were not read to the end though their reader stayed.",
    "lower",
)
def unread_without_leaving(data: TrialData) -> float:
    unread = np.count_nonzero(all_rows(data, data.outcome_operation)["outcome"] != samples.OK)
    return float(unread) - departures(data)


@METRICS.metric(
    "pieces_for_nobody",
    "",
    "pieces for nobody",
    "Pieces that were made and that no reader got, in the whole trial: the server's account less "
    "the readers'.",
    "lower",
)
def pieces_for_nobody(data: TrialData) -> float:
    return pieces_made(data) - pieces_read(data)


def _for_nobody_counts(data: TrialData) -> Counts | None:
    made, nobody = pieces_made(data), pieces_for_nobody(data)
    if math.isnan(made) or not made or nobody < 0:
        return None
    return Counts(nobody, made, "share")


@METRICS.metric(
    "for_nobody_share",
    "",
    "share of pieces for nobody",
    "Share of the pieces made in the whole trial that no reader got.",
    "lower",
    _for_nobody_counts,
)
def for_nobody_share(data: TrialData) -> float:
    made = pieces_made(data)
    return pieces_for_nobody(data) / made if made > 0 else math.nan


def _per_departure(data: TrialData, pieces: float) -> Counts | None:
    """So many pieces of so many departures; None where the accounts do not fit together."""
    left = departures(data)
    return Counts(pieces, left, "count") if left and pieces >= 0 else None


@METRICS.metric(
    "for_nobody_per_departure",
    "",
    "pieces for nobody per departure",
    "Pieces that were made and that no reader got, per reader who left.",
    "lower",
    lambda data: _per_departure(data, pieces_for_nobody(data)),
)
def for_nobody_per_departure(data: TrialData) -> float:
    left = departures(data)
    return pieces_for_nobody(data) / left if left else math.nan


def _made_after_leaving(data: TrialData) -> float:
    left = all_rows(data, "leave")
    before = float(np.sum(left["bytes_down"].astype(np.int64) - left["bytes_up"]))
    return pieces_for_nobody(data) - before


@METRICS.metric(
    "made_after_leaving_per_departure",
    "",
    "pieces made after leaving, per departure",
    "Pieces that were made after their reader had left, per reader who left: those for nobody less "
    "those that were to be made before.",
    "lower",
    lambda data: _per_departure(data, _made_after_leaving(data)),
)
def made_after_leaving_per_departure(data: TrialData) -> float:
    left = departures(data)
    return _made_after_leaving(data) / left if left else math.nan


@METRICS.metric(
    "unnoticed_departures",
    "",
    "departures not noticed",
    "Readers who left and whose {outcome} was made to its end: the server did not notice.",
    "lower",
)
def unnoticed_departures(data: TrialData) -> float:
    return departures(data) - data.counted_change("noticed")


@METRICS.metric(
    "notice_mean",
    "ms",
    "mean time until a departure is noticed",
    "Mean time from a reader's departure until the server gave up its {outcome}; unknown unless "
    "every departure was noticed.",
    "lower",
)
def notice_mean(data: TrialData) -> float:
    left = all_rows(data, "leave")
    if not len(left) or unnoticed_departures(data):
        return math.nan
    noticed_s = data.counted_change("noticed_s")
    return (noticed_s - float(np.sum(left["sent_ns"] / 1e9))) / len(left) * 1e3
