"""What is known of how much whole runs of one machine differ: its A/A history.  Pure.

The history is one pattern's runs of the same plan, again and again.  Must not know where it
is kept nor how a run is made.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.analysis.evaluated import Group
from bench.model.records import RunFile
from bench.stats.estimates import CONFIDENCE
from bench.stats.two_samples import holm
from bench.stats.two_sides import compare_sides
from bench.stats.variance import RunNoise, components

FALSE = ("lower", "higher")
"""Verdicts that cannot be true of a pattern against itself."""

BY_MACHINE = ("cpu", "cores")
"""Facts of the environment that make a machine; containers change their host's name."""

FEWEST_RUNS = 10
"""Of fewer runs their spread is not known well enough to be a floor for others."""


@dataclass(frozen=True)
class PastRun:
    """One run: when it was made, of which code, and the value of each trial by metric."""

    created: str
    code: str
    values: dict[str, list[float]]


@dataclass(frozen=True)
class History:
    """The runs of one machine, in their order."""

    version: int
    machine: dict[str, str]
    pattern: str
    settings: list[str]
    runs: list[PastRun] = field(default_factory=list)

    @property
    def latest(self) -> list[PastRun]:
        """The runs of the code that was measured last: others may differ by more than noise."""
        return [one for one in self.runs if one.code == self.runs[-1].code]

    @property
    def until(self) -> str:
        """The day of the last run."""
        return self.runs[-1].created[:10] if self.runs else ""


def machine_of(file: RunFile) -> dict[str, str]:
    """The machine that a run was made on."""
    return {name: str(file.environment.get(name, "")) for name in BY_MACHINE}


def values_of(group: Group) -> dict[str, list[float]]:
    """The value of each usable trial, of all metrics that have one."""
    found = {
        key: [value for one in group.used if not math.isnan(value := one.value(key))]
        for key, entry in group.estimates.items()
        if not math.isnan(entry.value)
    }
    return {key: values for key, values in found.items() if values}


def noise_of(runs: Sequence[PastRun], keys: Sequence[str] = ()) -> dict[str, RunNoise]:
    """The run-to-run spread of each metric's logarithm (or of `keys`); of values at 0 none."""
    if len(runs) < FEWEST_RUNS:
        return {}
    found = {}
    for key in keys or dict.fromkeys(key for one in runs for key in one.values):
        sets = [one.values[key] for one in runs if key in one.values]
        if len(sets) >= FEWEST_RUNS and all(value > 0 for run in sets for value in run):
            spread = components([[math.log(value) for value in run] for run in sets]).between_runs
            found[key] = RunNoise(spread, len(sets))
    return {key: one for key, one in found.items() if not math.isnan(one.between_runs)}


@dataclass(frozen=True)
class Verdicts:
    """Of one metric over pairs of runs: how many there were, and how many differ falsely.

    `by_trials` by trials alone, `false` with the spread of the other runs, `corrected` after
    Holm's correction over the metrics of a pair.
    """

    made: int = 0
    by_trials: int = 0
    false: int = 0
    corrected: int = 0

    def __add__(self, other: Verdicts) -> Verdicts:
        return Verdicts(
            self.made + other.made,
            self.by_trials + other.by_trials,
            self.false + other.false,
            self.corrected + other.corrected,
        )


@dataclass(frozen=True)
class Tally:
    """All pairs that can be judged: the verdicts of each metric, and how many have a false one.

    `pairs_by_trials` is the same by trials alone, both after Holm's correction.
    """

    pairs: int
    metrics: Mapping[str, Verdicts]
    false_pairs: int
    pairs_by_trials: int


def judged(runs: Sequence[PastRun], keys: Sequence[str]) -> Tally:
    """Each run against the next one, in pairs; the spread is that of all runs but these two."""
    metrics = dict.fromkeys(keys, Verdicts())
    false_pairs = by_trials = 0
    pairs = 0
    for pair in range(len(runs) // 2):
        a, b = runs[2 * pair], runs[2 * pair + 1]
        noise = noise_of([*runs[: 2 * pair], *runs[2 * pair + 2 :]], keys)
        bare, known = _pair(a, b, keys, {}), _pair(a, b, keys, noise)
        for key in keys:
            metrics[key] += Verdicts(
                int(known[key].is_made),
                int(bare[key].is_false),
                int(known[key].is_false),
                int(known[key].is_false_corrected),
            )
        pairs += any(one.is_made for one in known.values())
        false_pairs += any(one.is_false_corrected for one in known.values())
        by_trials += any(one.is_false_corrected for one in bare.values())
    return Tally(pairs, metrics, false_pairs, by_trials)


@dataclass(frozen=True)
class _Judged:
    is_made: bool
    is_false: bool
    is_false_corrected: bool


def _pair(
    a: PastRun, b: PastRun, keys: Sequence[str], noise: Mapping[str, RunNoise]
) -> dict[str, _Judged]:
    """One pair of runs, metric by metric, as `bench compare` judges it."""
    found = {
        key: compare_sides([a.values.get(key, [])], [b.values.get(key, [])], noise.get(key))[0]
        for key in keys
    }
    corrected = holm([one.p_value for one in found.values()])
    return {
        key: _Judged(one.has_interval, one.verdict in FALSE, one.verdict_at(p) in FALSE)
        for (key, one), p in zip(found.items(), corrected, strict=True)
    }


def most_false(pairs: int) -> int:
    """How many of so many pairs may differ falsely."""
    return math.floor(pairs * (1 - CONFIDENCE) + 1e-9)
