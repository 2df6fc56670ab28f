"""How clients come back: how many per second, within which time, by which handshake.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.metric import Counts

METRICS = Registry()
CUT = "cut"
FEWEST = 20
"""Of fewer returns nothing is said of their rate."""

MIDDLE = (0.1, 0.9)
"""Of the returns, in their order: the first and the last come by chance."""


def _returns(data: TrialData) -> np.ndarray:
    """Those of the first storm, by when they were done."""
    rows = data.outcomes
    done = rows[rows["outcome"] == samples.OK]
    cuts = _cuts_ns(data)
    if len(cuts) > 1:
        done = done[done["intended_ns"] < cuts[1]]
    return np.sort(done["done_ns"])


def _cuts_ns(data: TrialData) -> list[int]:
    """When the clients' connections were cut."""
    return sorted(
        data.t0_ns + one.began_ns
        for one in data.faults
        if one.verb == CUT and one.began_ns is not None and not one.failure
    )


@METRICS.metric(
    "return_rate",
    "/s",
    "clients that come back per second",
    "Of the middle 80 % of the {events} after the first cut: their number over the time that they "
    "take.",
    "neither",
)
def return_rate(data: TrialData) -> float:
    found = _returns(data)
    if len(found) < FEWEST:
        return math.nan
    first, last = (round(share * (len(found) - 1)) for share in MIDDLE)
    return float((last - first) / ((found[last] - found[first]) / 1e9))


@METRICS.metric(
    "all_back",
    "ms",
    "time until all are back",
    "Time from the first cut until the last client is back.",
    "lower",
)
def all_back(data: TrialData) -> float:
    found, cuts = _returns(data), _cuts_ns(data)
    return float(found[-1] - cuts[0]) / 1e6 if len(found) and cuts else math.nan


@METRICS.counted(
    "resumed_share",
    "",
    "share with a resumed TLS session",
    "Share of the {events} whose TLS handshake resumed an earlier session, by the server's count "
    "of the whole trial.",
    "neither",
)
def resumed(data: TrialData) -> Counts | None:
    hits, of = data.counted_change("resumed"), len(data.outcomes)
    return None if math.isnan(hits) or not of else Counts(hits, float(of), "share")
