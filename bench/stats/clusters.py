"""Percentiles of rows that come in independent units: a broadcast counts once.  Pure.

One event that reaches 1,000 clients late makes 1,000 late rows, and is one thing that happened.
So what carries a percentile, and how far it may be off, is counted in units.  Knows numbers only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bench.stats.distributions import betaincinv, stdtrit
from bench.stats.estimates import samples_needed
from bench.stats.trimmed import CONFIDENCE

TABLE_PER_ROW = 1
"""Entries of the table by which units are numbered, for each row: it takes no more memory."""


@dataclass(frozen=True)
class UnitPercentile:
    """A percentile of rows with its 95 % interval; all NaN where too few units carry it.

    `effective` is how many independent rows would tell as much about the upper end.
    """

    value: float
    low: float
    high: float
    units: int
    effective: float


def percentile_of_units(
    values: np.ndarray, units: np.ndarray, quantile: float, confidence: float = CONFIDENCE
) -> UnitPercentile:
    """The quantile of all rows; `units` names the unit of each row (any integers).

    It needs as many units as a sample of independent rows would need rows (459 for p99).  The
    interval is Korn and Graubard's (Survey Methodology 24, 1998): the variance between units says
    how many independent rows the sample is worth, and Clopper and Pearson's interval for so many
    is read off the ordered rows.  At either end one more unit is supposed that lies wholly beyond
    all others, because what happens once in E units is often not among E of them.
    """
    return percentile_of_clustered(clustered(values, units), quantile, confidence)


@dataclass(frozen=True)
class Clustered:
    """Rows and their units, made ready for several percentiles: `unit` counts from 0."""

    values: np.ndarray
    ordered: np.ndarray
    unit: np.ndarray
    units: int


def clustered(
    values: np.ndarray, units: np.ndarray, ordered: np.ndarray | None = None
) -> Clustered:
    """Of rows and the units that they belong to; `ordered` are the values, where sorted already."""
    count, unit = numbered(units)
    return Clustered(values, np.sort(values) if ordered is None else ordered, unit, count)


def numbered(units: np.ndarray) -> tuple[int, np.ndarray]:
    """How many different integers there are, and each as its rank among them.

    By a table of all numbers in between where that is no longer than the rows: most units are
    numbers without gaps, and to sort millions of rows takes ten times as long.
    """
    if len(units) and np.issubdtype(units.dtype, np.integer):
        least, most = int(units.min()), int(units.max())
        if most - least < TABLE_PER_ROW * len(units):
            offsets = units - least
            is_there = np.zeros(most - least + 1, bool)
            is_there[offsets] = True
            rank = np.cumsum(is_there) - 1
            return int(rank[-1]) + 1, rank[offsets]
    numbers, unit = np.unique(units, return_inverse=True)
    return len(numbers), unit


def percentile_of_clustered(
    rows_in_units: Clustered, quantile: float, confidence: float = CONFIDENCE
) -> UnitPercentile:
    """As `percentile_of_units`."""
    values, ordered, unit = rows_in_units.values, rows_in_units.ordered, rows_in_units.unit
    count = rows_in_units.units
    if count < max(2, samples_needed(quantile)):
        return UnitPercentile(math.nan, math.nan, math.nan, count, math.nan)
    rows = len(ordered)
    value = ordered[min(rows - 1, math.ceil(quantile * rows) - 1)]
    sizes = np.bincount(unit, minlength=count).astype(float)
    below = np.bincount(unit, weights=values <= value, minlength=count)
    size = rows / count
    tail = (1 - confidence) / 2
    above = _effective(np.append(below, 0.0), np.append(sizes, size), tail)
    under = _effective(np.append(below, size), np.append(sizes, size), tail)
    high = float(betaincinv(quantile * above + 1, (1 - quantile) * above, 1 - tail))
    low = float(betaincinv(quantile * under, (1 - quantile) * under + 1, tail))
    last = min(rows, math.ceil(high * (rows + size))) - 1
    first = max(0, math.ceil(low * (rows + size) - size) - 1)
    ends = float(ordered[min(first, rows - 1)]), float(ordered[last])
    return UnitPercentile(float(value), *ends, count, above)


def _effective(below: np.ndarray, sizes: np.ndarray, tail: float) -> float:
    """How many independent rows vary as these units do: p (1 - p) over the share's variance.

    The variance of a ratio (Cochran, Sampling Techniques, 1977); made smaller because it comes
    from the units at hand, and never more than there are rows.
    """
    count, rows = len(sizes), float(sizes.sum())
    share = float(below.sum()) / rows
    left = below - share * sizes
    variance = count / (count - 1) * float((left**2).sum()) / rows**2
    worth = min(share * (1 - share) / variance, rows) if variance > 0 else rows
    known = float(stdtrit(1e9, 1 - tail)) / float(stdtrit(count - 1, 1 - tail))
    return max(1.0, worth * known**2)
