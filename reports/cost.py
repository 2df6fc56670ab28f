"""What a load costs: cores and memory of the backend, bytes per client, clients per core.

From metrics of trials; which of it means something follows from the load (bench.model.rates).
Knows no experiment and no page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench.analysis.evaluated import ExperimentResult, Group, Level
from bench.analysis.metrics import BACKEND_ROLES
from bench.model.pattern import Pattern
from bench.stats.estimates import Estimate, estimate
from reports import numbers
from reports.fitted_table import Column, FittedTable
from reports.present import Column as PresentColumn
from reports.present import Line, Table
from reports.sweeps import is_grid, key_levels

Basis = Literal["", "slope over clients", "without idle", "all of it"]

CPU, IDLE = "backend_cpu_us_per_s", "backend_idle_cpu_us_per_s"
CLIENTS = "clients"
HOUR_S = 3600
BUSY, ONE_LOOP = 0.85, 1.05
"""Shares of a core: from the first on there is no room for bursts; more than the second takes
more than one loop."""

UNKNOWN = Estimate(math.nan, math.nan, math.nan, 0)
SIZES = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


@dataclass(frozen=True)
class Quantity:
    """A column of the table; `unit` is that of its numbers."""

    key: str
    title: str
    unit: str


CORES = Quantity("backend_cores_used", "backend CPU", "cores")
MEMORY = Quantity("backend_memory", "backend memory", "B")
BYTES = Quantity("wire_bytes_per_client_hour", "wire bytes per client and hour", "B")
CARRIED = Quantity("clients_per_core", "clients that one core carries", "")
QUANTITIES = (CORES, MEMORY, BYTES, CARRIED)


@dataclass(frozen=True)
class Cost:
    """One quantity of one group; `basis` says from what the cost of a client was taken."""

    quantity: Quantity
    value: Estimate
    basis: Basis = ""


@dataclass(frozen=True)
class CostRow:
    """What one pattern costs at one level."""

    pattern: Pattern
    group: Group
    costs: tuple[Cost, ...]

    def of(self, quantity: Quantity) -> Cost | None:
        return next((one for one in self.costs if one.quantity == quantity), None)


def rows(result: ExperimentResult, levels: Sequence[Level] | None = None) -> list[CostRow]:
    """A row for each pattern and level (default: all); what is not known is left out.

    A floor has one only where nothing else was measured.
    """
    found = []
    compared = [pattern for pattern in result.measured if pattern.compared]
    for level in result.levels if levels is None else levels:
        for pattern in compared or result.measured:
            group = result.group(pattern.name, level)
            if group is not None and group.used:
                costs = [one for one in _costs(result, group) if not math.isnan(one.value.value)]
                found.append(CostRow(pattern, group, tuple(costs)))
    return [row for row in found if row.costs]


def _costs(result: ExperimentResult, group: Group) -> list[Cost]:
    found = [
        Cost(CORES, _scaled(group, CPU, 1e-6)),
        Cost(MEMORY, _scaled(group, "backend_memory_bytes", 1)),
    ]
    rates = result.experiment.rates
    if rates is not None and rates.is_paced(group.load):
        found += [Cost(BYTES, _scaled(group, "wire_bytes_per_client_s", HOUR_S))]
        found += [carried(result, group)]
    return found


def _scaled(group: Group, key: str, factor: float) -> Estimate:
    one = group.estimates[key]
    return Estimate(one.value * factor, one.low * factor, one.high * factor, one.trials)


def carried(result: ExperimentResult, group: Group) -> Cost:
    """Clients that one core carries: 1 s of CPU over what one more client takes of it a second.

    Where clients are swept, that is the slope over them (Theil and Sen).  Else it is a client's
    part of all CPU, without what the backend spends when idle, where the window shows that.
    Levels at which the backend is saturated say nothing: it has less than it would take.
    """
    if is_saturated(group):
        return Cost(CARRIED, UNKNOWN)
    siblings = [one for one in _siblings(result, group) if not is_saturated(one)]
    if len({one.load.window.clients for one in siblings}) > 1:
        return Cost(CARRIED, _by_slope(siblings), "slope over clients")
    clients = group.load.window.clients
    idle = [one.value(IDLE) for one in group.used]
    spent = [
        one.value(CPU) - (0.0 if math.isnan(own) else own)
        for one, own in zip(group.used, idle, strict=True)
    ]
    if not spent or not min(spent) > 0:
        return Cost(CARRIED, UNKNOWN)
    basis: Basis = "all of it" if any(math.isnan(own) for own in idle) else "without idle"
    return Cost(CARRIED, estimate([clients * 1e6 / one for one in spent]), basis)


def is_saturated(group: Group) -> bool:
    """Whether a role keeps a core busy, as one event loop does at most, or all keep all cores."""
    shares = [group.estimates[f"{role}_cpu_share"].value for role in BACKEND_ROLES]
    cores = group.estimates["backend_cores"].value
    is_full = group.estimates[CPU].value / 1e6 > BUSY * cores
    return is_full or any(BUSY < share < ONE_LOOP for share in shares)


def _siblings(result: ExperimentResult, group: Group) -> list[Group]:
    """The groups of the pattern that differ from this one in clients only."""

    def rest(one: Group) -> list[tuple[str, object]]:
        return [(name, value) for name, value in one.level.values if name != CLIENTS]

    return [
        one
        for one in result.groups
        if one.pattern == group.pattern and rest(one) == rest(group) and one.used
    ]


def _by_slope(groups: Sequence[Group]) -> Estimate:
    from scipy.stats import theilslopes  # noqa: PLC0415 - slow to import

    points = [(one.load.window.clients, t.value(CPU)) for one in groups for t in one.used]
    found = theilslopes([cpu for _, cpu in points], [clients for clients, _ in points])
    slope, low, high = (float(x) for x in (found.slope, found.low_slope, found.high_slope))
    if not slope > 0:
        return UNKNOWN
    most = 1e6 / low if low > 0 else math.inf
    return Estimate(1e6 / slope, 1e6 / high, most, len(points))


# --- as text ----------------------------------------------------------------------------------


def shown(rows: Sequence[CostRow]) -> list[Quantity]:
    """The quantities that any row has."""
    return [one for one in QUANTITIES if any(row.of(one) for row in rows)]


def value_text(cost: Cost | None) -> str:
    """ "0.0123 cores", "84.1 MB", "22,400"; at least so many where idle time could not be told."""
    if cost is None:
        return numbers.MISSING
    at_least = "\u2265 " if cost.basis == "all of it" else ""
    return at_least + _with_unit(cost.value.value, cost.quantity.unit)


def interval_text(cost: Cost | None) -> str:
    """Its interval in the unit of the value; nothing where three digits do not show it."""
    if cost is None or not cost.value.has_interval:
        return ""
    value, divisor = cost.value, _size(cost.value.value)[1] if cost.quantity.unit == "B" else 1.0
    parts = Estimate(value.value / divisor, value.low / divisor, value.high / divisor, value.trials)
    if math.isinf(parts.high):
        return f"at least {numbers.number(parts.low)}"
    within = numbers.interval(parts, "\N{EN DASH}")
    low, _, high = within.partition("\N{EN DASH}")
    return "" if low == high else within


def _size(value: float) -> tuple[str, float]:
    return next(((name, size) for name, size in SIZES if value >= size), ("B", 1.0))


def _with_unit(value: float, unit: str) -> str:
    name, divisor = _size(value) if unit == "B" else (unit, 1.0)
    return numbers.amount(numbers.number(value / divisor), name)


def fitted_tables(result: ExperimentResult) -> list[FittedTable]:
    """For the terminal: one for each level whose answer it shows, where anything is known."""
    return [
        _fitted(found, level.text) for level in _said(result) if (found := rows(result, [level]))
    ]


def terminal_caption(result: ExperimentResult) -> str:
    """From what the clients per core of these tables are taken."""
    return caption(rows(result, _said(result)))


def _said(result: ExperimentResult) -> Sequence[Level]:
    return result.levels if is_grid(result) else key_levels(result)


def _fitted(found: Sequence[CostRow], level: str) -> FittedTable:
    quantities = shown(found)
    columns = [Column("pattern", is_key=True), *(Column(one.title, True) for one in quantities)]
    lines = [[row.pattern.title, *(_cell(row.of(one)) for one in quantities)] for row in found]
    return FittedTable(columns, lines, ", ".join(filter(None, ("What it costs", level))))


def _cell(cost: Cost | None) -> str:
    below = interval_text(cost)
    return f"{value_text(cost)}\n{below}" if below else value_text(cost)


def table(result: ExperimentResult) -> Table:
    """For the page and its Markdown: all levels."""
    found = rows(result)
    quantities = shown(found)
    heads = [("level", "level", False)] if result.swept else []
    heads += [("pattern", "pattern", False)]
    heads += [(one.key, one.title, True) for one in quantities]
    lines = []
    for row in found:
        cells = [*([row.group.level.text] if result.swept else []), row.pattern.title]
        for one in quantities:
            within = interval_text(row.of(one))
            cells.append(value_text(row.of(one)) + (f" ({within})" if within else ""))
        lines.append(Line(tuple(cells), row.pattern.name))
    columns = [PresentColumn(key, title, is_number=number) for key, title, number in heads]
    return Table(tuple(columns), tuple(lines))


BASES: dict[Basis, str] = {
    "slope over clients": "the slope of its CPU over the numbers of clients",
    "without idle": "its CPU time less what it spends when idle, divided by the clients",
    "all of it": "its CPU time divided by the clients (\u2265: idle time is in it)",
}


def caption(found: Sequence[CostRow]) -> str:
    """What the brackets are, and from what the clients per core are taken; "" without rows."""
    if not found:
        return ""
    bases = dict.fromkeys(
        BASES[cost.basis] for row in found if (cost := row.of(CARRIED)) and cost.basis
    )
    has_intervals = any(one.value.has_interval for row in found for one in row.costs)
    words = ["Intervals are 95 % intervals over trials."] if has_intervals else []
    if bases:
        words.append(
            "Clients that one core carries follow from what one more client costs the backend: "
            f"{'; or '.join(bases)}. They are computed; bench capacity measures them."
        )
    if any(is_saturated(row.group) for row in found):
        words.append("Where the backend is saturated, their number is unknown.")
    return " ".join(words)
