"""One value, one meaning: what a table of values may not show, for tests of several kinds."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

STEPS = ("p50", "p90", "p99", "p999", "max")


def out_of_order(values: Iterable[tuple[str, float]]) -> list[str]:
    """The families (latency, makespan, ...) of which a lower step exceeds a higher one."""
    families: dict[str, dict[str, float]] = defaultdict(dict)
    for key, value in values:
        family, _, step = key.rpartition("_")
        if step in STEPS and not math.isnan(value):
            families[family][step] = value
    found = []
    for family, steps in families.items():
        known = [steps[step] for step in STEPS if step in steps]
        if known != sorted(known):
            found.append(f"{family}: {steps}")
    return found


def summary_out_of_order(path: Path) -> list[str]:
    """What `out_of_order` finds in any group of a summary.csv; AssertionError where it is empty."""
    groups: dict[tuple[str, ...], list[tuple[str, float]]] = defaultdict(list)
    with path.open() as file:
        for row in csv.DictReader(file):
            place = (row["experiment"], row["pattern"], row["level"], row["origin"])
            groups[place].append((row["metric"], float(row["value"])))
    assert groups, f"{path} has no rows"
    return [text for values in groups.values() for text in out_of_order(values)]
