"""Adding repeats until intervals are narrow enough: what is decided, and that it ends."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest
from measured import METRICS
from unit_builders import trial

from bench.adaptive import precision
from bench.adaptive.precision import GroupKey
from bench.model.errors import UsageError
from bench.model.records import Goal
from bench.model.trial import Trial
from bench.plan.trials import seed_of
from bench.stats.estimates import Estimate, estimate

GOAL = Goal("latency_p99", 0.05, 8)
SSE, WS, FLOOR = "notifications/sse", "notifications/websocket", "notifications/floor"

NARROW, WIDE = Estimate(100, 97, 103, 3), Estimate(100, 80, 120, 3)


def planned(*patterns: str, levels: Sequence[int] = (10,), repeats: int = 3) -> list[Trial]:
    found: list[Trial] = []
    for repeat in range(1, repeats + 1):
        for clients in levels:
            for pattern in patterns:
                level = {"clients": clients}
                seed = seed_of(1, repeat)
                found.append(
                    trial(len(found), pattern=pattern, level=level, repeat=repeat, seed=seed)
                )
    return found


def place(pattern: str, clients: int = 10) -> GroupKey:
    return pattern, (("clients", clients),)


def decide(
    trials: list[Trial], estimates: dict[GroupKey, Estimate], compared: set[str] | None = None
) -> precision.Decision:
    return precision.decide(trials, estimates, GOAL, 1, compared or {SSE, WS})


# --- what is asked ---------------------------------------------------------------------------


def test_a_goal_is_parsed() -> None:
    assert precision.goal("5%", "latency_p50", 30, METRICS) == Goal("latency_p50", 0.05, 30)
    assert precision.goal(" 2.5 % ", "lost", 9, METRICS) == Goal("lost", 0.025, 9)


@pytest.mark.parametrize(
    ("share", "metric", "message"),
    [
        ("5", "latency_p99", "--until-precise 5: the % is missing; write 5%"),
        ("five", "latency_p99", "--until-precise five: not a percentage; write e.g. 5%"),
        ("-5%", "latency_p99", "--until-precise -5%: not a percentage; write e.g. 5%"),
        ("0%", "latency_p99", "--until-precise 0%: must lie between 0% and 100%; write e.g. 5%"),
        ("100%", "latency_p99", "--until-precise 100%: must lie between"),
        ("5%", "latency_p98", "--metric latency_p98: unknown metric 'latency_p98'; did you"),
    ],
)
def test_a_bad_goal_is_refused(share: str, metric: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        precision.goal(share, metric, 30, METRICS)
    assert str(caught.value).startswith(message)


def test_the_bound_must_leave_room() -> None:
    precision.check_repeats(None, 50)
    precision.check_repeats(GOAL, 7)
    with pytest.raises(UsageError, match="--most-repeats 8: 8 are planned already; write"):
        precision.check_repeats(GOAL, 8)


# --- what is decided ---------------------------------------------------------------------------


def test_what_is_wide_gets_one_more_repeat_and_what_is_narrow_none() -> None:
    trials = planned(SSE, WS, levels=(10, 20))
    narrow = {place(SSE): NARROW, place(SSE, 20): WIDE, place(WS): WIDE, place(WS, 20): NARROW}
    found = decide(trials, narrow)
    assert {precision.group_key(one) for one in found.trials} == {place(SSE, 20), place(WS)}
    assert {one.repeat for one in found.trials} == {4}
    assert [one.number for one in found.trials] == [12, 13]
    assert {one.seed for one in found.trials} == {seed_of(1, 4)}
    assert found.words.startswith(
        "2 intervals of latency_p99 are not yet within +-5%, the widest +-20% (notifications/"
    )


def test_an_added_trial_differs_from_a_planned_one_in_nothing_else() -> None:
    trials = planned(SSE)
    (added,) = decide(trials, {place(SSE): WIDE}).trials
    assert (added.pattern, added.level, added.load) == (
        trials[0].pattern,
        trials[0].level,
        trials[0].load,
    )


def test_blocks_are_shuffled_by_the_seed() -> None:
    trials = planned(SSE, WS, levels=range(1, 20))
    wide = {precision.group_key(one): WIDE for one in trials}
    there, again = decide(trials, wide), decide(trials, wide)
    assert there == again
    other = precision.decide(trials, wide, GOAL, 2, {SSE, WS})
    places = [[precision.group_key(one) for one in found.trials] for found in (there, other)]
    assert sorted(places[0]) == sorted(places[1])
    assert places[0] != places[1] != sorted(places[1])


@pytest.mark.parametrize(
    ("entry", "goes_on"),
    [
        (NARROW, False),
        (WIDE, True),
        (Estimate(0, 0, 0, 3), False),  # all agree
        (Estimate(100, math.nan, math.nan, 1), True),
        (Estimate(0, -1, 1, 3), True),
        (Estimate(math.nan, math.nan, math.nan, 0), False),
    ],
)
def test_who_gets_more(entry: Estimate, goes_on: bool) -> None:
    assert bool(decide(planned(SSE), {place(SSE): entry}).trials) == goes_on


def test_floors_are_not_waited_for() -> None:
    found = decide(planned(SSE, FLOOR), {place(SSE): NARROW, place(FLOOR): WIDE})
    assert (found.trials, found.words) == ([], "all intervals of latency_p99 are within +-5%")


def test_the_bound_ends_it() -> None:
    found = decide(planned(SSE, repeats=8), {place(SSE): WIDE})
    assert found.trials == []
    assert found.words.endswith("; the maximum of 8 repeats is reached")


def test_what_gives_no_value_is_left_alone_and_named() -> None:
    silent = Estimate(math.nan, math.nan, math.nan, 0)
    found = decide(planned(SSE, WS), {place(SSE): silent, place(WS): NARROW})
    assert found.trials == []
    assert found.words == (
        "no trial gives latency_p99 for notifications/sse clients=10; raise duration or rate"
    )
    assert [one.pattern for one in decide(planned(SSE, WS), {place(WS): WIDE}).trials] == [WS]


def test_it_comes_to_an_end_with_narrow_intervals() -> None:
    """Trials that scatter by 8 %: simulated, block after block."""
    chance = random.Random(1)
    trials, goal = planned(SSE, WS), Goal("latency_p99", 0.05, 200)
    values = {one.number: chance.lognormvariate(0, 0.08) for one in trials}

    def estimates() -> dict[GroupKey, Estimate]:
        per: dict[GroupKey, list[float]] = {}
        for one in trials:
            per.setdefault(precision.group_key(one), []).append(values[one.number])
        return {key: estimate(found) for key, found in per.items()}

    while block := precision.decide(trials, estimates(), goal, 1, {SSE, WS}).trials:
        trials += block
        values |= {one.number: chance.lognormvariate(0, 0.08) for one in block}
    assert all(entry.half_width_share <= 0.05 for entry in estimates().values())
    assert all(5 <= entry.trials <= 40 for entry in estimates().values())
    assert [one.number for one in trials] == list(range(len(trials)))
