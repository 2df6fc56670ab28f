"""The curve that an experiment is about: drawn where it was swept, with every pattern and law."""

from __future__ import annotations

from measured import EXPERIMENTS, PATTERNS
from report_builders import group, near

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from reports import figures

FAN_OUT = EXPERIMENTS["fan_out"]
KEY = "publisher_ms"
LEVELS = tuple(Level((("clients", n),), f"clients={n}") for n in (1, 20, 200))
TIMES = {"direct_serial": (0.5, 8.0, 80.0), "rabbitmq_fanout": (0.05, None, 0.06)}


def result(times: dict[str, tuple[float | None, ...]]) -> ExperimentResult:
    grid = {
        (name, level.text): group(name, {KEY: near(value)}, level)
        for name, values in times.items()
        for level, value in zip(LEVELS, values, strict=True)
        if value is not None
    }
    patterns = tuple(PATTERNS["fan_out"][name] for name in times)
    return ExperimentResult(FAN_OUT, patterns, tuple(times), LEVELS, grid, {})


def kind() -> figures.Kind:
    return next(kind for kind in figures.kinds() if kind.name == "main_curve")


def test_all_patterns_are_on_one_figure_with_logarithmic_axes(run: Evaluated) -> None:
    ((name, figure),) = kind().figures(run, result(TIMES))
    assert name.startswith("main_curve")
    (axes,) = figure.get_axes()
    assert axes.get_yscale() == axes.get_xscale() == "log"
    low, high = axes.get_ylim()
    assert low < 0.05
    assert high > 80
    texts = {text.get_text() for legend in figure.legends for text in legend.get_texts()}
    assert len(texts) == 2, "each pattern is named once"


def test_where_it_was_not_swept_there_is_no_figure(run: Evaluated) -> None:
    assert kind().figures(run, result({"direct_serial": (0.5, None, None)})) == []
    assert kind().figures(run, run.experiments[0]) == [], "another experiment has no such curve"
