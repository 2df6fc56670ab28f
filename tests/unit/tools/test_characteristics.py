"""How often rules are wrong: what was simulated keeps its bounds, and nothing was left out."""

from __future__ import annotations

import dataclasses
import importlib
import math
import pkgutil

import numpy as np
import pytest
from scipy.stats import binom

from bench import catalog, verdicts
from bench.stats.trimmed import centre
from bench.tools.characteristics import intervals, table
from bench.tools.characteristics import verdicts as cases_of_rules
from bench.tools.characteristics.case import Case, of_interval, of_verdict
from bench.tools.characteristics.noise import CORRELATION, DISTURBED, FACTOR, Noise
from bench.tools.characteristics.table import CASES, Cell
from bench.verdicts.rule import Rule
from bench.verdicts.rules import Bounded, EveryTrial
from bench.verdicts.twins import NoDifference, NoDifferenceBetweenRuns

KEPT = table.read(catalog.ROOT / table.KEPT)
WRITE = "run: python -m bench.tools.characteristics --write"


def cells_of(case: Case) -> list[Cell]:
    return [one for one in KEPT if (one.rule, one.situation) == (case.rule, case.situation)]


# --- what was simulated -------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_cell_is_there_and_keeps_its_bound(case: Case) -> None:
    cells = cells_of(case)
    wanted = {(s, n, side) for s in case.spreads for n in case.repeats for side in case.sides}
    assert {(one.spread, one.repeats, one.side) for one in cells} == wanted, WRITE
    assert all(one.truth == case.truth for one in cells)
    if case.is_bounded:
        assert [one for one in cells if not table.bounded(case, one)] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_far_from_the_edge_is_hardly_ever_wrong_and_more_repeats_settle_more(
    case: Case,
) -> None:
    if case.truth not in ("true", "false"):
        return
    for one in cells_of(case):
        wrong = one.no if case.truth == "true" else one.yes
        assert wrong <= binom.isf(1e-4, one.runs, 0.01), one
    settled = {
        repeats: sum(one.yes + one.no for one in cells_of(case) if one.repeats == repeats)
        for repeats in case.repeats
    }
    counts = [settled[repeats] for repeats in sorted(settled)]
    assert counts == sorted(counts)
    quiet = [one for one in cells_of(case) if one.spread <= 0.02 and one.repeats >= 20]
    assert all((one.yes + one.no) / one.runs > 0.75 for one in quiet)


def test_no_case_is_left_over_and_no_name_is_used_twice() -> None:
    names = {(case.rule, case.situation) for case in CASES}
    assert len(names) == len(CASES)
    assert {(one.rule, one.situation) for one in KEPT} == names, WRITE


def test_every_kind_of_rule_is_simulated() -> None:
    """But for conditions on every single trial, which estimate nothing, and for twins, whose false
    verdicts are a counted share like any other."""
    for found in pkgutil.iter_modules(verdicts.__path__):
        importlib.import_module(f"{verdicts.__name__}.{found.name}")
    pending, kinds = [Rule], set[type[Rule]]()
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        kinds.add(kind)
    kinds = {kind for kind in kinds if kind.__module__.startswith("bench.")}
    made = {type(one) for one in vars(cases_of_rules).values() if isinstance(one, Rule)}
    assert kinds - made == {Rule, Bounded, EveryTrial, NoDifference, NoDifferenceBetweenRuns}


def test_the_bound_is_five_percent_and_a_worse_rule_would_be_seen() -> None:
    edges = [case for case in CASES if case.truth == "edge"]
    assert {(case.bound, case.together) for case in edges} == {(0.05, False)}
    one = cells_of(edges[0])[0]
    worse = dataclasses.replace(one, yes=int(0.09 * one.runs))
    assert not table.bounded(edges[0], worse)


# --- the noise ----------------------------------------------------------------------------------


def test_trials_are_as_noisy_as_they_are_said_to_be() -> None:
    noise = Noise(np.random.default_rng(1), 0.05)
    logs = np.log([noise.trials(40) for _ in range(2000)])
    disturbed = logs > 0.12
    assert np.median(logs) == pytest.approx(0.05 * 0.14, abs=0.002)
    assert np.mean(np.exp(logs)) == pytest.approx(1 + DISTURBED * (FACTOR - 1), rel=0.01)
    assert np.mean(disturbed) == pytest.approx(DISTURBED, abs=0.02)
    calm = np.log([Noise(np.random.default_rng(n), 0.05, 0).trials(40) for n in range(2000)])
    neighbours = float(np.mean(calm[:, 1:] * calm[:, :-1]) / np.mean(calm**2))
    assert neighbours == pytest.approx(CORRELATION, abs=0.02)
    assert np.std(calm) == pytest.approx(0.05, rel=0.03)


def drawn(random: np.random.Generator, runs: int, count: int, spread: float) -> np.ndarray:
    """Logarithms of many runs at once, disturbed ones above."""
    logs = random.normal(size=(runs, count))
    for place in range(1, count):
        rest = math.sqrt(1 - CORRELATION**2)
        logs[:, place] = CORRELATION * logs[:, place - 1] + rest * logs[:, place]
    disturbed = random.random((runs, count)) < DISTURBED
    return spread * logs + disturbed * math.log(FACTOR)


@pytest.mark.parametrize("count", [6, 8, 10, 20, 40, 100])
@pytest.mark.parametrize("spread", [0.02, 0.05, 0.10, 0.15])
def test_the_interval_of_which_rules_are_made_errs_in_five_percent_at_most(
    count: int, spread: float
) -> None:
    """The truth at the edge, 4,000 runs: the share of intervals wholly on one side of it."""
    runs = 4000
    low, high = centre(drawn(np.random.default_rng(3), runs, count, spread)).interval()
    most = binom.isf(1e-4, runs, 0.05)
    assert np.count_nonzero(low > 0) <= most
    assert np.count_nonzero(high < 0) <= most


# --- what is drawn of it ------------------------------------------------------------------------


def test_outcomes() -> None:
    verdict = ["confirmed", "refuted", "depends", "not settled", "not measured"]
    assert [of_verdict(one) for one in verdict] == ["yes", "no", "no", "open", "open"]
    assert [of_interval(*ends, 5.0) for ends in ((6, 7), (3, 4), (4, 6))] == ["yes", "no", "open"]
    assert of_interval(math.nan, math.nan, 5.0) == "open"


def test_a_table_has_the_range_over_all_cells() -> None:
    case = cases_of_rules.CASES[0]
    cells = [
        Cell(case.rule, case.situation, case.truth, spread, repeats, 1, 100, yes, 1)
        for yes, (spread, repeats) in enumerate((s, n) for s in case.spreads for n in case.repeats)
    ]
    rules, widths = table.drawn(cells).split("\n\n")
    assert rules.splitlines()[2] == (
        "| agrees with a law within 10 % | the law is right | true | 0.0% to 8.0% | 1.0% | "
        "1%, 2%, 3% | 4%, 5%, 6% | 7%, 8%, 9% |"
    )
    assert len(widths.splitlines()) == 2
    of_mean = next(one for one in intervals.CASES if one.truth == "interval")
    cell = Cell(of_mean.rule, of_mean.situation, of_mean.truth, 0.02, 6, 1, 100, 3, 4)
    assert table.drawn([cell]).endswith("| interval over trials | a mean | 3.0% | 4.0% | 7.0% |")
