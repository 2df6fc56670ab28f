"""Doubts about a trial's links: not as asked for, late, too busy, in others' way.  Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding
from bench.model.links import CLIENTS, LINKS

RTT_SLACK_MS, RTT_SHARE = 1.0, 0.05
"""A probe's round trip may be off by so much: what the scheduler of a small machine takes."""

PROBE_BYTES = 33
"""A probe's packet, IP level: a narrow link takes time to send even that."""

LATE_MEAN_MS, LATE_P99_MS = 0.2, 1.0
"""Waking up takes 0.05 ms on an idle core, and up to 1 ms in one of a hundred cases where the
core has to be taken from somebody: less is noise."""

LATE_SHARE = 0.03
"""Of the delay asked for, one way: what a law of latency is expected to hold within."""

LINK_BUSY_SHARE = 0.5
"""Of a core.  What comes at random to a server that is busy half of the time waits as long as it
is served, and from there on waiting grows without bound (M/M/1: u / (1 - u))."""

SHARED_SHARE = 0.1
"""Of a core that others are measured on: each of them then loses a tenth of it."""

SHARED_LATENCY = 0.03
"""Of the mean latency, for the link's work on one event: as LATE_SHARE."""

LINK_KEYS = tuple("link" if link == CLIENTS else f"{link}_link" for link in LINKS)
"""How the keys of the links' metrics begin."""

OWN_CORE = "a machine with four cores: the link then has one of its own"


def of_links(data: TrialData, metrics: Mapping[str, float]) -> list[Finding | None]:
    """The doubts about all links of a trial."""
    return [
        *(link_differs(metrics, data.load, link) for link in LINKS),
        *(link_late(metrics, link) for link in LINKS),
        link_overloaded(metrics, path_was_down=data.path_was_down),
        link_shares_core(data, metrics),
        link_captured(data),
    ]


def _key(link: str) -> str:
    return LINK_KEYS[LINKS.index(link)]


def _on(link: str) -> str:
    return "" if link == CLIENTS else f" on the {link} link"


def link_differs(
    metrics: Mapping[str, float], load: Mapping[str, Any], link: str = CLIENTS
) -> Finding | None:
    """The link as asked and as a probe found it."""
    own = "" if link == CLIENTS else f"{link}_"
    asked, probed = (
        metrics.get(f"{_key(link)}_rtt_{one}_ms", math.nan) for one in ("asked", "probe")
    )
    # The probe is the least of a few round trips: jitter shortens it.
    short_ms = RTT_SLACK_MS + 1e3 * load.get(f"{own}jitter_s", 0.0)
    rates = [rate for rate in (load.get(f"{own}{one}", 0.0) for one in ("rate", "rate_up")) if rate]
    longest_ms = RTT_SLACK_MS + RTT_SHARE * asked + sum(8e3 * PROBE_BYTES / rate for rate in rates)
    if not (probed < asked - short_ms or probed > asked + longest_ms):
        return None
    return Finding(
        "link_differs",
        "doubt",
        f"asked for a round trip of {asked:.3g} ms{_on(link)}, found {probed:.3g} ms",
        "use a lower load, or a machine with a core for the link",
    )


def link_late(metrics: Mapping[str, float], link: str = CLIENTS) -> Finding | None:
    """Packets that came out later than asked for, on the average or one of a hundred."""
    one_way_ms = metrics.get(f"{_key(link)}_rtt_asked_ms", math.nan) / 2
    mean_ms, p99_ms = (
        metrics.get(f"{_key(link)}_late_{one}_us", math.nan) / 1e3 for one in ("mean", "p99")
    )
    slack_ms = LATE_SHARE * one_way_ms
    if not (mean_ms > LATE_MEAN_MS + slack_ms or p99_ms > LATE_P99_MS + slack_ms):
        return None
    return Finding(
        "link_late",
        "doubt",
        f"packets came out later than asked for{_on(link)}: {mean_ms:.3g} ms on average, "
        f"{p99_ms:.3g} ms at the 99th percentile",
        f"use a lower load, or {OWN_CORE}",
    )


def link_overloaded(metrics: Mapping[str, float], *, path_was_down: bool = False) -> Finding | None:
    """A device that is taken down drops what it holds: then drops say nothing."""
    drops = [metrics.get(f"{key}_dropped_by_devices", math.nan) for key in LINK_KEYS]
    dropped = 0.0 if path_was_down else sum(one for one in drops if not math.isnan(one))
    share = metrics.get("link_cpu_share", math.nan)
    if not (dropped > 0 or share > LINK_BUSY_SHARE):
        return None
    words = f"{dropped:,.0f} packets were dropped before they reached the link, which"
    return Finding(
        "link_overloaded",
        "doubt",
        f"{words if dropped > 0 else 'the link'} used {share:.0%} of a core: it adds more delay "
        f"or loss than was asked for",
        "use a lower load, or a smaller rate",
    )


def link_shares_core(data: TrialData, metrics: Mapping[str, float]) -> Finding | None:
    """What the link's work takes from those that are measured on the same core.

    In a broadcast it comes all at once: the mean receiver waits for half of it.
    """
    if not data.link_shares_core:
        return None
    share, own_us = metrics.get("link_cpu_share", math.nan), data.marginal_cpu_us("link")
    receivers = data.accounting.expected / max(1, len(data.window_events))
    wait_ms = receivers * own_us / 2e3 if len(data.window_events) else math.nan
    if wait_ms > SHARED_LATENCY * metrics.get("latency_mean", math.nan):
        cost = f"up to {wait_ms:.2g} ms of the mean latency"
    elif share > SHARED_SHARE:
        cost = f"{share:.0%} of that core"
    else:
        return None
    return Finding(
        "link_shares_core",
        "doubt",
        f"the link shares a core with what is measured, and takes {cost}",
        f"use a lower load, or {OWN_CORE}",
    )


def link_captured(data: TrialData) -> Finding | None:
    """A capture takes the emulator's time."""
    captured = {
        link: packets for link in LINKS if (packets := data.facts_of(link).get("captured_packets"))
    }
    if not captured:
        return None
    words = ", ".join(f"{packets:,} packets of {link}" for link, packets in captured.items())
    return Finding(
        "link_captured",
        "note",
        f"{words} were written to disk during the trial, which takes the link process's time",
        "measure without --pcap",
    )
