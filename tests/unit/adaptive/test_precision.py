"""Adding repeats until intervals are narrow enough: fixed by a pilot, and that it ends."""

from __future__ import annotations

import math
import random
from collections import Counter
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
from bench.stats.estimates import estimate
from bench.stats.two_stage import RULE, trials_in_all

GOAL = Goal("latency_p99", 0.05, 12)
SSE, WS, FLOOR = "notifications/sse", "notifications/websocket", "notifications/floor"

NARROW = [100.0, 101, 99, 100, 101, 99]
MIDDLE = [100.0, 102.5, 97.5, 100, 102.5, 97.5]
WIDE = [100.0, 105, 95, 100, 106, 94]


def planned(*patterns: str, levels: Sequence[int] = (10,), repeats: int = 6) -> list[Trial]:
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


def decide(trials: list[Trial], values: dict[GroupKey, list[float]]) -> precision.Decision:
    return precision.decide(trials, values, 6, GOAL, 1, {SSE, WS})


# --- what is asked ---------------------------------------------------------------------------


def test_a_goal_is_parsed() -> None:
    assert precision.goal("5%", "latency_p50", 30, METRICS) == Goal("latency_p50", 0.05, 30, RULE)
    assert precision.goal(" 2.5 % ", "lost", 9, METRICS) == Goal("lost", 0.025, 9, RULE)


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


def test_the_pilot_must_be_one_and_the_bound_must_leave_room() -> None:
    precision.check_repeats(None, 50)
    precision.check_repeats(GOAL, 7)
    with pytest.raises(UsageError, match="--repeats 3: --until-precise needs a pilot of at least"):
        precision.check_repeats(GOAL, 3)
    with pytest.raises(UsageError, match="--most-repeats 12: 12 are planned already; write"):
        precision.check_repeats(GOAL, 12)


# --- what is decided ---------------------------------------------------------------------------


def test_the_pilot_fixes_who_gets_how_many() -> None:
    trials = planned(SSE, WS, levels=(10, 20))
    found = decide(
        trials, {place(SSE): NARROW, place(SSE, 20): WIDE, place(WS): MIDDLE, place(WS, 20): NARROW}
    )
    counted = Counter(precision.group_key(one) for one in found.trials)
    assert counted == {place(SSE, 20): 6, place(WS): 5}
    assert [one.repeat for one in found.trials] == [7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12]
    assert [one.number for one in found.trials] == list(range(24, 35))
    assert {one.seed for one in found.trials if one.repeat == 7} == {seed_of(1, 7)}
    assert found.words == (
        "latency_p99 to within ±5%: up to 12 repeats (notifications/sse clients=20), fixed after "
        "the first 6 by the two-stage rule (Stein 1945)"
    )


def test_what_later_trials_show_changes_nothing() -> None:
    trials = planned(SSE, repeats=11)
    later = {place(SSE): [*MIDDLE, 50.0, 200.0, 50.0, 200.0, 100.0]}
    assert decide(trials, later).trials == []
    missing = {place(SSE): [*MIDDLE, 50.0, 200.0, math.nan, 100.0, 100.0]}
    (one,) = decide(trials, missing).trials  # a void one is replaced
    assert one.repeat == 12


def test_a_pilot_that_lacks_trials_is_completed_first() -> None:
    found = decide(planned(SSE), {place(SSE): [*NARROW[:5], math.nan]})
    assert [one.repeat for one in found.trials] == [7]
    assert found.words == "latency_p99 to within ±5%: 6 usable trials are needed first"


def test_an_added_trial_differs_from_a_planned_one_in_nothing_else() -> None:
    trials = planned(SSE)
    added = decide(trials, {place(SSE): MIDDLE}).trials[0]
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
    other = precision.decide(trials, wide, 6, GOAL, 2, {SSE, WS})
    places = [
        [precision.group_key(one) for one in found.trials if one.repeat == 7]
        for found in (there, other)
    ]
    assert sorted(places[0]) == sorted(places[1])
    assert places[0] != places[1] != sorted(places[1])


@pytest.mark.parametrize(
    ("values", "goes_on"),
    [
        (NARROW, False),
        (WIDE, True),
        ([0.0] * 6, False),  # all agree
        ([-1.0, 0, 1, 2, 3, 1], True),
        ([math.nan] * 6, False),
        ([100.0], True),
    ],
)
def test_who_gets_more(values: list[float], goes_on: bool) -> None:
    assert bool(decide(planned(SSE), {place(SSE): values}).trials) == goes_on


def test_floors_are_not_waited_for() -> None:
    found = decide(planned(SSE, FLOOR), {place(SSE): NARROW, place(FLOOR): WIDE})
    assert found.trials == []
    assert found.words == (
        "the two-stage rule (Stein 1945) fixed the number of repeats after the first 6; "
        "the widest interval of latency_p99 is ±2.6% (notifications/sse clients=10)"
    )


def test_the_bound_ends_it() -> None:
    found = decide(planned(SSE, repeats=12), {place(SSE): [*WIDE, *WIDE]})
    assert found.trials == []
    needed = trials_in_all(WIDE, 0.05)
    assert found.words.endswith(
        f"±5% needs {needed} repeats of notifications/sse clients=10, the maximum is 12"
    )


def test_what_even_very_many_repeats_do_not_reach_is_said() -> None:
    goal = Goal("latency_p99", 0.0001, 12)
    found = precision.decide(
        planned(SSE, repeats=12), {place(SSE): [*WIDE, *WIDE]}, 6, goal, 1, {SSE}
    )
    assert found.trials == []
    assert "±0.01% needs more than 1,000 repeats of notifications/sse clients=10" in found.words


def test_what_gives_no_value_is_left_alone_and_named() -> None:
    silent = [math.nan] * 6
    found = decide(planned(SSE, WS), {place(SSE): silent, place(WS): NARROW})
    assert found.trials == []
    assert found.words.endswith(
        "no trial gives latency_p99 for notifications/sse clients=10; raise duration or rate"
    )
    assert {one.pattern for one in decide(planned(SSE, WS), {place(WS): WIDE}).trials} == {WS}


def test_it_comes_to_an_end_with_narrow_intervals() -> None:
    """Trials that scatter by 5 %, one in seven void: simulated until nothing more is asked for."""
    chance = random.Random(1)
    trials, goal, keys = planned(SSE, WS), Goal("latency_p99", 0.05, 200), (place(SSE), place(WS))
    values: dict[GroupKey, list[float]] = {key: [] for key in keys}
    block = trials
    while block:
        for one in block:
            void = chance.random() < 1 / 7
            values[precision.group_key(one)].append(
                math.nan if void else chance.lognormvariate(0, 0.05)
            )
        block = precision.decide(trials, values, 6, goal, 1, {SSE, WS}).trials
        trials = [*trials, *block]
    entries = [estimate(values[key]) for key in keys]
    assert all(entry.half_width_share <= 0.07 for entry in entries)
    assert all(6 <= entry.trials <= 60 for entry in entries)
    assert [one.number for one in trials] == list(range(len(trials)))
