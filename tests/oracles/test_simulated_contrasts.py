"""What an opening says, held against many simulated runs: how often it errs, and what it finds.

The table in docs/verdicts.md is of more cases (`python -m bench.tools.characteristics.openings`).
"""

from __future__ import annotations

import math
import re
from itertools import product

import numpy as np
import pytest

from bench import catalog
from bench.stats import contrasts
from bench.stats.contrasts import contrast, error_of_one
from bench.stats.two_samples import Shift
from bench.tools.characteristics import openings
from bench.tools.characteristics.openings import (
    ERROR,
    FAMILY,
    REPEATS,
    SHAPES,
    false_differences,
    margin,
    power,
)
from bench.verdicts.contrasts import Difference, decided

CASES = 4_000


@pytest.mark.parametrize(("shape", "repeats"), list(product(SHAPES, REPEATS)))
def test_patterns_that_do_not_differ_are_said_to_once_in_twenty(shape: str, repeats: int) -> None:
    found = false_differences(shape, repeats, CASES)
    # More comparisons than openings, but those of one opening share their reference.
    assert found.single <= ERROR + margin(CASES)
    assert found.opening <= ERROR + margin(CASES)


def test_the_narrower_of_both_tests_each_time_would_err_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Why pairs count only where their interval is narrower than a third."""
    monkeypatch.setattr(contrasts, "CLEARLY_NARROWER", 1.0)
    for repeats in (4, 6):
        found = false_differences("neighbours correlated", repeats, CASES)
        assert found.single > ERROR + margin(6 * CASES)


def test_two_repeats_say_little_and_three_say_more() -> None:
    two = [power("normal", 2, 0.05, ratio, CASES) for ratio in (1.5, 3, 20)]
    assert [one.single for one in two] == sorted(one.single for one in two)
    assert two[2].single > 0.99
    assert two[2].opening < 0.4
    assert power("normal", 3, 0.05, 1.5, CASES).opening > 0.3
    assert power("normal", 3, 0.2, 20, CASES).opening > 0.8


@pytest.mark.parametrize("repeats", [3, 6])
def test_pairs_find_what_rounds_would_hide(repeats: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found = power("rounds in common", repeats, 0.05, 1.5, CASES).opening
    monkeypatch.setattr(contrasts, "CLEARLY_NARROWER", 0.0)
    assert found > 1.5 * power("rounds in common", repeats, 0.05, 1.5, CASES).opening


def test_an_opening_errs_where_its_least_p_does() -> None:
    """The simulation takes the least p times the members for what Holm's family finds."""
    chance = np.random.default_rng(1)
    for p_values in chance.uniform(0, 0.03, (200, FAMILY)):
        family = [
            Difference("m", "a", "b", "ratio", 2.0, 1.5, 3.0, float(p), 1.0, 3) for p in p_values
        ]
        finds = any(one.is_less is not None for one in decided(family))
        assert finds == (p_values.min() * FAMILY <= ERROR)


@pytest.mark.parametrize(("ratio", "members"), [(1.2, 1), (1.3, 1), (1.3, FAMILY), (1.5, FAMILY)])
def test_the_repeats_proposed_decide_in_five_of_six_cases(ratio: float, members: int) -> None:
    """Of a run of three whose interval is as wide as they are on average."""
    spread, away = 0.1, math.log(ratio)
    shift = Shift(away, spread * math.sqrt(2) * error_of_one(3), 4.0)
    pilot = Difference("m", "a", "b", "ratio", ratio, 0.9, 2.0, 0.5, 1.0, 3, shift=shift)
    repeats = decided([pilot] * members)[0].repeats
    first, second = np.random.default_rng(repeats).normal(0, spread, (2, CASES, repeats))
    found = contrast(first, second + away).p_value * members <= ERROR
    assert 5 / 6 - 0.02 <= np.mean(found) <= 0.97


def test_the_table_has_all_that_the_docs_show() -> None:
    text = (catalog.ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8")
    for drawn in (openings.errors(2), openings.powers(2)):
        for line in drawn.splitlines():
            name = re.match(r"\| [^|]+\| [^|]+\|", line)
            assert name is not None
            assert name[0] in text
