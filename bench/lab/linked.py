"""What a trial on links records of them: as asked, as probed, as counted.

Knows no trial; the two moments are before the clients come and after the window.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.lab.network.capture import search
from bench.lab.network.network import Counts, Network
from bench.model.errors import TrialFailed
from bench.model.links import Link
from bench.model.readings import PathCounts

EMULATOR = "veth devices, packets forwarded in user space, delays from the sender's kernel time"


@dataclass(frozen=True)
class LinkRecord:
    """Of one link: the counts of its paths at "t0", "t1" and "end", and what else is known."""

    counts: Mapping[str, list[PathCounts]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def before(network: Network, links: Mapping[str, Link]) -> dict[str, LinkRecord]:
    """What was asked for, and the round trip of a probe, by link."""
    return {name: LinkRecord(facts=_asked(network, name, link)) for name, link in links.items()}


def _asked(network: Network, name: str, link: Link) -> dict[str, Any]:
    return {
        "emulator": EMULATOR,
        "privilege": network.privilege,
        "priority": network.priority,
        "asked": dataclasses.asdict(link),
        "rtt_asked_ms": link.paths[0].rtt_ns / 1e6,
        "rtt_probe_ms": network.probe_ms(name),
    }


def after(
    network: Network, records: Mapping[str, LinkRecord], t0_ns: int, t1_ns: int
) -> dict[str, LinkRecord]:
    """The counts at t0, t1 and the end, and what else the links have to say; captures end."""
    congestion = network.congestion()
    seen = network.all_counts(ends_captures=True)
    return {
        name: LinkRecord(
            {"t0": seen[name].at[t0_ns], "t1": seen[name].at[t1_ns], "end": seen[name].now},
            {**record.facts, **_found(seen[name]), "congestion": congestion[name]},
        )
        for name, record in records.items()
    }


def searched(
    records: Mapping[str, LinkRecord], folder: Path, marker: bytes, kept: Container[str]
) -> dict[str, LinkRecord]:
    """How many packets of each capture in `folder` hold the marker; only those `kept` remain."""
    found = {}
    for name, record in records.items():
        path = folder / f"{name}.pcap"
        seen = search(path, marker)
        facts = {**record.facts, "searched_packets": seen.packets, "marked_packets": seen.marked}
        if name not in kept:
            path.unlink()
            facts.pop("captured_packets", None)
        found[name] = dataclasses.replace(record, facts=facts)
    return found


def abandon(network: Network) -> None:
    """End the captures of a trial that failed, so that its files are whole."""
    with contextlib.suppress(TrialFailed):
        network.all_counts(ends_captures=True)


def _found(seen: Counts) -> dict[str, Any]:
    found: dict[str, Any] = {"dropped_by_devices": seen.dropped}
    if (late := seen.late_ns) is not None:
        found |= {
            "late_mean_us": late.mean / 1e3,
            "late_p50_us": late.p50 / 1e3,
            "late_p99_us": late.p99 / 1e3,
            "late_most_us": late.most / 1e3,
        }
    return found | ({"captured_packets": seen.captured} if seen.captured else {})
