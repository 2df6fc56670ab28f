"""What deliveries cost receivers that took turns: medians and ratios beside their aims, as a table.

Takes numbers; must not know how they were measured.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from bench.model.self_proof import DeliveryStream
from bench.model.units import significant
from reports.fitted_table import FittedTable, fitted

OURS, BARE = "load process", "in C"
ALONE, AT_ONCE = "alone", "all_at_once"
AIM_RATIO = 2.0


@dataclass(frozen=True)
class Turn:
    """CPU time per delivered event in microseconds, and memory per client.

    `alone`: as the server sends it, so that the receiver wakes up for nearly every delivery.
    `all_at_once`: all of an event's are there when the receiver looks, so that none wakes it up.
    """

    alone: float
    all_at_once: float
    bytes_per_client: float


@dataclass
class Costs:
    """The turns of all receivers of one stream."""

    stream: DeliveryStream
    clients: int
    turns: dict[str, list[Turn]] = field(default_factory=dict)

    def values(self, name: str, what: str) -> list[float]:
        """`alone` or `all_at_once` of a receiver, one entry a turn."""
        return list(map(attrgetter(what), self.turns[name]))

    def us(self, name: str, what: str = ALONE) -> float:
        """The median."""
        return statistics.median(self.values(name, what))

    def ratio(self, what: str = ALONE) -> float | None:
        """Ours over C's; None where C was not measured."""
        return self.us(OURS, what) / self.us(BARE, what) if BARE in self.turns else None

    @property
    def bytes_per_client(self) -> float:
        return statistics.median(turn.bytes_per_client for turn in self.turns[OURS])


def table_of(found: Sequence[Costs]) -> FittedTable:
    """Medians with their extremes below, each stream beside its aims."""
    headers = ["receiver"]
    columns: list[list[str]] = []
    for costs in found:
        aim = costs.stream
        headers += [f"{aim.pattern}, {costs.clients:,} clients", "aim"]
        columns += [
            [
                *(_us(costs, name, what) for what in (ALONE, AT_ONCE) for name in (OURS, BARE)),
                *(_ratio(costs.ratio(what)) for what in (ALONE, AT_ONCE)),
                f"{costs.bytes_per_client / 1e3:.1f} kB",
            ],
            [
                f"<= {aim.aim_us:g} us",
                *["", "", ""],
                *[f"<= {AIM_RATIO:g}", ""],
                f"<= {aim.aim_bytes / 1e3:g} kB",
            ],
        ]
    keys = [
        *(OURS, BARE),
        *(f"all at once: {name}" for name in (OURS, BARE)),
        *(f"{OURS} / {BARE}", f"all at once: {OURS} / {BARE}"),
        "memory per client",
    ]
    rows = [[key, *(column[at] for column in columns)] for at, key in enumerate(keys)]
    title = "CPU time of the receiver per delivered event: median, below it least to most"
    return fitted(headers, rows, title, numbers=2 * len(found))


def _ratio(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.2f}"


def _us(costs: Costs, name: str, what: str) -> str:
    if name not in costs.turns:
        return "not measured"
    all_us = costs.values(name, what)
    least, most = significant(min(all_us)), significant(max(all_us))
    return f"{significant(costs.us(name, what))} us\n{least} to {most}"


def answer(found: Sequence[Costs]) -> str:
    """What a delivery costs, in a sentence."""
    texts = []
    for one in found:
        text = f"{significant(one.us(OURS))} us of the load process's CPU by {one.stream.pattern}"
        if (ratio := one.ratio()) is not None:
            text += f" ({ratio:.2f} times that of a receiver in C)"
        texts.append(text)
    return f"A delivered event costs {', '.join(texts)}."
