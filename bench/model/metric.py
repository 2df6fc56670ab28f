"""One number of a trial as data: key, unit, texts, better direction, and how to get it.

Must not know any metric.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bench.model.outcome import OutcomeNoun

Better = Literal["lower", "higher", "neither"]


@dataclass(frozen=True)
class Counts:
    """What a metric counted in one trial: its value is hits / of.

    Of a share `of` are the independent observations and `hits` those that are as asked; of a
    count `hits` are the events that were seen in the exposure `of` (seconds, pages, trials).
    Observations that come together (the deliveries of one broadcast) are one, so `hits` may be
    a fraction.  Of an amount (bytes) `hits` is what `units` independent units (replies) have
    together, and chance decides only whether one of them has another amount than the others.
    """

    hits: float
    of: float
    kind: Literal["share", "count", "amount"]
    units: float = 0.0

    def more(self, factor: float) -> Counts:
        """What would have been counted in so many times as much."""
        return Counts(self.hits * factor, self.of * factor, self.kind, self.units * factor)

    def times(self, factor: float) -> Counts | None:
        """The same counted per so much less: the value is `factor` times as much.

        None of a share, which is of its observations and of nothing else.
        """
        if self.kind == "share":
            return self if factor == 1 else None
        return Counts(self.hits, self.of / factor, self.kind, self.units)


@dataclass(frozen=True)
class Metric:
    """One number of a trial: what it is, and how to get it.

    `title` and `definition` are templates, filled by an experiment's noun (OutcomeNoun).
    `function` takes a trial's data (bench.analysis.trialdata).  `raw` (where set) gives the
    raw values in ns whose quantile `quantile` (None: whose mean) is meant, so that a report can
    take it over all samples of several trials.  `rows` gives the rows that they are of, where
    several may belong to one independent observation (Unit); without it each is one by itself.
    `counts` (where set) gives what the number counted, so that trials that do not differ still
    have an interval; None where nothing was counted.
    """

    key: str
    unit: str
    title: str
    definition: str
    better: Better
    function: Callable[[Any], float]
    raw: Callable[[Any], np.ndarray] | None = None
    quantile: float | None = None
    rows: Callable[[Any], np.ndarray] | None = None
    counts: Callable[[Any], Counts | None] | None = None

    def worded(self, noun: OutcomeNoun) -> Metric:
        """The same with title and definition in the words of an experiment."""
        return dataclasses.replace(
            self, title=noun.fill(self.title), definition=noun.fill(self.definition)
        )
