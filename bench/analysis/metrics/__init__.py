"""METRICS: every number that a report may show, defined in one place.  Pure.

A metric is a key, a unit, a definition, a better-direction and a function of
one trial's raw data.  It must not know where the data came from nor how the
value is drawn.  A new metric is one entry in a file of this folder; a new file
is found by being there.
"""

import importlib
import pkgutil

from bench.analysis.metrics.registry import BACKEND_ROLES, METRICS, Metric, compute
from bench.analysis.trialdata import TrialData

__all__ = ["BACKEND_ROLES", "METRICS", "Metric", "TrialData", "compute"]

for _found in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_found.name}")
