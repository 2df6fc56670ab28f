"""The search for a capacity: what is measured next, that it finds it, that it ends."""

from __future__ import annotations

import ast
import math
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measured import METRICS

from bench.adaptive import capacity
from bench.adaptive.capacity import Level, Search, Step, TrialOutcome
from bench.analysis import gates
from bench.model.errors import UsageError
from bench.stats.theil_sen import LineCrossing

OBJECTIVE = gates.objective("latency_p99 < 200 ms", METRICS)


def search(first: float = 100, most: float = 20_000, **changes: object) -> Search:
    values: dict[str, object] = {"within": 0.05, "repeats": 3, "whole": True} | changes
    return Search(OBJECTIVE, first, most, "the bound", **values)  # type: ignore[arg-type]


def explored(
    wanted: Search, measure: Callable[[float], TrialOutcome]
) -> tuple[Step, list[TrialOutcome]]:
    """The whole search against a simulated system."""
    seen: list[TrialOutcome] = []
    while (step := capacity.step(wanted, seen)).level is not None:
        assert wanted.first <= step.level <= wanted.most
        seen.append(measure(step.level))
        assert len(seen) <= capacity.MOST_LEVELS * wanted.trials_at(2) + 1
    return step, seen


def linear(
    truth: float, noise: Callable[[], float] = lambda: 1.0
) -> Callable[[float], TrialOutcome]:
    """Latency in proportion to the level; it is the bound at `truth`."""
    return lambda level: TrialOutcome(level, OBJECTIVE.bound * level / truth * noise())


def ends(step: Step) -> tuple[float | None, float | None]:
    return (
        step.passes.level if step.passes else None,
        step.fails.level if step.fails else None,
    )


# --- one level ----------------------------------------------------------------------------------

GOOD, BAD = TrialOutcome(10, 150), TrialOutcome(10, 250)
BROKEN, SILENT = (
    TrialOutcome(10, math.nan, broken="died"),
    TrialOutcome(10, math.nan, silent="80 samples"),
)


@pytest.mark.parametrize(
    ("trials", "looks", "verdict"),
    [
        ([], 1, "open"),
        ([GOOD], 1, "open"),
        ([GOOD, GOOD], 1, "passes"),  # the third could change nothing
        ([BAD, BAD], 1, "fails"),
        ([GOOD, BAD], 1, "open"),
        ([GOOD, BAD, GOOD], 1, "passes"),
        ([BROKEN], 1, "fails"),
        ([GOOD, BROKEN], 1, "fails"),
        ([SILENT], 1, "silent"),
        ([BROKEN], 2, "open"),
        ([BROKEN, GOOD, GOOD, GOOD], 2, "open"),
        ([BROKEN, GOOD, GOOD, GOOD, GOOD], 2, "passes"),
        ([BROKEN, GOOD, GOOD, BROKEN], 2, "fails"),
        ([GOOD, GOOD, BAD, BAD, BAD, BAD], 2, "fails"),
        ([GOOD, GOOD, BAD, BAD, BAD, GOOD], 2, "open"),
    ],
)
def test_a_level_is_judged_as_soon_as_it_is_sure(
    trials: list[TrialOutcome], looks: int, verdict: str
) -> None:
    assert Level(search(), 10, tuple(trials), looks).verdict == verdict


def test_an_even_number_of_repeats_is_settled_by_the_median() -> None:
    two = search(repeats=2)
    assert Level(two, 10, (GOOD, BAD)).verdict == "fails"  # 200 is not below 200
    assert Level(two, 10, (TrialOutcome(10, 149), BAD)).verdict == "passes"


def test_the_median_ignores_broken_trials_and_says_why_it_fails() -> None:
    one = Level(search(), 10, (GOOD, BROKEN, TrialOutcome(10, 170)))
    assert (one.median, one.reason) == (160, "died")
    assert math.isnan(Level(search(), 10, (BROKEN,)).median)
    assert Level(search(), 10, (BAD, BAD)).reason == ""


# --- the way ------------------------------------------------------------------------------------


def test_it_doubles_then_halves_then_looks_again() -> None:
    step, seen = explored(search(), linear(730))
    levels = list(dict.fromkeys(one.level for one in seen))
    assert levels == [100, 200, 400, 800, 566, 673, 734, 703]
    assert ends(step) == (703, 734)
    assert step.ending == "found"
    assert [one.level for one in seen[-4:]] == [703, 703, 734, 734]  # the second look


def test_a_false_failure_is_turned_over() -> None:
    """A noisy moment early on fails 200 clients where 2,000 are fine."""
    spoiled = iter([False, False, True, True])

    def measure(level: float) -> TrialOutcome:
        return TrialOutcome(level, 999) if next(spoiled, False) else linear(2000)(level)

    step, _ = explored(search(), measure)
    low, high = ends(step)
    assert low is not None
    assert high is not None
    assert low < 2000 <= high <= low * 1.05


