"""What was acknowledged and is not there after a crash, and what a crash costs.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.losses import losses_of
from bench.analysis.metrics import Registry
from bench.analysis.shapes import Losses
from bench.analysis.trialdata import TrialData
from bench.model.metric import Counts

METRICS = Registry()


def _losses(data: TrialData) -> Losses | None:
    return losses_of(data, "check")


@METRICS.metric(
    "crashes",
    "",
    "crashes looked into",
    "Faults after which at least one client came back and counted which of the {events} that it "
    "had been told were stored were there.",
    "neither",
)
def crashes(data: TrialData) -> float:
    found = _losses(data)
    return 0.0 if found is None else float(len(found.lost))


@METRICS.counted(
    "lossy_crashes",
    "",
    "crashes that lost {events}",
    "Share of the crashes after which at least one acknowledged {event} was missing.",
    "lower",
)
def lossy(data: TrialData) -> Counts | None:
    found = _losses(data)
    if found is None:
        return None
    return Counts(float(np.count_nonzero(found.lost)), float(len(found.lost)), "share")


@METRICS.metric(
    "lost_per_crash",
    "",
    "{events} lost per crash",
    "{Events} that had been acknowledged and were not there after a crash, over the crashes.",
    "lower",
)
def lost_per_crash(data: TrialData) -> float:
    found = _losses(data)
    return math.nan if found is None else float(np.mean(found.lost))


@METRICS.metric(
    "lost_bytes_per_crash",
    "B",
    "bytes lost per crash",
    "Bytes of the {events} that had been acknowledged and were not there after a crash, over the "
    "crashes.",
    "lower",
)
def lost_bytes_per_crash(data: TrialData) -> float:
    found = _losses(data)
    return math.nan if found is None else float(np.mean(found.lost_bytes))


@METRICS.metric(
    "loss_window_max",
    "ms",
    "longest window of loss",
    "From the acknowledgement of the oldest {event} that a crash lost until the crash began: the "
    "longest of the trial. 0 where nothing was lost, or only what was acknowledged while the crash "
    "came.",
    "lower",
)
def loss_window_max(data: TrialData) -> float:
    found = _losses(data)
    return math.nan if found is None else float(found.window_ms.max())


@METRICS.metric(
    "outage_mean",
    "ms",
    "outage after a crash",
    "From the beginning of a crash until a client that had noticed it was told again that its "
    "{event} was stored, mean over the crashes.",
    "lower",
)
def outage_mean(data: TrialData) -> float:
    found = _losses(data)
    if found is None:
        return math.nan
    outages = []
    for began_s, noticed_ns in zip(found.began_s, found.noticed_ns, strict=True):
        back = data.outcomes[data.outcomes["sent_ns"] > noticed_ns]
        if len(back):
            outages.append((int(back["done_ns"].min()) - data.t0_ns) / 1e6 - began_s * 1e3)
    return float(np.mean(outages)) if outages else math.nan


@METRICS.metric(
    "disk_flush_us",
    "us",
    "a flush of this disk",
    "Median time to overwrite a page of 8 kB and have it on the disk (fdatasync), measured by "
    "the program on the disk of temporary files before its first record.",
    "neither",
)
def disk_flush_us(data: TrialData) -> float:
    return data.counted.get("idle", {}).get("flush_us", math.nan)
