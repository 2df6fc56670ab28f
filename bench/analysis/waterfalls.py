"""From the rows of pages and their resources to the one page that a report shows.  Pure.

Operations `page`, `resource` and `open` with one client and sequence number are one
page: when it was asked for, its resources, and the connections opened for them.  Knows
no experiment, no file and no figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.analysis.evaluated import Waterfall
from bench.analysis.trialdata import TrialData
from bench.model import samples

PAGE, RESOURCE, OPENING = "page", "resource", "open"
MOST_RESOURCES = 40
"""More bars than this cannot be distinguished in a panel: every second, third, ... is kept."""

NS_PER_MS = 1e6


@dataclass(frozen=True)
class PageRows:
    """One trial's rows of whole pages (of the window), and those of resources and connections.

    The latter in the order in which they were written: a connection's row follows that of
    the resource for which it was opened.
    """

    pages: np.ndarray
    parts: np.ndarray
    is_opening: np.ndarray

    @property
    def makespans_ns(self) -> np.ndarray:
        found: np.ndarray = self.pages["done_ns"] - self.pages["intended_ns"]
        return found


def page_rows(data: TrialData) -> PageRows | None:
    """None where a trial loads no pages."""
    if PAGE not in data.operations or RESOURCE not in data.operations:
        return None
    pages = data.select(PAGE)
    # Not the window's only: its last page may ask for resources after it.
    operation = data.rows["operation"]
    is_opening = np.zeros(len(operation), bool)
    if OPENING in data.operations:
        is_opening = operation == data.operations.index(OPENING)
    kept = is_opening | (operation == data.operations.index(RESOURCE))
    return PageRows(pages[pages["outcome"] == samples.OK], data.rows[kept], is_opening[kept])


def median_page(trials: Sequence[PageRows]) -> Waterfall | None:
    """The page whose makespan is the median of all (of two in the middle the shorter)."""
    makespans = np.concatenate([one.makespans_ns for one in trials]) if trials else np.zeros(0)
    if not len(makespans):
        return None
    place = int(np.argsort(makespans, kind="stable")[(len(makespans) - 1) // 2])
    for one in trials:
        if place < len(one.pages):
            return _waterfall(one, one.pages[place], len(makespans))
        place -= len(one.pages)
    raise AssertionError("the place lies within one of the trials")


def _waterfall(trial: PageRows, page: np.void, pages: int) -> Waterfall | None:
    of_page = (trial.parts["client"] == page["client"]) & (
        trial.parts["sequence"] == page["sequence"]
    )
    parts, is_opening = trial.parts[of_page], trial.is_opening[of_page]
    resources = parts[~is_opening]
    if not len(resources):
        return None
    ready_ns = _ready_ns(parts, is_opening)
    every = -(-len(resources) // MOST_RESOURCES)
    order = np.argsort(resources["intended_ns"], kind="stable")[::every]
    asked_ns = int(page["intended_ns"])

    def since_asked_ms(times_ns: np.ndarray) -> np.ndarray:
        found: np.ndarray = (times_ns[order] - asked_ns) / NS_PER_MS
        return found

    return Waterfall(
        since_asked_ms(resources["intended_ns"]),
        since_asked_ms(ready_ns),
        since_asked_ms(resources["sent_ns"]),
        since_asked_ms(resources["first_byte_ns"]),
        since_asked_ms(resources["done_ns"]),
        makespan_ms=float(page["done_ns"] - asked_ns) / NS_PER_MS,
        resources=len(resources),
        every=every,
        connections=int(np.count_nonzero(is_opening)),
        pages=pages,
    )


def _ready_ns(parts: np.ndarray, is_opening: np.ndarray) -> np.ndarray:
    """When the connection opened for each resource was ready; as asked where none was."""
    ready: np.ndarray = parts["intended_ns"][~is_opening]
    before = np.cumsum(~is_opening)[is_opening] - 1
    known = before >= 0
    ready[before[known]] = parts["done_ns"][is_opening][known]
    return ready
