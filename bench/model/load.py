"""The workload's parameters: typed, with units and bounds.

Must not know what any experiment means by them.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from bench.model import links

FAULT = "fault"
"""The parameter that says what is done to whom; it is a level where claims differ by it."""

SUFFIXES = ("_per_s", "_s", "_bytes")


def parameter(
    default: Any,
    unit: str,
    meaning: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field of a Load, with what the command line and the docs must know.

    `unit` is one of "", "s", "/s", "B", "%", "bit/s"; `low` and `high` are inclusive bounds
    in that unit; `choices` makes it a word instead of a number.
    """
    return field(
        default=default,
        metadata={
            "unit": unit,
            "meaning": meaning,
            "low": low,
            "high": high,
            "choices": choices,
        },
    )


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is asked of a pattern.  An experiment's load derives from this one."""

    clients: int = parameter(100, "", "simulated clients", low=1, high=1_000_000)
    duration_s: float = parameter(10.0, "s", "length of the window", low=0.1, high=86_400)
    warmup_s: float = parameter(1.0, "s", "load before the window, not counted", low=0, high=3600)
    drain_s: float = parameter(
        10.0, "s", "longest wait after the window for what is under way", low=0, high=3600
    )

    fault: str = parameter(
        "",
        "",
        "what is done to whom during the window, e.g. server:stop@50%,for=1s (docs/faults.md)",
    )

    link: str = parameter(
        links.LOOPBACK,
        "",
        "the network between clients and backend: this host's loopback, an emulated link as the "
        "following parameters say, or one that has a name (docs/links.md)",
        choices=links.CHOICES,
    )
    rtt_s: float = parameter(0.0, "s", "link: round-trip time that it adds", low=0, high=60)
    jitter_s: float = parameter(
        0.0, "s", "link: a round trip takes so much more or less, in order", low=0, high=60
    )
    loss: float = parameter(0.0, "%", "link: share of packets lost", low=0, high=1)
    loss_up: float = parameter(
        0.0, "%", "link: the same, from clients, else as loss", low=0, high=1
    )
    rate: float = parameter(0.0, "bit/s", "link: bandwidth, 0 is without limit", low=0, high=1e11)
    rate_up: float = parameter(
        0.0, "bit/s", "link: the same, from clients, else as rate", low=0, high=1e11
    )
    queue_s: float = parameter(
        0.1, "s", "link: longest wait for bandwidth, else the packet is dropped", low=0, high=60
    )
    cc: str = parameter(
        "host", "", "link: TCP congestion control of both ends", choices=links.CONGESTION
    )
    second_path: str = parameter(
        "", "", "link: a second path beside the first, e.g. rtt=60ms,rate=5mbit"
    )

    def check(self) -> None:
        """UsageError where the values do not go together, or a file that they name is not there."""

    @property
    def patience_s(self) -> float:
        """How long after the window something may still be under way."""
        return self.drain_s

    @property
    def gives_up_after_s(self) -> float | None:
        """Where the load itself makes deliveries go missing: how long without any to wait.

        None where all are owed, so that the whole patience is spent on them.
        """
        return None

    @property
    def deliveries_per_event(self) -> int:
        """How many clients each event is owed to."""
        return 1


def public_name(field_name: str) -> str:
    """`poll_interval_s` -> `poll_interval`: what users write and reports show."""
    for suffix in SUFFIXES:
        if field_name.endswith(suffix):
            return field_name.removesuffix(suffix)
    return field_name


@dataclass(frozen=True)
class Parameter:
    """One settable value of a load, as the command line and the docs see it."""

    name: str
    field_name: str
    kind: type
    unit: str
    default: Any
    meaning: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]


def parameters_of(load: type[Load]) -> dict[str, Parameter]:
    """The parameters of a load class by public name, in declaration order."""
    found = {}
    for entry in dataclasses.fields(load):
        name = public_name(entry.name)
        found[name] = Parameter(
            name, entry.name, type(entry.default), default=entry.default, **entry.metadata
        )
    return found
