"""PS-1 of calls: a publisher that calls its receivers itself, in turn or at once.  Pure.

Where the law claims to hold, the trials that supply what a call takes, and the law filled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.model.domain import Condition, Domain, Range, Wanted
from bench.model.law import Calibration, Facts, Law
from scenarios.fan_out import laws
from scenarios.fan_out._domains import (
    EVENT_UNITS,
    FEW,
    LAST,
    MANY,
    OPENED,
    PARALLEL,
    PUBLISHER,
    RECEIVERS,
    SERIAL,
    TOLD_NEAR_S,
    WITH_FEW,
    WITH_MANY,
    Asked,
    rtt_s,
    told_near_s,
)

# --- where it holds, and what supplies its parts -------------------------------------------------

CALLED_NUMBERS, IN_TURN_NUMBERS = (2, 4, 90, 180), (1, 3, 10, 30)
"""Receivers of the trials that supply what a call takes: on loopback, and in turn over a link.

Four: the first calls of an event find a process that has slept, so each further one takes less
than they did; and with many receivers each takes longer, as their state outgrows the cores' caches.
"""

IN_TURN_NEAR_S = 0.002
"""The distance of those trials over a link: who slept during it wakes up later."""


def _lines(
    name: str, numbers: Sequence[int], settings: Mapping[str, Any], words: str
) -> tuple[Calibration, ...]:
    return tuple(
        Calibration(
            f"{name}_{place}",
            {"clients": number, **settings},
            (PUBLISHER, LAST),
            text=f"{number} {'receiver' if number == 1 else 'receivers'} {words}",
        )
        for place, number in zip(("first", "few", "many", "most"), numbers, strict=True)
    )


CALLED_LINES = _lines("called", CALLED_NUMBERS, {}, "on loopback")
IN_TURN_LINES = _lines(
    "in_turn",
    IN_TURN_NUMBERS,
    {"rtt": IN_TURN_NEAR_S},
    f"over a link of {IN_TURN_NEAR_S * 1e3:g} ms",
)

AT_ONCE_LINES = tuple(
    dataclasses.replace(one, name=f"at_once_{one.name}", facts=(PUBLISHER, LAST))
    for one in (WITH_FEW, WITH_MANY)
)

MOST_BUSY = 0.5
SLOWEST_RECEIVER_S = 0.0006
"""About what a request takes; to keep events from meeting each other."""

CALL_S = 0.0002
"""About what a request takes that is sent with others, over a link."""

IN_TURN_FAR: Mapping[str, Wanted] = {"link": ("emulated",), "rtt": Range(IN_TURN_NEAR_S, 0.02)}
AT_ONCE_FAR: Mapping[str, Wanted] = {"link": ("emulated",), "rtt": Range(TOLD_NEAR_S, 0.1)}
APART = Condition(
    "an event is dealt with before the next one is due",
    lambda load: (
        load.own.event_rate_per_s * load.window.clients * (SLOWEST_RECEIVER_S + rtt_s(load))
        <= MOST_BUSY
    ),
)
CALLED_BY_THEN = Condition(
    "all receivers are called before the first one answers, and an event is dealt with in half of "
    "the time until the next one",
    lambda load: (
        load.window.clients * CALL_S <= rtt_s(load)
        and load.own.event_rate_per_s * (load.window.clients * CALL_S + rtt_s(load)) <= MOST_BUSY
    ),
)
CALLED_NEAR = Domain(RECEIVERS, where=(APART, OPENED), units=EVENT_UNITS)
SEVERAL = Condition(
    "there are two receivers or more: the first answer finds a publisher that sleeps, and a single "
    "receiver does not wait for that",
    lambda load: load.window.clients > 1,
)
LAST_FROM_TWO = Domain(RECEIVERS, where=(APART, OPENED, SEVERAL), units=EVENT_UNITS)
CALLED_IN_TURN = Domain({**RECEIVERS, **IN_TURN_FAR}, where=(APART, OPENED), units=EVENT_UNITS)
CALLED_AT_ONCE = Domain(
    {**RECEIVERS, **AT_ONCE_FAR}, where=(CALLED_BY_THEN, OPENED), units=EVENT_UNITS
)

# --- filled ---------------------------------------------------------------------------------------


def through_s(
    numbers: Sequence[int], lines: Sequence[Calibration], load: Asked, facts: Facts, metric: str
) -> float:
    """What so many receivers take, where the trials that supply it are."""
    points = [
        (number, facts[one.key(metric)] / 1e3) for number, one in zip(numbers, lines, strict=True)
    ]
    return laws.through(points, load.window.clients)


def _called_near(metric: str) -> Callable[[Asked, Facts], float]:
    return lambda load, facts: through_s(CALLED_NUMBERS, CALLED_LINES, load, facts, metric) * 1e3


def _in_turn_s(load: Asked, facts: Facts, metric: str) -> tuple[float, float]:
    """What so many take over a short link, and how much further they are."""
    work_s = through_s(IN_TURN_NUMBERS, IN_TURN_LINES, load, facts, metric)
    return work_s, rtt_s(load) - IN_TURN_NEAR_S


def _in_turn_ms(load: Asked, facts: Facts) -> float:
    work_s, further_s = _in_turn_s(load, facts, PUBLISHER)
    return laws.called_in_turn(work_s, load.window.clients, further_s) * 1e3


def _last_in_turn_ms(load: Asked, facts: Facts) -> float:
    work_s, further_s = _in_turn_s(load, facts, LAST)
    return laws.last_called_in_turn(work_s, load.window.clients, further_s) * 1e3


def _at_once_s(load: Asked, facts: Facts, metric: str) -> tuple[float, float]:
    work_s = through_s((FEW, MANY), AT_ONCE_LINES, load, facts, metric)
    return work_s, rtt_s(load) - told_near_s(load)


def _at_once_ms(load: Asked, facts: Facts) -> float:
    return laws.called_at_once(*_at_once_s(load, facts, PUBLISHER)) * 1e3


def _last_at_once_ms(load: Asked, facts: Facts) -> float:
    return laws.last_called_at_once(*_at_once_s(load, facts, LAST)) * 1e3


CALLED_BAND = 0.25
CALLED_REASON = (
    "without distance a call is a few hundred microseconds of cores that publisher and receivers "
    "share: trials of one load differ by 5 to 28 % (standard deviation)"
)


def _near(
    pattern: str,
    metric: str,
    passed: tuple[int, ...],
    domain: Domain = CALLED_NEAR,
    fitted: tuple[int, ...] = (),
) -> Law:
    return Law(
        "PS-1",
        "a + F s",
        "receivers are dealt with one after the other; a and s from trials with other numbers of "
        "them",
        metric,
        (pattern,),
        _called_near(metric),
        domain,
        (),
        CALLED_LINES,
        band=CALLED_BAND,
        band_reason=CALLED_REASON,
        fitted_with=(9304, 9411, *fitted),
        passed_with=passed,
    )


FAR_APART_CALLS = {
    SERIAL: (CALLED_IN_TURN, IN_TURN_LINES),
    PARALLEL: (CALLED_AT_ONCE, AT_ONCE_LINES),
}


def _far(
    pattern: str,
    metric: str,
    formula: str,
    source: str,
    function: Callable[[Asked, Facts], float],
    passed: tuple[int, ...],
) -> Law:
    domain, lines = FAR_APART_CALLS[pattern]
    return Law(
        "PS-1",
        formula,
        source,
        metric,
        (pattern,),
        function,
        domain,
        (),
        lines,
        passed_with=passed,
    )


IN_TURN_PASSED, AT_ONCE_PASSED = (9411, 9432, 9442), (9431,)
IN_TURN_NEAR = _near(SERIAL, PUBLISHER, (9432, 9442))
LAST_IN_TURN_NEAR = _near(SERIAL, LAST, (9442,), LAST_FROM_TWO, (9432,))
AT_ONCE_NEAR, LAST_AT_ONCE_NEAR = (
    _near(PARALLEL, metric, AT_ONCE_PASSED) for metric in (PUBLISHER, LAST)
)
IN_TURN = _far(
    SERIAL,
    PUBLISHER,
    "a + F (R + S)",
    "each receiver is called when the previous one has answered",
    _in_turn_ms,
    IN_TURN_PASSED,
)
LAST_IN_TURN = _far(
    SERIAL,
    LAST,
    "a + F S + (F - 1/2) R",
    "the last receiver is called when all others have answered",
    _last_in_turn_ms,
    IN_TURN_PASSED,
)
AT_ONCE = _far(
    PARALLEL,
    PUBLISHER,
    "R + a + F s",
    "all calls are sent before the first answer is there",
    _at_once_ms,
    AT_ONCE_PASSED,
)
LAST_AT_ONCE = _far(
    PARALLEL,
    LAST,
    "a + F s + R/2",
    "the last call is sent when all others were, and takes one way",
    _last_at_once_ms,
    AT_ONCE_PASSED,
)
