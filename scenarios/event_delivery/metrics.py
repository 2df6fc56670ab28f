"""What becomes of every event that was published, and at which kills.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.metric import Counts

METRICS = Registry()


def _rows(data: TrialData, operation: str) -> np.ndarray:
    """All rows of one operation: the account is of the whole trial."""
    if operation not in data.operations:
        return data.rows[:0]
    found: np.ndarray = data.rows[data.rows["operation"] == data.operations.index(operation)]
    return found


def events(data: TrialData) -> np.ndarray:
    return _rows(data, "event")


def doubled(data: TrialData) -> np.ndarray:
    """The events that arrived more than once."""
    rows = events(data)
    found: np.ndarray = rows[np.isin(rows["sequence"], _rows(data, "again")["sequence"])]
    return found


def lost(data: TrialData) -> np.ndarray:
    rows = events(data)
    found: np.ndarray = rows[rows["outcome"] == samples.FAILED]
    return found


def _of_events(data: TrialData, count: int) -> Counts | None:
    total = len(events(data))
    return Counts(float(count), float(total), "share") if total else None


@METRICS.counted(
    "once_share",
    "",
    "share delivered once",
    "Share of the {events} that the consumer dealt with exactly once. This account covers "
    "everything that was published, including before the window.",
    "higher",
)
def once_events(data: TrialData) -> Counts | None:
    arrived = np.count_nonzero(events(data)["outcome"] == samples.OK)
    return _of_events(data, int(arrived) - len(doubled(data)))


@METRICS.counted(
    "doubled_share",
    "",
    "share doubled",
    "Share of the {events} that the consumer dealt with more than once.",
    "lower",
)
def doubled_events(data: TrialData) -> Counts | None:
    return _of_events(data, len(doubled(data)))


@METRICS.counted(
    "lost_event_share",
    "",
    "share lost",
    "Share of the {events} that the publisher took for sent (confirmed, where there are confirms) "
    "and that the consumer never dealt with.",
    "lower",
)
def lost_events(data: TrialData) -> Counts | None:
    return _of_events(data, len(lost(data)))


@METRICS.counted(
    "open_share",
    "",
    "share open",
    "Share of the {events} that were neither confirmed nor delivered when the trial ended: their "
    "publisher knows that it may have to send them again. In a trial that was cut off, all that "
    "had not arrived: what is confirmed may still be on its way.",
    "lower",
)
def open_events(data: TrialData) -> Counts | None:
    rows = events(data)
    return _of_events(data, int(np.count_nonzero(rows["outcome"] == samples.PENDING)))


@METRICS.metric(
    "unaccounted",
    "",
    "{events} unaccounted for",
    "{Events} that were published by the publisher's own record, less those that are delivered "
    "once, doubled, lost or open, and those that arrived and that nobody had published.",
    "lower",
)
def unaccounted(data: TrialData) -> float:
    counted = data.counted.get("end", {})
    if "published" not in counted:
        return math.nan
    found = (once_events(data), doubled_events(data), lost_events(data), open_events(data))
    known = sum(counts.hits for counts in found if counts is not None)
    return abs(counted["published"] - known) + counted.get("strays", 0.0)


@METRICS.metric(
    "cut_off",
    "",
    "account cut off",
    "1 where the trial ended before everything was published, the consumer was there and nothing "
    "more came: it is then unknown what is lost. 0 otherwise.",
    "lower",
)
def cut_off(data: TrialData) -> float:
    return data.counted.get("end", {}).get("cut_off", math.nan)


@METRICS.metric(
    "poison_messages",
    "",
    "messages rejected",
    "Messages that the consumer could not read and rejected; they do not count as {events}.",
    "lower",
)
def poison_messages(data: TrialData) -> float:
    return data.counted.get("end", {}).get("poison", math.nan)


# --- kill by kill -----------------------------------------------------------------------------


def kills_ns(data: TrialData) -> np.ndarray:
    """When each kill began."""
    times = [data.t0_ns + one.began_ns for one in data.faults if one.began_ns is not None]
    return np.unique(np.array(times, np.int64))


def _hit(data: TrialData, rows: np.ndarray) -> Counts | None:
    """The kills that are nearest to the publication of at least one of these events."""
    began = kills_ns(data)
    if not len(began):
        return None
    middles = (began[:-1] + began[1:]) // 2
    which = np.searchsorted(middles, rows["sent_ns"])
    return Counts(float(len(np.unique(which))), float(len(began)), "share")


@METRICS.metric(
    "kills",
    "",
    "kills",
    "Kills in the window: of the publisher, the consumer or the broker.",
    "neither",
)
def kills(data: TrialData) -> float:
    return float(len(kills_ns(data)))


@METRICS.counted(
    "lossy_kills",
    "",
    "kills that lost {events}",
    "Share of the kills at which at least one {event} was lost; an {event} belongs to the kill "
    "nearest to its publication.",
    "lower",
)
def lossy_kills(data: TrialData) -> Counts | None:
    return _hit(data, lost(data))


@METRICS.counted(
    "doubling_kills",
    "",
    "kills that doubled {events}",
    "Share of the kills at which at least one {event} was doubled; an {event} belongs to the kill "
    "nearest to its publication.",
    "lower",
)
def doubling_kills(data: TrialData) -> Counts | None:
    return _hit(data, doubled(data))


def _per_kill(data: TrialData, count: int) -> float:
    total = len(kills_ns(data))
    return count / total if total else math.nan


@METRICS.metric(
    "lost_per_kill",
    "",
    "{events} lost per kill",
    "{Events} lost in the whole trial, over its kills.",
    "lower",
)
def lost_per_kill(data: TrialData) -> float:
    return _per_kill(data, len(lost(data)))


@METRICS.metric(
    "doubled_per_kill",
    "",
    "{events} doubled per kill",
    "{Events} doubled in the whole trial, over its kills.",
    "lower",
)
def doubled_per_kill(data: TrialData) -> float:
    return _per_kill(data, len(doubled(data)))


# --- while the consumer is away ---------------------------------------------------------------

CONSUMER = "consumer"


@METRICS.counted(
    "kept_while_away",
    "",
    "share kept while away",
    "Of the {events} published while the consumer was dead: the share that it got when it was "
    "back.",
    "higher",
)
def kept_while_away(data: TrialData) -> Counts | None:
    """Events that were published while the consumer was dead, and those of them that arrived."""
    rows = events(data)
    is_away = np.zeros(len(rows), bool)
    for one in data.faults:
        if one.actor == CONSUMER and one.began_ns is not None and one.ended_ns is not None:
            sent_ns = rows["sent_ns"] - data.t0_ns
            is_away |= (sent_ns >= one.began_ns) & (sent_ns < one.ended_ns)
    if not is_away.any():
        return None
    arrived = np.count_nonzero(rows["outcome"][is_away] == samples.OK)
    return Counts(float(arrived), float(np.count_nonzero(is_away)), "share")
