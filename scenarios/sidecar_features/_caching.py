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
)

METRICS = Registry()

# --- a cache ---------------------------------------------------------------------------------


@METRICS.counted(
    "hit_share",
    "",
    "share from the cache",
    "Share of the {events} for items that no server answered, by the servers' count.",
    "higher",
)
def hits(data: TrialData) -> Counts | None:
    if not data.load.get("max_age_s"):
        return None
    made = change(data, "made")
    return None if math.isnan(made) else of_calls(data, len(calls(data)) - made)


@METRICS.counted(
    "hits_disagreement",
    "",
    "share of hits counted differently",
    "{Events} from the cache as the client's sidecar counts them (what came in less what it "
    "passed on), less those by the servers' count: the absolute difference, over the {events}.",
    "lower",
)
def disagreement(data: TrialData) -> Counts | None:
    if not data.load.get("max_age_s") or not has_sidecars(data):
        return None
    came = grown(data, at_listener, "downstream_rq_total", NEAR, PLAIN)
    passed = grown(data, at_upstream, "upstream_rq_total", NEAR, THERE)
    return of_calls(data, abs(came - passed - (len(calls(data)) - change(data, "made"))))


def ages_ns(data: TrialData) -> np.ndarray:
    """How old each answer was when the client asked for it; below 0 where it was made then."""
    rows = answered(data)
    found: np.ndarray = rows["sent_ns"] - rows["first_byte_ns"]
    return found


@METRICS.counted(
    "stale_share",
    "",
    "share stale",
    "Share of the answered {events} for items whose answer was older than it might be when the "
    "client asked: by the server's clock, which the answer holds.",
    "lower",
)
def stale(data: TrialData) -> Counts | None:
    max_age_s = data.load.get("max_age_s", 0.0)
    if not max_age_s:
        return None
    total, ages = len(answered(data)), ages_ns(data)
    too_old = np.count_nonzero(ages > max_age_s * NS_PER_S)
    return Counts(float(too_old), float(total), "share") if total else None


@METRICS.metric(
    "stale_replies",
    "",
    "stale answers",
    "Answers that were older than they might be when the client asked.",
    "lower",
)
def stale_replies(data: TrialData) -> float:
    counts = stale(data)
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
