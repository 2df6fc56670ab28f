"""Cases for comparisons and intervals: crossings, two stages, capacity, percentiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from bench.adaptive import capacity
from bench.adaptive.capacity import Search, TrialOutcome
from bench.analysis.gates import Gate
from bench.stats.clusters import percentile_of_units
from bench.stats.crossing import Form, crossing
from bench.stats.trimmed import centre
from bench.stats.two_samples import compare
from bench.stats.two_stage import trials_in_all
from bench.stats.variance import RunNoise, compare_runs
from bench.tools.characteristics.case import Case, Outcome, of_interval
from bench.tools.characteristics.noise import Noise

Once = Callable[[Noise, int], Outcome]

BETWEEN_RUNS = 0.05
"""The scatter of runs beyond that of their trials."""

HISTORY = 20
"""Runs from which the machine's noise floor is known."""

AT = 10.0
"""Where the simulated curves cross."""


def within_a_run(ratio: float) -> Once:
    """`bench compare RUN`: two patterns in pairs."""

    def once(noise: Noise, repeats: int) -> Outcome:
        a, b = noise.trials(repeats), ratio * noise.trials(repeats)
        verdict = compare(a.tolist(), b.tolist(), paired=True).verdict
        return "yes" if verdict == "higher" else "no" if verdict == "lower" else "open"

    return once


def runs_of(noise: Noise, count: int, repeats: int, level: float) -> list[list[float]]:
    return [
        (
            math.log(level) + noise.random.normal(0, BETWEEN_RUNS) + np.log(noise.trials(repeats))
        ).tolist()
        for _ in range(count)
    ]


def between_runs(count: int, ratio: float) -> Once:
    """`bench compare A1 A2 A3 -- B1 B2 B3`; single runs with the machine's history."""

    def once(noise: Noise, repeats: int) -> Outcome:
        a, b = (runs_of(noise, count, repeats, level) for level in (1.0, ratio))
        known = math.sqrt(noise.random.chisquare(HISTORY - 1) / (HISTORY - 1)) * BETWEEN_RUNS
        found = compare_runs(a, b, RunNoise(known, HISTORY) if count == 1 else None)
        if not found.p_value < 0.05:
            return "open"
        return "yes" if found.value > 1 else "no"

    return once


def meets(
    levels: Sequence[float], mine: Callable[[float], float], level: float, form: Form
) -> Once:
    """Where two curves cross."""
    x = np.array(levels)
    curve = np.array([mine(one) for one in levels])

    def once(noise: Noise, repeats: int) -> Outcome:
        a = np.array([noise.trials(repeats) for _ in levels]).T * curve
        b = np.array([noise.trials(repeats) for _ in levels]).T * level
        found = crossing(x, a, b, form)
        return of_interval(found.low, found.high, AT)

    return once


def precise(share: float) -> Once:
    """`--until-precise`: the interval of as many trials as the pilot asks for, at most 150."""

    def once(noise: Noise, repeats: int) -> Outcome:
        trials = noise.trials(150)
        count = min(150, trials_in_all(trials[:repeats].tolist(), share))
        low, high = centre(np.log(trials[:count])).interval()
        return of_interval(low, high, 0.0)

    return once


def mean_over_trials(noise: Noise, repeats: int) -> Outcome:
    low, high = centre(np.log(noise.trials(repeats))).interval()
    return of_interval(low, high, 0.0)


CAPACITY = 3000.0
OBJECTIVE = Gate("latency_p99", "<", 200.0, "ms", "latency_p99 < 200 ms")


def searched(curve: Callable[[float], float]) -> Once:
    """`bench capacity`: a whole search, `repeats` trials at a level's first look."""

    def once(noise: Noise, repeats: int) -> Outcome:
        search = Search(OBJECTIVE, 100, 20_000, "", repeats=repeats)
        factors, seen = noise.endless(), list[TrialOutcome]()
        while (step := capacity.step(search, seen)).level is not None:
            seen.append(TrialOutcome(step.level, curve(step.level) * next(factors)))
        found = capacity.crossing(search, seen, step)
        return of_interval(found.low, found.high, CAPACITY) if found else "open"

    return once


