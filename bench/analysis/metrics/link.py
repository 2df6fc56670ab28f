"""The links of a trial: as asked, as found, what they lost, what they cost.  Pure.

All are NaN on loopback, where nothing is emulated.  The keys of the link between clients
and backend begin with `link`, those of another with its name: `services_link`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.analysis.metrics.registry import SHARED
from bench.analysis.trialdata import TrialData
from bench.model.links import CLIENTS, LINKS
from bench.model.metric import Counts, Metric


@dataclass(frozen=True)
class _Words:
    """How the metrics of one link are called."""

    key: str
    title: str
    to_near: str
    """Towards where `down` leads."""

    from_near: str


WORDS = {
    name: _Words(f"{name}_link", f"{name} link ", "towards the backend", "from the backend")
    for name in LINKS
} | {CLIENTS: _Words("link", "", "to clients", "from clients")}

_LATE = (
    "{} of how late packets came out of the link, from t0 on, in the later direction: how long "
    "after the sender's kernel handed them over and the requested delay had passed."
)
_FACTS = {
    "rtt_asked_ms": ("ms", "requested round-trip time", "Requested round-trip time."),
    "rtt_probe_ms": (
        "ms",
        "round-trip time probed",
        "Least round trip of small datagrams over the idle link, before the clients came.",
    ),
    "late_mean_us": (
        "us",
        "link lateness mean",
        _LATE.format("Mean"),
    ),
    "late_p99_us": ("us", "link lateness p99", _LATE.format("99th percentile")),
    "dropped_by_devices": (
        "",
        "packets dropped by devices",
        "Packets for which the emulator had no room.",
    ),
}
_SHARES = {
    "lost": "lost by chance",
    "overflowed": "dropped because the queue for bandwidth was full",
    "retransmitted": "that repeat TCP data sent before",
}


def _title(words: _Words, text: str) -> str:
    return words.title + text.removeprefix("link ") if words.title else text


def _register_facts(link: str) -> None:
    words = WORDS[link]
    for name, (unit, title, definition) in _FACTS.items():
        key = f"{words.key}_{name}"
        SHARED.add(
            Metric(
                key,
                unit,
                _title(words, title),
                definition,
                "neither" if name.startswith("rtt") else "lower",
                lambda data, n=name: float(data.facts_of(link).get(n, math.nan)),  # type: ignore[misc]
            )
        )


def _share(data: TrialData, link: str, way: str, name: str) -> float:
    packets = data.link_change(way, "packets_in", link)
    return data.link_change(way, name, link) / packets if packets else math.nan


def _register_shares(link: str) -> None:
    words = WORDS[link]
    for name, what in _SHARES.items():
        for way, whence in (("down", words.to_near), ("up", words.from_near)):
            key = f"{words.key}_{name}_share_{way}"
            SHARED.add(
                Metric(
                    key,
                    "",
                    _title(words, f"packets {name} {way}"),
                    f"Share of the packets {whence} in the window {what}.",
                    "lower",
                    lambda data, n=name, w=way: _share(data, link, w, n),  # type: ignore[misc]
                )
            )


def _most_bytes(data: TrialData, link: str, way: str) -> float:
    """What the link's bandwidth allows in the window; NaN where it is not limited."""
    prefix = "" if link == CLIENTS else f"{link}_"
    rate = float(data.load.get(f"{prefix}rate", 0.0))
    if way == "up":
        rate = float(data.load.get(f"{prefix}rate_up", 0.0)) or rate
    return rate * data.metered_s / 8 if rate else math.nan


def _used_share(data: TrialData, link: str, way: str) -> float:
    return data.link_change(way, "bytes_out", link) / _most_bytes(data, link, way)


def _used(data: TrialData, link: str, way: str) -> Counts | None:
    """The bytes that all outcomes of the window took together."""
    used, most = data.link_change(way, "bytes_out", link), _most_bytes(data, link, way)
    outcomes = len(data.outcomes)
    return Counts(used, most, "amount", outcomes) if outcomes and used >= 0 and most > 0 else None


def _register_used(link: str) -> None:
    words = WORDS[link]
    SHARED.add(
        Metric(
            f"{words.key}_used_share",
            "",
            _title(words, "link used"),
            "The share of its bandwidth that was used in the window, in the fuller direction "
            "(1 = full).",
            "neither",
            lambda data: max(_used_share(data, link, way) for way in ("down", "up")),
        )
    )
    for way, whence in (("down", words.to_near), ("up", words.from_near)):
        SHARED.add(
            Metric(
                f"{words.key}_used_share_{way}",
                "",
                _title(words, f"link used {way}"),
                f"Bytes that came out of the link {whence} in the window, over what its bandwidth "
                "allows (1 = full).",
                "neither",
                lambda data, w=way: _used_share(data, link, w),  # type: ignore[misc]
                counts=lambda data, w=way: _used(data, link, w),  # type: ignore[misc]
            )
        )


def _packets_per_s(data: TrialData, link: str) -> float:
    packets = sum(data.link_change(way, "packets_in", link) for way in ("up", "down"))
    return packets / data.metered_s


def _register_packets(link: str) -> None:
    words = WORDS[link]
    SHARED.add(
        Metric(
            f"{words.key}_packets_per_s",
            "/s",
            _title(words, "packets") if words.title else "packets over the link",
            "Packets that entered the link in the window, both directions.",
            "neither",
            lambda data: _packets_per_s(data, link),
        )
    )


for _link in LINKS:
    _register_facts(_link)
    _register_shares(_link)
    _register_packets(_link)
    _register_used(_link)


@SHARED.metric(
    "link_cpu_share",
    "",
    "link CPU share",
    "CPU time of the process that carries all links, over the window's length; not part of the "
    "backend.",
    "lower",
)
def link_cpu_share(data: TrialData) -> float:
    return data.cpu_ns("link") / 1e9 / data.metered_s


@SHARED.metric(
    "link_packets_down_per_event",
    "",
    "packets to clients per {event}",
    "Packets that came out of the link towards the clients in the window, per {outcome}.",
    "neither",
)
def link_packets_down_per_event(data: TrialData) -> float:
    return data.per_piece(data.link_change("down", "packets_out"))


@SHARED.metric(
    "link_lost_packets",
    "",
    "packets lost by chance",
    "Packets that the link between clients and backend lost by chance in the window, both ways.",
    "neither",
)
def link_lost_packets(data: TrialData) -> float:
    return data.link_change("down", "lost") + data.link_change("up", "lost")
