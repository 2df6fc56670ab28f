"""The project's own experiments, patterns and metrics, read once for all that ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench import catalog
from bench.analysis import findings, metrics
from bench.analysis.metrics import metrics_of_all
from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding

EXPERIMENTS = catalog.experiments()
METRICS = metrics_of_all(EXPERIMENTS.values())
PATTERNS = {name: catalog.patterns(name) for name in EXPERIMENTS}
"""Of each experiment, by name."""


def compute(data: TrialData, keys: Sequence[str] | None = None) -> dict[str, float]:
    """All (or the named) metrics of all experiments."""
    return metrics.compute(data, METRICS, keys)


def of_trial(
    data: TrialData,
    counted: int,
    values: Mapping[str, float],
    experiment: str = "notifications",
) -> list[Finding]:
    """The findings of a trial of one experiment."""
    return findings.of_trial(data, counted, values, EXPERIMENTS[experiment])
