"""The parts of a cost as shares: what they are, and what the figure shows of them."""

from __future__ import annotations

import pytest
from measured import EXPERIMENTS, PATTERNS
from report_builders import group, near

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from reports import figures
from reports.figures import cost_parts

CALLS = EXPERIMENTS["calls"]
SIZES = (Level((("payload", 100),), "payload=100"), Level((("payload", 10_000),), "payload=10000"))
COSTS = {"raw": (80.0, None), "rest_json": (320.0, 80.0), "grpc": (500.0, 450.0)}
"""Of the whole, and of its messages."""


def result(costs: dict[str, tuple[float, float | None]] = COSTS) -> ExperimentResult:
    parts = CALLS.cost_parts
    assert parts is not None
    patterns = tuple(PATTERNS["calls"][name] for name in costs)
    grid = {
        (name, level.text): group(
            name,
            {parts.whole: near(whole)} | ({parts.part: near(part)} if part else {}),
            level,
        )
        for name, (whole, part) in costs.items()
        for level in SIZES
    }
    return ExperimentResult(CALLS, patterns, tuple(costs), SIZES, grid, {})


def kind() -> figures.Kind:
    return next(kind for kind in figures.kinds() if kind.name == "cost_parts")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("rest_json", (0.25, 0.25, 0.5)),
        ("grpc", (0.1, 0.9, 0.0)),  # the floor and the part are together more than the whole
        ("raw", None),
    ],
)
def test_shares_are_of_the_whole_and_add_up(
    name: str, wanted: tuple[float, float, float] | None
) -> None:
    parts = CALLS.cost_parts
    assert parts is not None
    found = cost_parts.shares(result(), parts, PATTERNS["calls"][name], SIZES[0])
    assert found == (None if wanted is None else pytest.approx(wanted))
    assert found is None or sum(found) == pytest.approx(1)


def test_without_the_floor_or_the_part_there_is_no_figure(run: Evaluated) -> None:
    for costs in ({"rest_json": (320.0, 80.0)}, {"raw": (80.0, None), "rest_json": (320.0, None)}):
        assert kind().figures(run, result(costs)) == []
    assert kind().figures(run, run.experiments[0]) == [], "it says nothing of its cost's parts"


def test_each_pattern_has_a_panel_and_each_level_a_bar(run: Evaluated) -> None:
    ((name, figure),) = kind().figures(run, result())
    assert name == "cost-parts"
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in panels] == ["REST with JSON", "gRPC"]
    for axes, amount in zip(panels, ("320", "500"), strict=True):
        assert [tick.get_text() for tick in axes.get_xticklabels()] == ["100B", "10kB"]
        assert axes.get_xlabel() == "payload"
        assert [
            text.get_text().split("\N{NO-BREAK SPACE}")[0].split()[0] for text in axes.texts
        ] == [amount] * 2
        assert len(axes.patches) == 2 * 3
