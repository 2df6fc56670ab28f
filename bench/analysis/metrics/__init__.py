"""Every number that a report may show, each defined in one place.  Pure.

A metric is a key, a unit, a definition, a better-direction and a function of
one trial's raw data.  It must not know where the data came from nor how the
value is drawn.  Those of every experiment stand in the files of this folder (a new
file is found by being there), those of one experiment in its metrics.py.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping, Sequence

from bench.analysis.metrics.registry import BACKEND_ROLES, ROLES, SHARED, Registry
from bench.analysis.trialdata import TrialData
from bench.model.experiment import Experiment
from bench.model.metric import Counts, Metric

__all__ = [
    "BACKEND_ROLES",
    "ROLES",
    "SHARED",
    "Metric",
    "Registry",
    "TrialData",
    "compute",
    "counts_of",
    "metrics_of",
    "metrics_of_all",
]

for _found in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_found.name}")


def metrics_of(experiment: Experiment) -> Mapping[str, Metric]:
    """The shared metrics and the experiment's own; ValueError where one has a shared key."""
    for key in experiment.metrics:
        if key in SHARED:
            raise ValueError(f"{experiment.name}: {key} is a shared metric; give it another key")
    return {**SHARED, **experiment.metrics}


def metrics_of_all(experiments: Iterable[Experiment]) -> dict[str, Metric]:
    """The shared metrics and those of several experiments; a key means the same in all."""
    found = dict(SHARED)
    for experiment in experiments:
        found |= metrics_of(experiment)
    return found


def compute(
    data: TrialData, metrics: Mapping[str, Metric], keys: Sequence[str] | None = None
) -> dict[str, float]:
    """All (or the named) metrics of one trial; NaN where one does not apply."""
    return {key: float(metrics[key].function(data)) for key in (keys or metrics)}


def counts_of(data: TrialData, metrics: Mapping[str, Metric]) -> dict[str, Counts]:
    """What those metrics of one trial counted that say so."""
    found = {key: one.counts(data) for key, one in metrics.items() if one.counts is not None}
    return {key: counts for key, counts in found.items() if counts is not None}
