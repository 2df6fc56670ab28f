"""The shares that are kept are those of the rules as they are now: some are simulated again."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from bench import catalog
from bench.tools.characteristics import table
from bench.tools.characteristics.case import Case
from bench.tools.characteristics.table import CASES

KEPT = {
    (one.rule, one.situation, one.spread, one.repeats, one.side): one
    for one in table.read(catalog.ROOT / table.KEPT)
}
RUNS = 40
CHANCE = 1e-6


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_simulated_again_the_shares_are_those_that_are_kept(case: Case) -> None:
    """Roughly: a rule that now errs, or settles, at another rate than the table says is seen."""
    place = case.spreads[len(case.spreads) // 2], case.repeats[0], case.sides[-1]
    now = table.simulate(case, *place, RUNS)
    kept = KEPT[case.rule, case.situation, *place]
    for key in ("yes", "no"):
        share = (getattr(kept, key) + 1) / (kept.runs + 2)
        low, high = binom.ppf(CHANCE, RUNS, share), binom.isf(CHANCE, RUNS, share)
        assert low <= getattr(now, key) <= high, "python -m bench.tools.characteristics --write"
