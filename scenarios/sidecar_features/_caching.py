"""What a cache in a sidecar does: hits, and how old an answer is.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.proxy_counts import at_listener, at_upstream
from bench.analysis.trialdata import TrialData
from bench.model.metric import Counts
from scenarios.sidecar_features._counts import (
    NEAR,
    NS_PER_S,
    PLAIN,
    THERE,
    answered,
    calls,
    change,
    grown,
    has_sidecars,
    of_calls,
    share_of,
)

METRICS = Registry()

# --- a cache ---------------------------------------------------------------------------------


def hit_counts(data: TrialData) -> Counts | None:
    if not data.load.get("max_age_s"):
        return None
    made = change(data, "made")
    return None if math.isnan(made) else of_calls(data, len(calls(data)) - made)


@METRICS.metric(
    "hit_share",
    "",
    "share from the cache",
    "Share of the {events} for items that no server answered, by the servers' count.",
    "higher",
    hit_counts,
)
def hit_share(data: TrialData) -> float:
    return share_of(hit_counts(data))


def disagreement_counts(data: TrialData) -> Counts | None:
    if not data.load.get("max_age_s") or not has_sidecars(data):
        return None
    came = grown(data, at_listener, "downstream_rq_total", NEAR, PLAIN)
    passed = grown(data, at_upstream, "upstream_rq_total", NEAR, THERE)
    return of_calls(data, abs(came - passed - (len(calls(data)) - change(data, "made"))))


@METRICS.metric(
    "hits_disagreement",
    "",
    "share of hits counted differently",
    "{Events} from the cache as the client's sidecar counts them (what came in less what it "
    "passed on), less those by the servers' count: the absolute difference, over the {events}.",
    "lower",
    disagreement_counts,
)
def hits_disagreement(data: TrialData) -> float:
    return share_of(disagreement_counts(data))


def ages_ns(data: TrialData) -> np.ndarray:
    """How old each answer was when the client asked for it; below 0 where it was made then."""
    rows = answered(data)
    found: np.ndarray = rows["sent_ns"] - rows["first_byte_ns"]
    return found


def stale_counts(data: TrialData) -> Counts | None:
    max_age_s = data.load.get("max_age_s", 0.0)
    if not max_age_s:
        return None
    total, ages = len(answered(data)), ages_ns(data)
    stale = np.count_nonzero(ages > max_age_s * NS_PER_S)
    return Counts(float(stale), float(total), "share") if total else None


@METRICS.metric(
    "stale_share",
    "",
    "share stale",
    "Share of the answered {events} for items whose answer was older than it might be when the "
    "client asked: by the server's clock, which the answer holds.",
    "lower",
    stale_counts,
)
def stale_share(data: TrialData) -> float:
    return share_of(stale_counts(data))


@METRICS.metric(
    "stale_replies",
    "",
    "stale answers",
    "Answers that were older than they might be when the client asked.",
    "lower",
)
def stale_replies(data: TrialData) -> float:
    counts = stale_counts(data)
    return math.nan if counts is None else counts.hits


@METRICS.metric(
    "oldest_answer",
    "s",
    "oldest answer",
    "Age of the oldest answer when the client asked.",
    "lower",
)
def oldest_answer(data: TrialData) -> float:
    ages = ages_ns(data)
    return float(np.max(ages)) / NS_PER_S if len(ages) and data.load.get("max_age_s") else math.nan


@METRICS.metric(
    "expirations",
    "",
    "expirations",
    "Times that an item was made again after the first time.",
    "neither",
)
def expirations(data: TrialData) -> float:
    if not data.load.get("max_age_s"):
        return math.nan
    return change(data, "made") - float(data.load["keys"])
