"""What a trial on a link records of it: the link as asked, as probed, as counted.

Knows no trial; the two moments are before the clients come and after the window.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from bench.lab.network.network import Network
from bench.model.links import Link

EMULATOR = "two TUN devices, packets forwarded in user space"


def before(network: Network, link: Link) -> dict[str, Any]:
    """Facts to record: what was asked for, and the round trip of a probe."""
    return {
        "facts": {
            "emulator": EMULATOR,
            "privilege": network.privilege,
            "priority": network.priority,
            "asked": dataclasses.asdict(link),
            "rtt_asked_ms": link.paths[0].rtt_ns / 1e6,
            "rtt_probe_ms": network.probe_ms(link),
        }
    }


def after(network: Network, facts: dict[str, Any], t0_ns: int, t1_ns: int) -> dict[str, Any]:
    """The counts at t0, t1 and the end, and what else the link has to say."""
    seen = network.counts()
    return {
        "counts": {"t0": seen.at[t0_ns], "t1": seen.at[t1_ns], "end": seen.now},
        "facts": facts
        | {
            "late_p50_us": seen.late_p50_ns / 1e3,
            "late_p99_us": seen.late_p99_ns / 1e3,
            "late_most_us": seen.late_most_ns / 1e3,
            "dropped_by_devices": seen.dropped,
            "congestion": network.congestion(),
        },
    }
