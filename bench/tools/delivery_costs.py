"""What deliveries cost receivers that took turns: medians and ratios as a table, and their aims.

Takes numbers; must not know how they were measured.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from bench.model.self_proof import DeliveryStream
from bench.model.units import significant
from bench.tools.aims import Figure
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

    def ratio(self, what: str = ALONE, of: str = OURS, to: str = BARE) -> float | None:
        """A receiver's cost over another's, ours over C's; None where one was not measured."""
        if of not in self.turns or to not in self.turns:
            return None
        return self.us(of, what) / self.us(to, what)

    def bytes_per_client(self, name: str = OURS) -> float:
        return statistics.median(turn.bytes_per_client for turn in self.turns[name])


def table_of(found: Sequence[Costs], older: str | None = None) -> FittedTable:
    """Medians with their extremes below; `older` names a receiver of an older commit."""
    names = [OURS, *([older] if older else []), BARE]
    pairs = [(OURS, other) for other in reversed(names[1:])]
    ways = {ALONE: "", AT_ONCE: "all at once: "}
    headers = ["receiver", *(f"{one.stream.pattern}, {one.clients:,} clients" for one in found)]
    rows = [
        [f"{words}{name}", *(_us(costs, name, what) for costs in found)]
        for what, words in ways.items()
        for name in names
    ]
    rows += [
        [f"{words}{one} / {other}", *(_ratio(costs.ratio(what, one, other)) for costs in found)]
        for what, words in ways.items()
        for one, other in pairs
    ]
    rows += [
        [f"memory per client, {name}", *(_memory(costs, name) for costs in found)]
        for name in names[:-1]
    ]
    title = "CPU time of the receiver per delivered event: median, below it least to most"
    return fitted(headers, rows, title, numbers=len(found))


def figures_of(found: Sequence[Costs], older: str | None = None) -> list[Figure]:
    """What has an aim, and what an older load process reaches of it."""
    figures = []
    for costs in found:
        stream = costs.stream
        before = older if older in costs.turns else None
        figures += [
            Figure(
                f"CPU per delivered event, {stream.pattern}",
                costs.us(OURS),
                stream.aim_us,
                "us",
                before=costs.us(before) if before else None,
            ),
            Figure(
                f"{OURS} / {BARE}, {stream.pattern}",
                costs.ratio(),
                AIM_RATIO,
                before=costs.ratio(of=before) if before else None,
            ),
            Figure(
                f"memory per client, {stream.pattern}",
                costs.bytes_per_client() / 1e3,
                stream.aim_bytes / 1e3,
                "kB",
                before=costs.bytes_per_client(before) / 1e3 if before else None,
            ),
        ]
    return figures


def _memory(costs: Costs, name: str) -> str:
    if name not in costs.turns:
        return "not measured"
    return f"{costs.bytes_per_client(name) / 1e3:.1f} kB"


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
