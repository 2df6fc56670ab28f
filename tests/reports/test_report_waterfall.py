"""The page that stands for a group: which one it is, its parts, and its figure."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from report_builders import near
from report_builders import result as built

from bench.analysis import waterfalls
from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.analysis.shapes import Waterfall
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.experiment import Pieces
from reports import figures
from reports.figures import waterfall

PIECES = Pieces("resource", "open")
OPERATIONS = ("connect", "tick", "resource", "open", "page")
RESOURCE, OPENING, PAGE = 2, 3, 4
T0, MS = 1_000_000_000, 1_000_000


def row(operation: int, sequence: int, *times_ms: float, client: int = 0) -> np.void:
    """One row; the times are intended, sent, first byte and done, in ms after t0."""
    found = np.zeros(1, samples.DTYPE)[0]
    found["operation"], found["client"], found["sequence"] = operation, client, sequence
    names = ("intended_ns", "sent_ns", "first_byte_ns", "done_ns")
    for name, value in zip(names, times_ms, strict=True):
        found[name] = T0 + round(value * MS)
    return found


def page(sequence: int, asked: float, makespan: float, client: int = 0) -> list[np.void]:
    """A page of three resources over one connection that is ready after a third of the time."""
    third, end = asked + makespan / 3, asked + makespan
    return [
        row(RESOURCE, sequence, asked, third, third + 1, third + 2, client=client),
        row(OPENING, sequence, asked, asked, third, third, client=client),
        row(RESOURCE, sequence, asked, third + 2, third + 3, third + 4, client=client),
        row(RESOURCE, sequence, asked, third + 4, third + 5, end, client=client),
        row(PAGE, sequence, asked, asked, third + 1, end, client=client),
    ]


def data(*pages: list[np.void], operations: tuple[str, ...] = OPERATIONS) -> TrialData:
    rows = np.array([one for rows in pages for one in rows], samples.DTYPE)
    none = np.zeros(0, samples.EVENT_DTYPE)
    return TrialData({"clients": 1}, operations, "page", rows, none, T0, T0 + 1000 * MS)


def median_of(*trials: TrialData) -> Waterfall:
    rows = [found for one in trials if (found := waterfalls.piece_rows(one, PIECES)) is not None]
    found = waterfalls.median_outcome(rows)
    assert found is not None
    return found


# --- which page, and what of it ----------------------------------------------------------


@pytest.mark.parametrize(
    ("makespans", "expected"),
    [([30], 30), ([30, 60], 30), ([90, 30, 60], 60), ([90, 30, 60, 45], 45)],
)
def test_the_page_shown_is_the_median_of_all_trials(makespans: list[int], expected: int) -> None:
    """The pages are spread over two trials; of two in the middle the shorter is taken."""
    pages = [page(n, 100 * n, makespan) for n, makespan in enumerate(makespans)]
    half = len(pages) // 2
    found = median_of(*(data(*part) for part in (pages[:half], pages[half:]) if part))
    assert found.makespan_ms == expected
    assert found.outcomes == len(makespans)


def test_its_times_count_from_when_it_was_asked_for() -> None:
    found = median_of(data(page(0, 40, 30)))
    assert found.intended_ms.tolist() == [0, 0, 0]
    assert found.sent_ms.tolist() == [10, 12, 14]
    assert found.first_byte_ms.tolist() == [11, 13, 15]
    assert found.done_ms.tolist() == [12, 14, 30]
    assert (found.pieces, found.every, found.connections) == (3, 1, 1)


def test_a_connection_belongs_to_the_resource_before_it_not_to_others_of_the_same_time() -> None:
    """A browser asks for all at one rounded moment: times alone do not tell."""
    first, opening, second, third, whole = page(0, 40, 30)
    found = median_of(data([first, second, opening, third, whole]))
    assert found.ready_ms.tolist() == [0, 10, 0]


def test_the_rows_of_other_pages_and_clients_are_not_mixed_in() -> None:
    pages = [page(0, 0, 60), page(1, 50, 30), page(0, 0, 90, client=1)]
    interleaved = [rows[n] for n in range(5) for rows in pages]
    found = median_of(data(interleaved))
    assert (found.makespan_ms, found.pieces) == (60, 3)
    assert found.done_ms.tolist() == [22, 24, 60]


def test_pages_that_failed_or_began_outside_the_window_are_not_shown() -> None:
    failed = page(0, 0, 30)
    failed[-1]["outcome"] = samples.FAILED
    before, after = page(1, -50, 60), page(2, 1000, 90)
    nothing = waterfalls.piece_rows(data(failed, before, after), PIECES)
    assert nothing is not None
    assert waterfalls.median_outcome([nothing]) is None
    assert median_of(data(failed, before, after, page(3, 10, 45))).makespan_ms == 45


def test_of_many_resources_every_so_many_are_kept() -> None:
    rows = [row(RESOURCE, 0, n, n + 1, n + 2, n + 3) for n in range(100)]
    found = median_of(data([*reversed(rows), row(PAGE, 0, 0, 0, 2, 102)]))
    assert (found.pieces, found.every) == (100, 3)
    assert found.intended_ms.tolist() == list(range(0, 100, 3))
    assert len(found.done_ms) <= waterfalls.MOST_PIECES


def test_an_experiment_without_pages_has_none(run: Evaluated) -> None:
    assert (
        waterfalls.piece_rows(data(page(0, 0, 30), operations=("a", "b", "c", "d", "e")), PIECES)
        is None
    )
    assert waterfalls.median_outcome([]) is None
    assert all(group.waterfall is None for group in run.experiments[0].groups)


# --- the figure --------------------------------------------------------------------------


def test_the_parts_of_a_bar_follow_one_another() -> None:
    found = waterfall.spans(median_of(data(page(0, 40, 30))))
    assert list(found) == ["setup", "queued", "sent", "receiving"]
    widths = {name: (end - begin).tolist() for name, (begin, end) in found.items()}
    assert widths == {
        "setup": [10, 0, 0],
        "queued": [0, 12, 14],
        "sent": [1, 1, 1],
        "receiving": [1, 1, 15],
    }


def test_a_time_that_is_missing_makes_no_negative_part() -> None:
    whole = median_of(data(page(0, 40, 30)))
    odd = dataclasses.replace(whole, first_byte_ms=np.full(3, -40.0))
    assert all((end >= begin).all() for begin, end in waterfall.spans(odd).values())


def of_pages(*levels: dict[str, float], resources: int = 3) -> ExperimentResult:
    """Patterns with their makespans, one mapping a level."""
    found = built("latency_mean", *({name: near(1.0) for name in level} for level in levels))
    grid = dict(found.grid)
    for level, makespans in zip(found.levels, levels, strict=True):
        for name, makespan in makespans.items():
            shown = median_of(data(page(0, 0, makespan)))
            shown = dataclasses.replace(shown, pieces=resources, every=-(-resources // 3))
            grid[name, level.text] = dataclasses.replace(grid[name, level.text], waterfall=shown)
    experiment = dataclasses.replace(found.experiment, pieces=PIECES)
    return dataclasses.replace(found, grid=grid, experiment=experiment)


def drawn(run: Evaluated, result: ExperimentResult) -> list[tuple[str, figures.Figure]]:
    return next(kind for kind in figures.kinds() if kind.name == "waterfall").figures(run, result)


def test_one_panel_a_pattern_on_one_time_axis(run: Evaluated) -> None:
    ((name, figure),) = drawn(run, of_pages({"one": 60.0, "six": 30.0, "h2": 90.0}))
    assert name == "waterfall"
    panels = [axes for axes in figure.axes if axes.get_visible()]
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles == ["H2: 90.0 ms", "ONE: 60.0 ms", "SIX: 30.0 ms"]
    assert len({axes.get_xlim() for axes in panels}) == 1
    assert panels[0].get_xlim()[1] >= 90
    bars = [one for one in panels[0].collections if isinstance(one, PolyCollection)]
    assert [len(one.get_paths()) for one in bars] == [1, 2, 3, 3]
    assert panels[0].get_ylabel() == "resource"


def test_levels_keep_the_order_of_the_first(run: Evaluated) -> None:
    found = drawn(run, of_pages({"one": 60.0, "six": 30.0}, {"one": 30.0, "six": 60.0, "h2": 9.0}))
    assert [name for name, _ in found] == ["waterfall-clients=1", "waterfall-clients=2"]
    titles = [axes.get_title(loc="left")[:3] for axes in found[1][1].axes if axes.get_visible()]
    assert titles == ["ONE", "SIX", "H2:"]


@pytest.mark.parametrize(
    ("resources", "label"),
    [(3, "resource"), (6, "resource (every 2nd)"), (9, "resource (every 3rd)"),
     (33, "resource (every 11th)"), (63, "resource (every 21st)")],
)  # fmt: skip
def test_that_resources_are_left_out_is_said(run: Evaluated, resources: int, label: str) -> None:
    ((_, figure),) = drawn(run, of_pages({"one": 60.0}, resources=resources))
    assert figure.axes[0].get_ylabel() == label


def test_nothing_is_drawn_where_no_pages_are(run: Evaluated, result: ExperimentResult) -> None:
    assert drawn(run, result) == []


def test_pieces_that_have_a_part_of_their_own_are_named(run: Evaluated) -> None:
    found = of_pages({"one": 60.0, "six": 30.0})
    named = dataclasses.replace(PIECES, names={3: ("a", "b", "c")}, received="passing back")
    experiment = dataclasses.replace(found.experiment, pieces=named)
    ((_, figure),) = drawn(run, dataclasses.replace(found, experiment=experiment))
    axes = figure.axes[0]
    assert [one.get_text() for one in axes.get_yticklabels()] == ["a", "b", "c"]
    assert axes.get_ylabel() == ""
    assert "passing back" in [one.get_text() for one in figure.legends[0].get_texts()]