def test_a_false_pass_is_turned_over() -> None:
    lucky = iter([True, True])

    def measure(level: float) -> TrialOutcome:
        return (
            TrialOutcome(level, 1.0) if level == 400 and next(lucky, False) else linear(300)(level)
        )

    step, _ = explored(search(), measure)
    low, high = ends(step)
    assert low is not None
    assert high is not None
    assert low < 300 <= high <= low * 1.05


def test_the_start_may_fail() -> None:
    step, seen = explored(search(), linear(50))
    assert (ends(step), step.ending) == ((None, 100), "start fails")
    assert len(seen) == 4


def test_a_broken_level_has_its_reason() -> None:
    def measure(level: float) -> TrialOutcome:
        return TrialOutcome(level, 10.0, broken="3 of 300 clients connected" if level > 300 else "")

    step, _ = explored(search(), measure)
    low, high = ends(step)
    assert low is not None
    assert high is not None
    assert 285 <= low <= 300 < high
    assert step.words == "3 of 300 clients connected"


@pytest.mark.parametrize(("most", "first"), [(350, 100), (100, 100), (101, 100)])
def test_it_stops_at_the_limit_with_its_reason(most: float, first: float) -> None:
    step, _ = explored(search(first, most), linear(1e9))
    assert (ends(step), step.ending, step.words) == ((most, None), "limit", "the bound")


def test_what_cannot_be_judged_at_the_start_is_passed_over() -> None:
    def measure(level: float) -> TrialOutcome:
        return TrialOutcome(level, math.nan, silent="few") if level < 300 else linear(1000)(level)

    low, high = ends(explored(search(), measure)[0])
    assert low is not None
    assert high is not None
    assert low < 1000 <= high <= low * 1.05
    step, _ = explored(search(), lambda x: measure(x) if x < 300 else linear(200)(x))
    assert (ends(step), step.ending) == ((None, 400), "cannot be judged")
    step, _ = explored(search(), lambda x: TrialOutcome(x, math.nan, silent="few"))
    assert (ends(step), step.ending, step.words) == ((None, None), "cannot be judged", "few")


def test_a_search_that_more_clients_cannot_help_ends_at_the_second_level() -> None:
    """Of a broadcast the events are observed, and more clients make no more of them."""

    def measure(level: float, per_client: float) -> TrialOutcome:
        have = round(100 + per_client * level)
        return TrialOutcome(level, math.nan, silent=f"{have} events", observations=have)

    step, seen = explored(search(), lambda level: measure(level, 0))
    assert (step.ending, step.words) == ("cannot be judged", "100 events")
    assert len({one.level for one in seen}) == 2
    _, more = explored(search(), lambda level: measure(level, 50))
    assert len({one.level for one in more}) > 5


def test_levels_that_are_no_whole_numbers_have_three_digits() -> None:
    step, seen = explored(search(1.0, 1e5, whole=False, within=0.01), linear(math.pi))
    assert all(float(f"{one.level:.3g}") == one.level for one in seen)
    assert ends(step) == (3.13, 3.15)


def test_few_clients_cannot_be_halved() -> None:
    assert ends(explored(search(1), linear(2.5))[0]) == (2, 3)


# --- it finds it, and it ends ------------------------------------------------------------------


@settings(max_examples=40)
@given(
    truth=st.floats(1.5, 1e5),
    first=st.integers(1, 1000),
    within=st.sampled_from([0.01, 0.05, 0.2, 1.0]),
    repeats=st.integers(1, 5),
)
def test_without_noise_the_truth_is_in_the_bracket(
    truth: float, first: int, within: float, repeats: int
) -> None:
    wanted = search(first, 2e5, within=within, repeats=repeats)
    low, high = ends(explored(wanted, linear(truth))[0])
    if truth <= first:
        assert low is None
        return
    assert low is not None
    assert high is not None
    assert low < truth <= high
    assert high <= low * (1 + within) or high - low == 1


@settings(max_examples=40)
@given(
    truth=st.floats(200, 1e5),
    noise=st.floats(0.0, 0.2),
    repeats=st.integers(1, 4),
    seed=st.integers(0, 10**6),
)
def test_with_noise_it_is_off_by_the_noise_and_the_bracket_at_most(
    truth: float, noise: float, repeats: int, seed: int
) -> None:
    chance = random.Random(seed)
    measure = linear(truth, lambda: 1 + chance.uniform(-noise, noise))
    low, high = ends(explored(search(10, 1e6, repeats=repeats), measure)[0])
    assert low is not None
    assert high is not None
    assert low * (1 - noise) < truth <= high * (1 + noise)
    assert high <= low * 1.05 or high - low == 1


