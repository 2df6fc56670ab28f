"""The link of a trial: as asked, as found, what it lost, what it cost.  Pure.

All are NaN on loopback, where nothing is emulated.
"""

from __future__ import annotations

import math

from bench.analysis.metrics.registry import METRICS, Metric, metric
from bench.analysis.trialdata import TrialData


def _register_facts() -> None:
    facts = {
        "rtt_asked_ms": ("ms", "round-trip time asked for", "Round-trip time that was asked for."),
        "rtt_probe_ms": (
            "ms",
            "round-trip time probed",
            "Least round trip of small datagrams over the idle link, before the clients came.",
        ),
        "late_p99_us": (
            "us",
            "link lateness p99",
            "99 % of the batches of packets came out of the link at most so long after their time.",
        ),
        "dropped_by_devices": (
            "",
            "packets dropped by devices",
            "Packets that the kernel dropped because the emulator did not fetch them in time.",
        ),
    }
    for name, (unit, title, definition) in facts.items():
        METRICS[f"link_{name}"] = Metric(
            f"link_{name}",
            unit,
            title,
            definition,
            "neither" if name.startswith("rtt") else "lower",
            lambda data, n=name: float(data.link_facts.get(n, math.nan)),  # type: ignore[misc]
        )


def _share(data: TrialData, way: str, name: str) -> float:
    packets = data.link_change(way, "packets_in")
    return data.link_change(way, name) / packets if packets else math.nan


def _register_shares() -> None:
    names = {
        "lost": "lost by chance",
        "overflowed": "dropped because the queue for bandwidth was full",
        "retransmitted": "that repeat TCP data sent before",
    }
    for name, words in names.items():
        for way, whence in (("down", "to clients"), ("up", "from clients")):
            METRICS[f"link_{name}_share_{way}"] = Metric(
                f"link_{name}_share_{way}",
                "",
                f"packets {name} {way}",
                f"Share of the packets {whence} in the window {words}.",
                "lower",
                lambda data, n=name, w=way: _share(data, w, n),  # type: ignore[misc]
            )


_register_facts()
_register_shares()


@metric(
    "link_cpu_share",
    "",
    "link CPU share",
    "CPU time of the link's own process over the window's length; no part of the backend.",
    "lower",
)
def link_cpu_share(data: TrialData) -> float:
    return data.cpu_ns("link") / 1e9 / data.metered_s


@metric(
    "link_packets_per_s",
    "/s",
    "packets over the link",
    "Packets that entered the link in the window, both directions.",
    "neither",
)
def link_packets_per_s(data: TrialData) -> float:
    return (
        data.link_change("up", "packets_in") + data.link_change("down", "packets_in")
    ) / data.metered_s


@metric(
    "link_packets_down_per_event",
    "",
    "packets to clients per event",
    "Packets that came out of the link towards the clients in the window, per delivery.",
    "neither",
)
def link_packets_down_per_event(data: TrialData) -> float:
    return data.per_piece(data.link_change("down", "packets_out"))
