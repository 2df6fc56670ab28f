"""A registry of metrics: where a file enters what it defines.  Pure.

The shared ones stand in SHARED; an experiment has a registry of its own in its metrics.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from bench import catalog
from bench.analysis.milliseconds import mean_ms
from bench.analysis.trialdata import TrialData
from bench.model.metric import Better, Counts, Metric
from bench.model.part import CLIENT_ROLES
from bench.stats.estimates import percentile_of_ordered

ROLES = catalog.roles()
"""The roles of parts, services and proxies, as their files declare them."""

OTHER_ROLES = ("generator", "link", *CLIENT_ROLES)
"""Roles that are metered beside the backend; every further one belongs to it."""

BACKEND_ROLES = tuple(role for role in ROLES if role not in OTHER_ROLES)

GREATEST = 1.0
"""The quantile that the greatest value is."""

Function = Callable[[TrialData], float]
Counting = Callable[[TrialData], Counts | None]
Choice = Callable[[TrialData], np.ndarray]


class Registry(dict[str, Metric]):
    """Metrics by key, in the order of their definition."""

    def add(self, metric: Metric) -> None:
        """Enter a metric; ValueError where its key is taken."""
        if metric.key in self:
            raise ValueError(f"metric {metric.key}: defined twice")
        self[metric.key] = metric

    def metric(
        self,
        key: str,
        unit: str,
        title: str,
        definition: str,
        better: Better,
        counts: Counting | None = None,
    ) -> Callable[[Function], Function]:
        """Enter a function of a trial as a metric; `counts`: see Metric."""

        def enter(function: Function) -> Function:
            self.add(Metric(key, unit, title, definition, better, function, counts=counts))
            return function

        return enter

    def counted(
        self, key: str, unit: str, title: str, definition: str, better: Better
    ) -> Callable[[Counting], Counting]:
        """Enter what a function counts in a trial as a metric: hits / of, NaN where it is None."""

        def enter(counts: Counting) -> Counting:
            def function(data: TrialData) -> float:
                found = counts(data)
                return math.nan if found is None else found.hits / found.of

            self.add(Metric(key, unit, title, definition, better, function, counts=counts))
            return counts

        return enter

    def quantiles(
        self, prefix: str, title: str, definition: str, raw: Choice, rows: Choice | None = None
    ) -> None:
        """Enter `prefix`_p50, _p90, _p99, _p999 in milliseconds over raw nanoseconds.

        `rows` are those that the values are of, where several may be one observation.
        """
        for suffix, quantile in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)):
            share = f"{quantile * 100:g} %"

            def function(data: Any, quantile: float = quantile) -> float:
                units = None if rows is None else data.units_in(rows)
                return percentile_of_ordered(data.ordered(raw), quantile, units) / 1e6

            self.add(
                Metric(
                    f"{prefix}_{suffix}",
                    "ms",
                    f"{title} {suffix}",
                    f"{share} of {definition} are at most this.",
                    "lower",
                    function,
                    raw,
                    quantile,
                    rows,
                )
            )

    def mean(
        self, key: str, title: str, definition: str, raw: Choice, rows: Choice | None = None
    ) -> None:
        """Enter the mean of raw nanoseconds, in milliseconds; `rows` as for `quantiles`."""

        def function(data: Any) -> float:
            return mean_ms(data.once(raw))

        self.add(Metric(key, "ms", title, definition, "lower", function, raw, None, rows))

    def greatest(self, key: str, title: str, definition: str, raw: Choice) -> None:
        """Enter the greatest of raw nanoseconds, in milliseconds: their quantile 1."""

        def function(data: Any) -> float:
            return percentile_of_ordered(data.ordered(raw), GREATEST) / 1e6

        self.add(Metric(key, "ms", title, definition, "lower", function, raw, GREATEST))


SHARED = Registry()