@pytest.mark.parametrize(("scatter", "share"), [(0.1, 0.95), (0.15, 0.9)])
def test_three_searches_agree_within_fifteen_percent(scatter: float, share: float) -> None:
    """Trials that scatter (sd) by so much, as p99 of short trials do: in so many triples."""
    agree = {"bracket": 0, "line": 0}
    for seed in range(12):
        measure = linear(3000, partial(random.Random(seed).lognormvariate, 0, scatter))
        found: dict[str, list[float]] = {"bracket": [], "line": []}
        for _ in range(3):
            step, seen = explored(search(), measure)
            assert step.passes is not None
            found["bracket"].append(step.passes.level)
            line = capacity.crossing(search(), seen, step)
            found["line"].append(line.value if line else math.nan)
        for kind, levels in found.items():
            agree[kind] += max(levels) <= 1.15 * min(levels)
    assert agree["line"] >= share * 12
    assert agree["line"] >= agree["bracket"]


def value_of(found: LineCrossing | None) -> float:
    assert found is not None
    assert found.low <= found.value <= found.high
    return found.value


def test_the_line_finds_the_crossing() -> None:
    step, seen = explored(search(), linear(730))
    assert value_of(capacity.crossing(search(), seen, step)) == 730
    wild = [*seen, TrialOutcome(703, 1e9), TrialOutcome(566, math.nan, broken="died")]
    assert value_of(capacity.crossing(search(), wild, step)) == pytest.approx(730, rel=0.01)


def disturbed(
    curve: Callable[[float], float], spread: float, seed: int
) -> Callable[[float], TrialOutcome]:
    """Trials as ours: each resembles the one before (0.3), one in ten is 20 % slower."""
    chance, noise = random.Random(seed), [random.Random(seed).gauss()]

    def measure(level: float) -> TrialOutcome:
        noise[0] = 0.3 * noise[0] + math.sqrt(1 - 0.3**2) * chance.gauss()
        slow = 1.2 if chance.random() < 0.1 else 1.0
        return TrialOutcome(level, curve(level) * math.exp(spread * noise[0]) * slow)

    return measure


@pytest.mark.parametrize("spread", [0.02, 0.05, 0.15])
@pytest.mark.parametrize(
    "curve",
    [
        lambda x: 200 * x / 3000,
        lambda x: 100 + 100 * x / 3000,
        lambda x: 20 / (1 - 0.9 * min(x, 3300) / 3000),  # a queue
        lambda x: 200 * (x / 3000) ** 3,
    ],
)
def test_the_interval_holds_the_capacity(curve: Callable[[float], float], spread: float) -> None:
    """In nine of ten searches or more, where the bracket holds it in half of them."""
    held = []
    for seed in range(40):
        step, seen = explored(search(), disturbed(curve, spread, seed))
        found = capacity.crossing(search(), seen, step)
        held.append(found is not None and found.low <= 3000 <= found.high)
    assert sum(held) >= 0.9 * len(held)


def test_no_line_where_nothing_grows_or_nothing_was_found() -> None:
    def cliff(x: float) -> TrialOutcome:
        return TrialOutcome(x, 10.0, broken="" if x < 300 else "died")

    step, seen = explored(search(), cliff)
    assert capacity.crossing(search(), seen, step) is None
    step, seen = explored(search(), linear(50))
    assert capacity.crossing(search(), seen, step) is None


KINDS = st.sampled_from([GOOD, BAD, BROKEN, SILENT])


@settings(max_examples=30)
@given(outcomes=st.lists(KINDS, min_size=1, max_size=300), repeats=st.integers(1, 3))
def test_whatever_comes_it_ends(outcomes: list[TrialOutcome], repeats: int) -> None:
    turn = iter(range(10**6))

    def measure(level: float) -> TrialOutcome:
        one = outcomes[next(turn) % len(outcomes)]
        return TrialOutcome(level, one.value, one.broken, one.silent)

    step, seen = explored(search(repeats=repeats), measure)
    assert step.ending is not None
    assert len(seen) < 500


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("5", "not a percentage; write e.g. 5%"),
        ("much", "not a percentage; write e.g. 5%"),
        ("0.5%", "must lie between 1% and 100%"),
        ("150%", "must lie between 1% and 100%"),
    ],
)
def test_a_bad_share_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        capacity.share(text)


@pytest.mark.parametrize("module", ["capacity", "capacity_text"])
def test_what_decides_asks_no_clock_or_file(module: str) -> None:
    path = Path(capacity.__file__).with_name(f"{module}.py")
    nodes = ast.walk(ast.parse(path.read_text()))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    assert names <= {"itertools", "math", "statistics"}
