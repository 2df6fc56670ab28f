"""Simulates all cases, keeps the shares, and draws the table of the docs from them."""

from __future__ import annotations

import argparse
import csv
import itertools
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from scipy.stats import binom

from bench import catalog
from bench.tools import characteristics
from bench.tools.characteristics import intervals, verdicts
from bench.tools.characteristics.case import SPREADS, Case, Outcome
from bench.tools.characteristics.noise import Noise
from bench.tools.docs.markdown import table

CASES = (*verdicts.CASES, *intervals.CASES)
KEPT = Path("docs") / "characteristics.csv"

SIMULATION = 0.001
"""How often a share that keeps its bound exactly may look as if it did not, over all cells."""


@dataclass(frozen=True)
class Cell:
    """Outcomes of a case at one scatter, number of repeats and side of the disturbance."""

    rule: str
    situation: str
    truth: str
    spread: float
    repeats: int
    side: int
    runs: int
    yes: int
    no: int

    @property
    def open(self) -> int:
        return self.runs - self.yes - self.no


def simulated(case: Case) -> Iterator[Cell]:
    """All cells of a case."""
    for spread, repeats, side in itertools.product(case.spreads, case.repeats, case.sides):
        yield simulate(case, spread, repeats, side, case.runs)


def simulate(case: Case, spread: float, repeats: int, side: int, runs: int) -> Cell:
    """One cell; it has its own seed, so that it is the same alone."""
    name = f"{case.name}/{spread}/{repeats}/{side}"
    noise = Noise(np.random.default_rng(zlib.crc32(name.encode())), spread, side)
    found: Counter[Outcome] = Counter(case.once(noise, repeats) for _ in range(runs))
    place = (case.rule, case.situation, case.truth, spread, repeats, side)
    return Cell(*place, runs, found["yes"], found["no"])


def bounded(case: Case, cell: Cell) -> bool:
    """Whether wrong answers are as rare as the bound asks, up to the simulation's own error."""
    wrong = cell.yes + cell.no if case.together else max(cell.yes, cell.no)
    cells = sum(
        len(one.spreads) * len(one.repeats) * len(one.sides) for one in CASES if one.is_bounded
    )
    return wrong <= binom.isf(SIMULATION / cells, cell.runs, case.bound)


def write(cells: Iterable[Cell], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [one.name for one in fields(Cell)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(cell) for cell in cells)


def read(path: Path) -> list[Cell]:
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Cell(
                row["rule"], row["situation"], row["truth"], float(row["spread"]),
                *(int(row[key]) for key in ("repeats", "side", "runs", "yes", "no")),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


SIDES = {"true": "true", "edge": "at its edge", "false": "false"}

SETTLED = [f"settled at {spread:.0%}" for spread in SPREADS]
HEADERS = ("statement", "truth", "the statement is", "confirmed", "refuted", *SETTLED)
INTERVALS = ("interval", "of", "wholly above the truth", "wholly below it", "misses it")


def drawn(cells: Sequence[Cell]) -> str:
    """Two tables: of rules that settle a statement, and of intervals."""
    by_case: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        by_case.setdefault((cell.rule, cell.situation), []).append(cell)
    known = [(case, by_case.get((case.rule, case.situation), [])) for case in CASES]
    rows = [_verdict_row(case, found) for case, found in known if found and case.truth in SIDES]
    widths = [
        _interval_row(case, found) for case, found in known if found and case.truth not in SIDES
    ]
    return "\n\n".join([table(HEADERS, rows), table(INTERVALS, widths)])


def _range(shares: Sequence[float]) -> str:
    low, high = f"{min(shares):.1%}", f"{max(shares):.1%}"
    return high if low == high else f"{low} to {high}"


def _share(cells: Sequence[Cell], key: str) -> str:
    """The least and the greatest share over the cells."""
    return _range([getattr(cell, key) / cell.runs for cell in cells])


def _verdict_row(case: Case, cells: Sequence[Cell]) -> tuple[str, ...]:
    """Settled: confirmed or refuted, with 6, 10 and 20 repeats."""
    settled = [
        ", ".join(
            f"{(cell.yes + cell.no) / cell.runs:.0%}"
            for cell in cells
            if cell.side == 1 and cell.spread in (spread, 0.0)
        )
        for spread in (case.spreads if case.scatters else SPREADS[:1])
    ]
    settled += [""] * (len(SPREADS) - len(settled))
    sides = _share(cells, "yes"), _share(cells, "no")
    return case.rule, case.situation, SIDES[case.truth], *sides, *settled


def _interval_row(case: Case, cells: Sequence[Cell]) -> tuple[str, ...]:
    missed = _range([(cell.yes + cell.no) / cell.runs for cell in cells])
    return case.rule, case.situation, _share(cells, "yes"), _share(cells, "no"), missed


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.tools.characteristics", description=characteristics.__doc__
    )
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true")
    choice.add_argument("--show", action="store_true")
    path = catalog.ROOT / KEPT
    if parser.parse_args().show:
        print(drawn(read(path)))
        return 0
    cells = []
    for case in CASES:
        found = list(simulated(case))
        cells += found
        wrong = [cell for cell in found if case.is_bounded and not bounded(case, cell)]
        print(f"{case.name}: {_share(found, 'yes')} yes, {_share(found, 'no')} no", flush=True)
        for cell in wrong:
            print(f"  BOUND EXCEEDED: {cell}", flush=True)
    write(cells, path)
    return 0
