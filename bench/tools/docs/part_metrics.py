"""Every metric."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.analysis.metrics import METRICS, Metric
from bench.tools.docs.markdown import code, table


def part(root: Path) -> str:
    """All metrics that a report may show."""
    return metrics(METRICS)


def metrics(known: Mapping[str, Metric]) -> str:
    """Every entry of METRICS."""
    rows = [(code(m.key), m.unit, m.better, m.title, m.definition) for m in known.values()]
    return table(("key", "unit", "better", "title", "definition"), rows)
