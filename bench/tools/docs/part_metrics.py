"""Every metric: the shared ones, then each experiment's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench import catalog
from bench.analysis.metrics import SHARED, Metric
from bench.model.outcome import OutcomeNoun
from bench.tools.docs.markdown import code, table


def part(root: Path) -> str:
    """All metrics that a report may show."""
    parts = [metrics(SHARED, OutcomeNoun())]
    for name, experiment in catalog.experiments(root).items():
        if experiment.metrics:
            own = metrics(experiment.metrics, experiment.noun)
            parts.append(f"### Only in {code(name)}\n\n{own}")
    return "\n\n".join(parts)


def metrics(known: Mapping[str, Metric], noun: OutcomeNoun) -> str:
    """A row for each, in the words of the noun."""
    worded = [metric.worded(noun) for metric in known.values()]
    rows = [(code(m.key), m.unit, m.better, m.title, m.definition) for m in worded]
    return table(("key", "unit", "better", "title", "definition"), rows)
