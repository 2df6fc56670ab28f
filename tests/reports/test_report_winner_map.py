"""The map of who is ahead: which cells there are, and which of them are settled."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from make_run import make_run
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from measured import EXPERIMENTS
from report_builders import group, near, trial

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level, TrialResult
from bench.model.pattern import Pattern
from bench.results.evaluation import evaluate
from reports import figures
from reports.figures import winner_map
from reports.style import look

KEY = "latency_p50"


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    folder = tmp_path_factory.mktemp("results") / "crossed"
    names, settings = ("short_polling", "sse", "floor"), {"duration_s": 1.0, "poll_interval_s": 0.2}
    return evaluate(
        make_run(folder, names=names, clients=(4, 8, 12), rates=(4.0, 8.0), spoil=False, **settings)
    )


def kind() -> figures.Kind:
    return next(kind for kind in figures.kinds() if kind.name == "winner_map")


def test_only_where_two_parameters_are_swept_together(
    swept: Evaluated, run: Evaluated, apart: Evaluated
) -> None:
    for evaluated in (swept, run, apart):
        assert kind().figures(evaluated, evaluated.experiments[0]) == []
    assert len(apart.experiments[0].swept) == 2


def test_a_cell_has_the_best_patterns_colour_and_value(crossed: Evaluated) -> None:
    result = crossed.experiments[0]
    ((name, figure),) = kind().figures(crossed, result)
    assert name == "winner-map"
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "latency p50 (ms)",
        "wire bytes per event (B)",
        "backend CPU per event (µs)",
    ]
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["4", "8", "12"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["4/s", "8/s"]
    squares = [one for one in axes.patches if isinstance(one, Rectangle) and not one.get_hatch()]
    assert {to_hex(one.get_facecolor()) for one in squares} == {look(result, "sse").colour}
    assert len(squares) == len(axes.texts) == 6


def test_the_map_needs_no_single_colour(crossed: Evaluated) -> None:
    """The page turns its own ink with the scheme; a number on a cell must not turn with it."""
    ((_, figure),) = kind().figures(crossed, crossed.experiments[0])
    inks = {text.get_color() for axes in figure.axes for text in axes.texts}
    assert inks <= {winner_map.DARK, winner_map.LIGHT}


def trials(pattern: str, values: list[float], first: int = 1) -> tuple[TrialResult, ...]:
    found = []
    for repeat, value in enumerate(values, first):
        one = trial(pattern)
        plan = dataclasses.replace(one.record.trial, repeat=repeat)
        record = dataclasses.replace(one.record, trial=plan)
        found.append(dataclasses.replace(one, record=record, metrics={KEY: value}))
    return tuple(found)


LEVEL = Level((("clients", 1), ("event_rate", 1.0)), "clients=1 event_rate=1/s")


def result_of(**values: list[float]) -> ExperimentResult:
    patterns = tuple(Pattern("notifications", name, name.upper(), "") for name in values)
    grid = {
        (name, LEVEL.text): group(
            name, {KEY: near(sum(of) / len(of))}, LEVEL, trials=trials(name, of)
        )
        for name, of in values.items()
    }
    return ExperimentResult(
        EXPERIMENTS["notifications"], patterns, tuple(values), (LEVEL,), grid, {}
    )


@pytest.mark.parametrize(
    ("values", "best", "settled"),
    [
        ({"a": [1.0, 1.1, 0.9], "b": [2.0, 2.2, 1.8]}, "a", True),  # the ratio is always 2
        ({"a": [1.0, 1.5, 0.5], "b": [1.2, 0.9, 1.1]}, "a", False),
        ({"a": [2.0, 2.1, 2.2], "b": [1.0, 1.05, 1.1], "c": [9.0, 9.1, 9.2]}, "b", True),
        ({"a": [1.0], "b": [2.0]}, "a", False),  # one trial settles nothing
        ({"a": [1.0, 1.1, 0.9]}, "a", True),  # nobody else has a value
        ({"a": [1.0, 1.1], "b": [1.0, 1.1]}, "a", False),  # the same: nobody is ahead
    ],
)
def test_what_the_pairs_do_not_tell_apart_is_not_settled(
    values: dict[str, list[float]], best: str, settled: bool
) -> None:
    result = result_of(**values)
    cell = winner_map.cell_of(result, result.patterns, LEVEL, KEY)
    assert cell is not None
    assert (cell.best.name, cell.is_settled) == (best, settled)


def test_only_repeats_that_both_have_are_compared() -> None:
    first = group("a", {}, LEVEL, trials=trials("a", [1.0, 2.0, 3.0]))
    second = group("b", {}, LEVEL, trials=trials("b", [20.0, 30.0, 40.0], first=2))
    assert winner_map.paired([first, second], KEY) == ([2.0, 3.0], [20.0, 30.0])
    assert winner_map.paired([first, None], KEY) == ([], [])


def test_it_is_the_same_bytes_each_time(crossed: Evaluated, tmp_path: Path) -> None:
    first, again = (kind().figures(crossed, crossed.experiments[0])[0][1] for _ in range(2))
    first.savefig(tmp_path / "a.png")
    again.savefig(tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