def queue(level: float) -> float:
    return 20 / max(0.01, 1 - 0.9 * level / CAPACITY)


CLIENTS = 20


def broadcasts(random: np.random.Generator, events: int) -> np.ndarray:
    """Latencies of deliveries: of each event a delay, each client's turn; one event in 50 late."""
    late = (random.random((events, 1)) < 0.02) * random.exponential(10, (events, 1))
    turns = np.arange(CLIENTS) / CLIENTS
    found: np.ndarray = random.lognormal(-1, 0.5, (events, 1)) + turns + late
    return found


def of_broadcasts(quantile: float, events: int) -> Once:
    """A percentile of the deliveries of so many events."""
    units = np.repeat(np.arange(events), CLIENTS)

    def once(noise: Noise, _: int) -> Outcome:
        found = percentile_of_units(broadcasts(noise.random, events).ravel(), units, quantile)
        return of_interval(found.low, found.high, of_many_broadcasts(quantile))

    return once


@cache
def of_many_broadcasts(quantile: float) -> float:
    """The truth, from so many events that it is known; not drawn before somebody asks."""
    return float(np.quantile(broadcasts(np.random.default_rng(1), 200_000), quantile))


_COMPARE = "two patterns of a run differ"
_RUNS = "three runs and three differ"
_SINGLE = "two single runs differ (history known)"
_CROSSING = "interval of a crossing"
_CAPACITY = "interval of a capacity"
_PERCENTILE = "interval of a broadcast's percentile"

CASES = (
    Case(_COMPARE, "25 % more", "true", within_a_run(1.25)),
    Case(_COMPARE, "they do not", "edge", within_a_run(1.0), runs=1500),
    Case(_RUNS, "25 % more", "true", between_runs(3, 1.25)),
    Case(_RUNS, "they do not", "edge", between_runs(3, 1.0), runs=1000),
    Case(_SINGLE, "25 % more", "true", between_runs(1, 1.25)),
    Case(_SINGLE, "they do not", "edge", between_runs(1, 1.0), runs=1500),
    Case("interval over trials", "a mean", "interval", mean_over_trials, runs=4000),
    Case(
        "interval until precise (two stages)", "5 %, at most 150 repeats", "interval",
        precise(0.05), runs=2000,
    ),
    Case(
        _CROSSING, "a + b/x, levels 1 to 150", "interval",
        meets((1, 5, 30, 150), lambda x: 1 + AT / x, 2.0, "inverse"),
        bound=0.1, together=True, runs=200,
    ),
    Case(
        _CROSSING, "unknown form, close levels", "interval",
        meets((3, 5, 8, 13, 20, 30), lambda x: math.sqrt(x / AT), 1.0, "monotone"),
        bound=0.1, together=True, runs=100,
    ),
    Case(
        _CROSSING, "unknown form, a gap of 6", "interval",
        meets((1, 5, 30, 150), lambda x: 1 + AT / x, 2.0, "monotone"),
        bound=0.1, together=True, runs=100,
    ),
    Case(
        _CAPACITY, "in proportion", "interval", searched(lambda x: 200 * x / CAPACITY),
        repeats=(3,), bound=0.1, together=True, runs=200,
    ),
    Case(
        _CAPACITY, "with a constant part", "interval", searched(lambda x: 100 + 100 * x / CAPACITY),
        repeats=(3,), bound=0.1, together=True, runs=200,
    ),
    Case(
        _CAPACITY, "a queue", "interval", searched(queue),
        repeats=(3,), bound=0.1, together=True, runs=200,
    ),
    *(
        Case(
            _PERCENTILE, f"p{quantile * 100:g}, {events} events", "interval",
            of_broadcasts(quantile, events), scatters=False, repeats=(1,),
            bound=0.1, together=True, runs=runs,
        )
        for quantile, events, runs in ((0.5, 20, 1000), (0.9, 60, 1000), (0.99, 470, 300))
    ),
)  # fmt: skip
