"""The laws of `fan_out` as they apply to its patterns and metrics.  Pure.

What one more receiver takes, what a confirm takes beside the distance and how much publisher and
broker do at most, no law can know: other trials supply it.  None reads what it predicts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.model.law import Calibration, Facts, Law
from scenarios.fan_out import laws
from scenarios.fan_out._domains import (
    AT_MOST,
    AT_ONCE_LINES,
    BROKERS,
    BUFFERED,
    BYTES_DOWN,
    BYTES_UP,
    CALLED_AT_ONCE,
    CALLED_IN_TURN,
    CALLED_LINES,
    CALLED_NEAR,
    CALLED_NUMBERS,
    CONFIRMED_FAR,
    CONFIRMED_NEAR,
    FEW,
    FRAMED,
    IN_TURN_LINES,
    IN_TURN_NEAR_S,
    IN_TURN_NUMBERS,
    LAST,
    MANY,
    NAME_BYTES,
    ONE_BY_ONE,
    PARALLEL,
    PREFETCHED,
    PUBLISHER,
    PUBLISHER_CPU,
    RABBIT,
    RATE,
    RECEIVED,
    SERIAL,
    TAG_BYTES,
    TOLD,
    TOLD_BY,
    TOLD_TOO_BY,
    WAIT,
    WITH_FEW,
    WITH_MANY,
    Asked,
    confirm_near_s,
    rtt_s,
    services_rtt_s,
    services_told_near_s,
    told_near_s,
)

# --- PS-1: over receivers -------------------------------------------------------------------------


def _through_s(
    numbers: Sequence[int], lines: Sequence[Calibration], load: Asked, facts: Facts, metric: str
) -> float:
    """What so many receivers take, where the trials that supply it are."""
    points = [
        (number, facts[one.key(metric)] / 1e3) for number, one in zip(numbers, lines, strict=True)
    ]
    return laws.through(points, load.window.clients)


def _called_near(metric: str) -> Callable[[Asked, Facts], float]:
    return lambda load, facts: _through_s(CALLED_NUMBERS, CALLED_LINES, load, facts, metric) * 1e3


def _in_turn_s(load: Asked, facts: Facts, metric: str) -> tuple[float, float]:
    """What so many take over a short link, and how much further they are."""
    work_s = _through_s(IN_TURN_NUMBERS, IN_TURN_LINES, load, facts, metric)
    return work_s, rtt_s(load) - IN_TURN_NEAR_S


def _in_turn_ms(load: Asked, facts: Facts) -> float:
    work_s, further_s = _in_turn_s(load, facts, PUBLISHER)
    return laws.called_in_turn(work_s, load.window.clients, further_s) * 1e3


def _last_in_turn_ms(load: Asked, facts: Facts) -> float:
    work_s, further_s = _in_turn_s(load, facts, LAST)
    return laws.last_called_in_turn(work_s, load.window.clients, further_s) * 1e3


def _at_once_s(load: Asked, facts: Facts, metric: str) -> tuple[float, float]:
    work_s = _through_s((FEW, MANY), AT_ONCE_LINES, load, facts, metric)
    return work_s, rtt_s(load) - told_near_s(load)


def _at_once_ms(load: Asked, facts: Facts) -> float:
    return laws.called_at_once(*_at_once_s(load, facts, PUBLISHER)) * 1e3


def _last_at_once_ms(load: Asked, facts: Facts) -> float:
    return laws.last_called_at_once(*_at_once_s(load, facts, LAST)) * 1e3


def _last_told_ms(load: Asked, facts: Facts) -> float:
    """Receivers reach a broker over both links."""
    work_s = _through_s((FEW, MANY), (WITH_FEW, WITH_MANY), load, facts, LAST)
    to_broker_s = services_rtt_s(load) - services_told_near_s(load)
    to_receivers_s = to_broker_s + rtt_s(load) - told_near_s(load)
    return laws.last_told(work_s, to_broker_s, to_receivers_s) * 1e3


CALLED_BAND = 0.25
CALLED_REASON = (
    "without distance a call is a few hundred microseconds of cores that publisher and receivers "
    "share: trials of one load differ by 5 to 28 % (standard deviation)"
)


def _near(pattern: str, metric: str, passed: tuple[int, ...]) -> Law:
    return Law(
        "PS-1",
        "a + F s",
        "receivers are dealt with one after the other; a and s from trials with other numbers of "
        "them",
        metric,
        (pattern,),
        _called_near(metric),
        CALLED_NEAR,
        (),
        CALLED_LINES,
        band=CALLED_BAND,
        band_reason=CALLED_REASON,
        fitted_with=(9304, 9411),
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


IN_TURN_PASSED, AT_ONCE_PASSED = (9411,), (9431,)
IN_TURN_NEAR, LAST_IN_TURN_NEAR = (_near(SERIAL, metric, ()) for metric in (PUBLISHER, LAST))
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


def _told(brokers: tuple[str, ...]) -> Law:
    return Law(
        "PS-1",
        "R_p/2 + a + F s + R_s/2",
        "one way to the broker, F deliveries one after the other, one way to the receivers",
        LAST,
        brokers,
        _last_told_ms,
        TOLD,
        (),
        (WITH_FEW, WITH_MANY),
        fitted_with=(9304,),
        passed_with=(9411,),
    )


ONCE_BAND = 0.25
ONCE_REASON = "a few hundred microseconds of a process that has slept: caches decide"


def _once_us(_: Asked, facts: Facts) -> float:
    return facts[WITH_FEW.key(PUBLISHER_CPU)]


TOLD_ONCE = Law(
    "PS-1",
    "a",
    "the broker is told once, however many receivers there are",
    PUBLISHER_CPU,
    BROKERS,
    _once_us,
    TOLD,
    (),
    (WITH_FEW,),
    band=ONCE_BAND,
    band_reason=ONCE_REASON,
    passed_with=(9411,),
)
LAST_TOLD, LAST_TOLD_TOO = _told(TOLD_BY), _told(TOLD_TOO_BY)

# --- PS-2: the window of confirms -----------------------------------------------------------------

CONFIRM_BAND = 0.15
CONFIRM_REASON = (
    "where window and capacity meet, part of a window may be confirmed while the rest is sent"
)


def _confirm_s(load: Asked, facts: Facts) -> float:
    return 1 / facts[ONE_BY_ONE.key(RATE)] - confirm_near_s(load)


def _confirmed_per_s(load: Asked, facts: Facts) -> float:
    confirm_s, most = _confirm_s(load, facts), facts[AT_MOST.key(RATE)]
    return laws.confirmed_per_s(load.own.confirm_window, services_rtt_s(load), confirm_s, most)


def _confirmed_in_turn_per_s(load: Asked, facts: Facts) -> float:
    confirm_s, most = _confirm_s(load, facts), facts[AT_MOST.key(RATE)]
    return laws.confirmed_in_turn_per_s(load.own.confirm_window, confirm_s, most)


CONFIRMS = Law(
    "PS-2",
    "min(W/(R + t), mu)",
    "what is sent together is confirmed together; t from one by one, mu from a full window",
    RATE,
    (RABBIT,),
    _confirmed_per_s,
    CONFIRMED_FAR,
    (),
    (AT_MOST, ONE_BY_ONE),
    band=CONFIRM_BAND,
    band_reason=CONFIRM_REASON,
    fitted_with=(9433,),
    passed_with=(9441,),
)
CONFIRMS_NEAR = Law(
    "PS-2",
    "W/(t + (W - 1)/mu)",
    "without distance publisher and broker share a core, so that neither works while the other "
    "does; t and mu as above",
    RATE,
    (RABBIT,),
    _confirmed_in_turn_per_s,
    CONFIRMED_NEAR,
    (),
    (AT_MOST, ONE_BY_ONE),
    band=CONFIRM_BAND,
    band_reason=CONFIRM_REASON,
    fitted_with=(9307, 9433),
    passed_with=(9441,),
)

# --- PS-3: prefetch -------------------------------------------------------------------------------


def _prefetch_rate(load: Asked, _: Facts) -> float:
    own = load.own
    return laws.received_per_s(own.prefetch, load.link.rtt_s, own.work_time_s)


def _buffer_wait_ms(load: Asked, _: Facts) -> float:
    own = load.own
    return laws.buffer_wait(own.prefetch, load.link.rtt_s, own.work_time_s) * 1e3


PREFETCH_RATE = Law(
    "PS-3",
    "min(P/(R + s), 1/s)",
    "an acknowledgement makes room for the next event, and takes a round trip with it",
    RECEIVED,
    (RABBIT,),
    _prefetch_rate,
    PREFETCHED,
    (),
    passed_with=(7112, 9411),
)
PREFETCH_WAIT = Law(
    "PS-3",
    "P s - (R + s)",
    "of P events one is worked on and R/s are on their way; the others wait",
    WAIT,
    (RABBIT,),
    _buffer_wait_ms,
    BUFFERED,
    (),
    passed_with=(7112, 9411),
)

# --- PS-5: bytes ----------------------------------------------------------------------------------


def _published_bytes(load: Asked, _: Facts) -> float:
    return laws.published_bytes(load.own.payload_bytes, NAME_BYTES)


def _delivered_bytes(load: Asked, _: Facts) -> float:
    return laws.delivered_bytes(load.own.payload_bytes, NAME_BYTES, TAG_BYTES)


PUBLISHED_BYTES = Law(
    "PS-5",
    "47 + |ex| + |rk| + props + P",
    "AMQP 0-9-1: a method, a header and a body frame; one copy, however many receivers",
    BYTES_UP,
    (RABBIT,),
    _published_bytes,
    FRAMED,
    (),
    passed_with=(7112, 9411),
)
DELIVERED_BYTES = Law(
    "PS-5",
    "54 + |tag| + |ex| + |rk| + props + P",
    "AMQP 0-9-1: a method, a header and a body frame for each receiver",
    BYTES_DOWN,
    (RABBIT,),
    _delivered_bytes,
    FRAMED,
    (),
    passed_with=(7112, 9411),
)

PREDICTIONS = (
    IN_TURN_NEAR,
    LAST_IN_TURN_NEAR,
    AT_ONCE_NEAR,
    LAST_AT_ONCE_NEAR,
    IN_TURN,
    LAST_IN_TURN,
    AT_ONCE,
    LAST_AT_ONCE,
    TOLD_ONCE,
    LAST_TOLD,
    LAST_TOLD_TOO,
    CONFIRMS,
    CONFIRMS_NEAR,
    PREFETCH_RATE,
    PREFETCH_WAIT,
    PUBLISHED_BYTES,
    DELIVERED_BYTES,
)
