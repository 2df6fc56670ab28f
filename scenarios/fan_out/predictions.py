"""The laws of `fan_out` as they apply to its patterns and metrics.  Pure.

What one more receiver takes, what a confirm takes beside the distance and how much publisher and
broker do at most, no law can know: other trials supply it.  None reads what it predicts.
"""

from __future__ import annotations

from bench.model.law import Facts, Law
from scenarios.fan_out import laws
from scenarios.fan_out._calls import (
    AT_ONCE,
    AT_ONCE_NEAR,
    IN_TURN,
    IN_TURN_NEAR,
    LAST_AT_ONCE,
    LAST_AT_ONCE_NEAR,
    LAST_IN_TURN,
    LAST_IN_TURN_NEAR,
    through_s,
)
from scenarios.fan_out._domains import (
    AT_MOST,
    BROKERS,
    BUFFERED,
    BYTES_DOWN,
    BYTES_UP,
    CONFIRMED_FAR,
    CONFIRMED_NEAR,
    FEW,
    FRAMED,
    LAST,
    MANY,
    NAME_BYTES,
    ONE_BY_ONE,
    PREFETCHED,
    PUBLISHER_CPU,
    RABBIT,
    RATE,
    RECEIVED,
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


def _last_told_ms(load: Asked, facts: Facts) -> float:
    """Receivers reach a broker over both links."""
    work_s = through_s((FEW, MANY), (WITH_FEW, WITH_MANY), load, facts, LAST)
    to_broker_s = services_rtt_s(load) - services_told_near_s(load)
    to_receivers_s = to_broker_s + rtt_s(load) - told_near_s(load)
    return laws.last_told(work_s, to_broker_s, to_receivers_s) * 1e3


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
