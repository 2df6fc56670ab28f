"""How often the opening of a report errs, from two repeats on, and what it finds: by simulation.

    python -m bench.tools.characteristics.openings

prints the tables of docs/verdicts.md in about a minute.  Knows shapes of noise and the
comparison that is simulated (bench.stats.contrasts); no metric and no report.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.stats.contrasts import contrast
from bench.stats.two_samples import Shift
from bench.tools.docs.markdown import table

REPEATS = (2, 3, 4, 5, 6, 10)
SPREADS = (0.05, 0.2)
RATIOS = (1.5, 3.0, 20.0)
FACTOR = 4.0
"""How many times the one's spread the other has, where they differ in it."""

PATTERNS, METRICS = 2, 3
FAMILY = PATTERNS * METRICS + 1
"""An opening: two patterns against a reference in three metrics, and each other in the first."""

CASES = 100_000
ERROR = 0.05
CORRELATION = 0.3
FAR = 5.0
ROUNDS = 3.0

Shape = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
"""Trials along the last axis, repeats in order; the patterns of a run along the first."""


def normal(random: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    return random.normal(size=size)


def student(random: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    """Three degrees of freedom, with a standard deviation of 1."""
    return random.standard_t(3, size) / math.sqrt(3)


def far(random: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    """One trial in ten lies far above the others."""
    return random.normal(size=size) + FAR * (random.random(size) < 0.1)


def humps(random: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    """A trial is fast or slow."""
    return random.choice((-1.0, 1.0), size) + random.normal(0, 0.3, size)


def neighbours(random: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    """Each of a pattern's trials resembles the one before it."""
    found = random.normal(size=size)
    rest = math.sqrt(1 - CORRELATION**2)
    for place in range(1, size[-1]):
        found[..., place] = CORRELATION * found[..., place - 1] + rest * found[..., place]
    return found


def rounds(random: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    """What happens in a round meets all patterns, and spreads more than they do."""
    return random.normal(size=size) + ROUNDS * random.normal(size=(1, *size[1:]))


SHAPES: dict[str, Shape] = {
    "normal": normal,
    "Student's t, 3 degrees": student,
    "one trial in ten far off": far,
    "two humps": humps,
    "neighbours correlated": neighbours,
    "rounds in common": rounds,
}


@dataclass(frozen=True)
class Found:
    """Shares of comparisons, or of openings, that found a difference."""

    single: float
    opening: float


def generator(*parts: object) -> np.random.Generator:
    """Each cell has its own seed, so that it is the same alone."""
    return np.random.default_rng(zlib.crc32("/".join(map(str, parts)).encode()))


def false_differences(shape: str, repeats: int, cases: int = CASES, factor: float = 1.0) -> Found:
    """How often patterns that do not differ are said to: in one comparison, and in an opening.

    Whatever the spread: the logarithms of all trials have it in common.  The second pattern of
    a comparison spreads `factor` times as much.
    """
    random = generator(shape, repeats, factor, "false")
    trials = SHAPES[shape](random, (1 + PATTERNS, METRICS, cases, repeats))
    trials[1:] *= factor
    p_values = np.concatenate([compared(trials[0], one).p_value for one in trials[1:]])
    each_other = compared(trials[2, 0], trials[1, 0]).p_value
    # Of a family Holm finds something where Bonferroni does: the least p decides.
    least = np.minimum(p_values.min(axis=0), each_other)
    return Found(float(np.mean(p_values <= ERROR)), float(np.mean(least * FAMILY <= ERROR)))


def power(shape: str, repeats: int, spread: float, ratio: float, cases: int = CASES) -> Found:
    """How often such a ratio is found: by itself, and as the strictest of an opening."""
    random = generator(shape, repeats, spread, ratio)
    first, second = SHAPES[shape](random, (2, cases, repeats)) * spread
    found = compared(first, second + math.log(ratio))
    right = found.centre > 0
    p_values = found.p_value
    return Found(
        float(np.mean(right & (p_values <= ERROR))),
        float(np.mean(right & (p_values * FAMILY <= ERROR))),
    )


def compared(first: np.ndarray, second: np.ndarray) -> Shift:
    """As an opening compares two patterns, whose values' logarithms these are."""
    return contrast(first, second)


def margin(cases: int) -> float:
    """What chance may add to a share of 5 % of so many cases: three standard errors."""
    return 3 * math.sqrt(ERROR * (1 - ERROR) / cases)


def errors(cases: int = CASES) -> str:
    """The table of false differences; the last rows are of patterns that differ in spread."""
    heads = ["trials", "of", *(f"{count} repeats" for count in REPEATS)]
    rows = []
    for factor, shapes in ((1.0, tuple(SHAPES)), (FACTOR, ("normal", "two humps"))):
        for shape in shapes:
            found = [false_differences(shape, count, cases, factor) for count in REPEATS]
            name = shape if factor == 1 else f"{shape}, one of {factor:g} times the spread"
            rows.append((name, "one comparison", *(f"{one.single:.1%}" for one in found)))
            rows.append((name, "an opening", *(f"{one.opening:.1%}" for one in found)))
    return table(heads, rows)


def powers(cases: int = CASES) -> str:
    """The table of what is found: by itself / as the strictest of an opening."""
    sized = [(spread, ratio) for spread in SPREADS for ratio in RATIOS]
    heads = ["trials", "repeats", *(f"{ratio:g} times at {spread:.0%}" for spread, ratio in sized)]
    rows = [
        (shape, str(count), *(_shares(power(shape, count, *size, cases)) for size in sized))
        for shape in SHAPES
        for count in REPEATS
    ]
    return table(heads, rows)


def _shares(found: Found) -> str:
    return f"{100 * found.single:.0f} / {100 * found.opening:.0f} %"


def main(argv: Sequence[str] = ()) -> int:
    """The command; returns its exit code.  An argument is another number of cases."""
    cases = int(argv[0]) if argv else CASES
    print(errors(cases), powers(cases), sep="\n\n")
    return 0


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))
