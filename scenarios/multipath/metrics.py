"""Transfers over one path or two: how fast, and over which.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples

METRICS = Registry()


@METRICS.metric(
    "goodput",
    "Mbit/s",
    "goodput",
    "Bytes of a transfer over done - sent, without headers; median over the transfers.",
    "higher",
)
def goodput(data: TrialData) -> float:
    transfers = data.select("transfer")
    transfers = transfers[transfers["outcome"] == samples.OK]
    if not len(transfers):
        return math.nan
    spent_ns = difference_ns(transfers, "done_ns", "sent_ns")
    return float(np.median(transfers["bytes_down"] * 8e3 / spent_ns))


@METRICS.metric(
    "second_path_share",
    "",
    "share of the second path",
    "Share of the second path in the bytes that the link carried to clients, from the window's "
    "start to the trial's end.",
    "neither",
)
def second_path_share(data: TrialData) -> float:
    start, end = data.link.get("t0", ()), data.link.get("end", ())
    if len(start) < 2 or len(end) < 2:
        return math.nan
    carried = [b.down.bytes_out - a.down.bytes_out for a, b in zip(start, end, strict=True)]
    return carried[1] / sum(carried) if sum(carried) else math.nan
