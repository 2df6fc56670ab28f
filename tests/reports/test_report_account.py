"""Shares that together are everything: which bars there are, and where there are none."""

from __future__ import annotations

import dataclasses

import pytest
from measured import EXPERIMENTS, PATTERNS
from report_builders import group, near

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from reports import figures
from reports.figures import account

EXPERIMENT = next(one for one in EXPERIMENTS.values() if one.account)
KEYS = [key for key, _ in EXPERIMENT.account]
NAMES = list(PATTERNS[EXPERIMENT.name])[:2]
LEVELS = (Level((("payload", 100),), "payload=100"), Level((("payload", 1000),), "payload=1000"))
SHARES = {NAMES[0]: (0.7, 0.2, 0.1, 0.0), NAMES[1]: (0.25, 0.25, 0.25, 0.25)}


def result(shares: dict[str, tuple[float, ...]] = SHARES) -> ExperimentResult:
    grid = {
        (name, level.text): group(
            name, {key: near(share) for key, share in zip(KEYS, found, strict=False)}, level
        )
        for name, found in shares.items()
        for level in LEVELS
    }
    patterns = tuple(PATTERNS[EXPERIMENT.name][name] for name in shares)
    return ExperimentResult(EXPERIMENT, patterns, tuple(shares), LEVELS, grid, {})


def kind() -> figures.Kind:
    return next(kind for kind in figures.kinds() if kind.name == "account")


def test_each_level_has_a_panel_and_each_pattern_a_bar_without_a_gap(run: Evaluated) -> None:
    ((name, figure),) = kind().figures(run, result())
    assert name == "account"
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert len(panels) == len(LEVELS)
    for axes in panels:
        assert len(axes.patches) == len(KEYS) * len(NAMES)
        ends = [patch.get_x() + patch.get_width() for patch in axes.patches]
        assert ends[len(KEYS) - 1 :: len(KEYS)] == pytest.approx([1.0] * len(NAMES))
        assert len(axes.get_yticklabels()) == len(NAMES)


@pytest.mark.parametrize("shares", [(0.5, 0.2, 0.1, 0.0), (0.7, 0.2)])
def test_what_is_not_the_whole_is_not_drawn(shares: tuple[float, ...]) -> None:
    """A part is missing, or was not measured."""
    found = account.rows_of(result({NAMES[0]: shares, NAMES[1]: SHARES[NAMES[1]]}), LEVELS[0])
    assert [pattern.name for pattern, _ in found] == [NAMES[1]]


def test_an_experiment_without_an_account_has_no_figure(run: Evaluated) -> None:
    assert kind().figures(run, run.experiments[0]) == []
    without = dataclasses.replace(result(), experiment=dataclasses.replace(EXPERIMENT, account=()))
    assert kind().figures(run, without) == []
