"""What becomes of requests whose client's address changes, and how long it waits.  Pure."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.metric import Better, Counts

METRICS = Registry()
CHANGE = "path_renumber"


def _rows(data: TrialData, operation: str) -> np.ndarray:
    """All rows of one operation: the account is of the whole trial."""
    if operation not in data.operations:
        return data.rows[:0]
    found: np.ndarray = data.rows[data.rows["operation"] == data.operations.index(operation)]
    return found


def requests(data: TrialData) -> np.ndarray:
    return _rows(data, "request")


def changes_ns(data: TrialData) -> np.ndarray:
    """When each change of the clients' address was done."""
    times = [
        data.t0_ns + (one.ended_ns if one.ended_ns is not None else one.began_ns)
        for one in data.faults
        if one.verb == CHANGE and one.began_ns is not None and not one.failure
    ]
    return np.array(sorted(times), np.int64)


def changes(data: TrialData) -> int:
    """Changes of an address, each client's counted."""
    return len(changes_ns(data)) * int(data.load["clients"])


@METRICS.metric(
    "address_changes",
    "",
    "changes of an address",
    "Changes of clients' addresses in the window; each client's change counts.",
    "neither",
)
def address_changes(data: TrialData) -> float:
    return float(changes(data))


# --- what a user sees ---------------------------------------------------------------------------


def pauses_ns(data: TrialData) -> np.ndarray:
    """Of each change and client: how long until its next answer comes."""
    answered = requests(data)
    answered = answered[answered["outcome"] == samples.OK]
    changed = changes_ns(data)
    found = []
    for client in range(int(data.load["clients"])):
        done = np.sort(answered["done_ns"][answered["client"] == client])
        place = np.searchsorted(done, changed, "right")
        has = place < len(done)
        found.append(done[place[has]] - changed[has])
    return np.concatenate(found) if found else np.zeros(0, np.int64)


METRICS.mean(
    "pause_mean",
    "mean pause after a change",
    "Mean time from when a client's address changes until its next answer; without a change it "
    "would be half the time of a {event}.",
    pauses_ns,
)


@METRICS.metric(
    "pause_max",
    "ms",
    "longest pause after a change",
    "Longest time from when a client's address changes until its next answer.",
    "lower",
)
def pause_max(data: TrialData) -> float:
    found = pauses_ns(data)
    return float(found.max()) / 1e6 if len(found) else math.nan


# --- what becomes of requests ---------------------------------------------------------------------


def _account(data: TrialData) -> tuple[float, float, float, float] | None:
    """Requests answered and done once; done more than once; lost but done; lost and not done."""
    rows = requests(data)
    done, doubled = data.counted_change("done"), data.counted_change("doubled")
    if not len(rows) or math.isnan(done):
        return None
    answered = float(np.count_nonzero(rows["outcome"] == samples.OK))
    return answered - doubled, doubled, done - answered, len(rows) - done


def _accounted(data: TrialData, place: int) -> Counts | None:
    found = _account(data)
    return None if found is None else Counts(max(0.0, found[place]), sum(found), "share")


_SHARES: tuple[tuple[str, str, str, Better], ...] = (
    (
        "done_once_share",
        "share answered and done once",
        "were answered and had their action done exactly once; in the whole trial, by its server",
        "higher",
    ),
    (
        "done_twice_share",
        "share done twice",
        "had their action done more than once",
        "lower",
    ),
    (
        "lost_done_share",
        "share done, and not answered",
        "were given up by their client, which does not know that the action was done",
        "lower",
    ),
    (
        "lost_undone_share",
        "share neither done nor answered",
        "were given up by their client and did not have their action done",
        "lower",
    ),
)


for _place, (_key, _title, _words, _better) in enumerate(_SHARES):
    METRICS.counted(_key, "", _title, f"Share of the {{events}} that {_words}.", _better)(
        partial(_accounted, place=_place)
    )


# --- at each change -------------------------------------------------------------------------------


def _per_change(data: TrialData, count: float) -> Counts | None:
    total = changes(data)
    return Counts(count, float(total), "count") if total and not math.isnan(count) else None


@METRICS.counted(
    "lost_per_change",
    "",
    "{events} lost per change",
    "{Events} of the whole trial that were not answered, over the changes of an address.",
    "lower",
)
def lost(data: TrialData) -> Counts | None:
    return _per_change(data, float(np.count_nonzero(requests(data)["outcome"] != samples.OK)))


@METRICS.counted(
    "doubled_per_change",
    "",
    "{events} done twice per change",
    "{Events} of the whole trial whose action the server did more than once, over the changes of "
    "an address.",
    "lower",
)
def doubled(data: TrialData) -> Counts | None:
    return _per_change(data, data.counted_change("doubled"))


@METRICS.counted(
    "setups_per_change",
    "",
    "handshakes per change",
    "Connections that clients set up after their first one, over the changes of an address.",
    "lower",
)
def setups(data: TrialData) -> Counts | None:
    """Connections beside the first one of each client."""
    made = _rows(data, "setup")
    later = made[(made["sequence"] > 0) & (made["outcome"] == samples.OK)]
    return _per_change(data, float(len(later)))


@METRICS.metric(
    "moves_seen",
    "",
    "moves that the server saw",
    "How often a packet of a connection came to the server from another address than the one "
    "before; in the whole trial. Only QUIC supports that.",
    "neither",
)
def moves_seen(data: TrialData) -> float:
    return data.counted_change("moves")
