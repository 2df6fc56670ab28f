"""The load: the experiment's own parameters, and what they make of an order."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.load import Change, LoadType, parameter

LINE_BYTES = 100
"""What a line takes as raw bytes."""

FIELDS = 10
"""Of each line."""


@dataclass(frozen=True, kw_only=True)
class CallsLoad:
    """What is asked for, how much of it is needed, and how often."""

    payload_bytes: int = parameter(
        10_000,
        "B",
        f"size of the order as raw bytes: lines of {LINE_BYTES} B with {FIELDS} fields each",
        low=LINE_BYTES,
        high=1_000_000,
    )
    needed: float = parameter(
        1.0,
        "",
        "share of each line's fields that the caller needs, 1: all; GraphQL asks for no others",
        low=0.1,
        high=1,
    )
    call_rate_per_s: float = parameter(
        0.0,
        "/s",
        "calls per second over all clients, Poisson (open loop); 0: each client calls again as "
        "soon as it has its answer (closed loop)",
        low=0,
        high=1_000_000,
    )
    json: str = parameter(
        "standard",
        "",
        "library that writes and reads JSON: Python's own, or a fast one",
        choices=("standard", "orjson"),
    )

    @property
    def lines(self) -> int:
        """How many lines the order has."""
        return max(1, self.payload_bytes // LINE_BYTES)

    @property
    def needed_fields(self) -> int:
        """How many fields of each line are needed: at least one."""
        return max(1, min(FIELDS, round(self.needed * FIELDS)))


LOAD = LoadType(
    CallsLoad,
    changes={"clients": Change(default=1, high=256)},
    without=frozenset({"second_path"}),
)
