"""Who pays for an outcome: bars of amounts that stand on one another."""

from __future__ import annotations

import pytest
from measured import EXPERIMENTS, PATTERNS
from report_builders import group, near

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from reports import figures
from reports.figures import cost_stack

SIDECAR = EXPERIMENTS["sidecar"]
RATES = tuple(Level((("request_rate", rate),), f"request_rate={rate}") for rate in (100, 500))
COSTS = {"direct": (100.0, None, None, 50.0), "envoy_pair": (120.0, 200.0, 180.0, 60.0)}


def result(costs: dict[str, tuple[float | None, ...]] = COSTS) -> ExperimentResult:  # type: ignore[assignment]
    keys = [key for key, _ in SIDECAR.cost_stack]
    grid = {
        (name, level.text): group(
            name,
            {key: near(one) for key, one in zip(keys, parts, strict=True) if one is not None},
            level,
        )
        for name, parts in costs.items()
        for level in RATES
    }
    patterns = tuple(PATTERNS["sidecar"][name] for name in costs)
    return ExperimentResult(SIDECAR, patterns, tuple(costs), RATES, grid, {})


def kind() -> figures.Kind:
    return next(one for one in figures.kinds() if one.name == "cost_stack")


def test_a_part_that_a_pattern_lacks_is_nothing() -> None:
    rows = cost_stack.rows_of(result(), RATES[0])
    assert [(pattern.name, parts) for pattern, parts in rows] == [
        ("direct", (100.0, 0.0, 0.0, 50.0)),
        ("envoy_pair", (120.0, 200.0, 180.0, 60.0)),
    ]


def test_bars_begin_where_the_one_before_ends(run: Evaluated) -> None:
    ((name, figure),) = kind().figures(run, result())
    assert name == "cost-stack"
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert len(panels) == len(RATES)
    pair = panels[0].patches[4:]
    assert [bar.get_x() for bar in pair] == pytest.approx([0, 120, 320, 500])
    assert [text.get_text().strip()[:3] for text in panels[0].texts] == ["150", "560"]


def test_without_parts_there_is_no_figure(run: Evaluated) -> None:
    assert kind().figures(run, run.experiments[0]) == [], "it says nothing of who pays"
    assert kind().figures(run, result({"direct": (None,) * 4})) == []
