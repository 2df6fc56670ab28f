"""Where the laws of `fan_out` claim to hold, and the trials that supply what they cannot know.

Pure, and data only.  A domain ends where events meet each other, or a receiver is not behind.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.model.domain import FREE, Condition, Domain, Free, Range, Units, Wanted
from bench.model.law import Calibration
from bench.model.load import Load
from scenarios.fan_out import laws
from scenarios.fan_out.load import EACH, MANUAL, NONE, WINDOW, FanOutLoad

Asked = Load[FanOutLoad]

SERIAL, PARALLEL = "direct_serial", "direct_parallel"
RABBIT, STREAM, NATS, JETSTREAM, REDIS = (
    "rabbitmq_fanout",
    "rabbitmq_stream",
    "nats_core",
    "nats_jetstream",
    "redis_pubsub",
)
TOLD_BY = (RABBIT, NATS)
TOLD_TOO_BY = (STREAM, JETSTREAM, REDIS)
"""Measured for the claims at fewer levels."""

BROKERS = (*TOLD_BY, *TOLD_TOO_BY)

PUBLISHER, PUBLISHER_CPU = "publisher_ms", "publisher_cpu_us"
LAST, RATE = "last_receiver_ms", "published_per_s"
RECEIVED, WAIT = "received_per_s", "buffer_wait_ms"
BYTES_UP, BYTES_DOWN = "publisher_bytes_per_event", "stream_bytes_down_per_event"

# --- PS-1: over receivers -------------------------------------------------------------------------


def rtt_s(load: Asked) -> float:
    return load.link.rtt_s if load.link.link != "loopback" else 0.0


def services_rtt_s(load: Asked) -> float:
    return load.services.rtt_s if load.services.link != "loopback" else 0.0


FEW, MANY = 5, 100
TOLD_NEAR_S = 0.02
"""The distance of the trials that supply what a broker's delivery takes, and a call of many.

Not less: while an event is still sent to the last receivers, its first packets would arrive and
wake up receivers on the cores that the sender needs.
"""


def told_near_s(load: Asked) -> float:
    return TOLD_NEAR_S if rtt_s(load) else 0.0


def services_told_near_s(load: Asked) -> float:
    """The same between the publisher and the broker."""
    return TOLD_NEAR_S if services_rtt_s(load) else 0.0


_NEAR = {"rtt": told_near_s, "services_rtt": services_told_near_s}
WITH_FEW = Calibration(
    "few",
    {"clients": FEW, **_NEAR},
    (PUBLISHER_CPU, LAST),
    text=f"{FEW} receivers, over the same kinds of links at {TOLD_NEAR_S * 1e3:g} ms",
)
WITH_MANY = Calibration(
    "many",
    {"clients": MANY, **_NEAR},
    (LAST,),
    text=f"{MANY} receivers there: compared with few, what one more takes",
)
DELIVERY_S = 0.0001
"""About what a broker and a receiver take for a delivery."""

EVENTS = 40
SIZES = (100, 1000)
"""Two, as each needs calibration trials of its own."""

RECEIVERS: Mapping[str, Wanted] = {
    "clients": Range(1, 200),
    "event_rate": (4.0,),
    "payload": SIZES,
    "warmup": Free(2.0),
    "request_timeout": Free(10.0),
}
FAR_APART: Mapping[str, Wanted] = {
    "link": ("loopback", "emulated"),
    "rtt": Range(TOLD_NEAR_S, 0.1),
    "services_link": ("loopback", "emulated"),
    "services_rtt": Range(TOLD_NEAR_S, 0.1),
}
OPENED = Condition(
    "an event is sent before the window: connections are open",
    lambda load: load.window.warmup_s * load.own.event_rate_per_s >= 1.5,
)


def _sending_s(load: Asked) -> float:
    """How long a broker sends an event."""
    return load.window.clients * DELIVERY_S


def _way_s(load: Asked) -> float:
    """From the broker to a receiver: over both links."""
    return (rtt_s(load) + services_rtt_s(load)) / 2


FAR_BETWEEN = Condition(
    "the last receiver has an event before the broker gets the next one",
    lambda load: load.own.event_rate_per_s * (_sending_s(load) + _way_s(load)) <= 1,
)
ON_THEIR_WAY = Condition(
    "a broker has sent an event to all receivers before it reaches the first one",
    lambda load: _sending_s(load) <= _way_s(load),
)
EVENT_UNITS = Units("events", EVENTS, lambda load: load.own.event_rate_per_s, at_least_s=2)
TOLD = Domain(
    {
        **RECEIVERS,
        **FAR_APART,
        "payload": SIZES[:1],
        "confirms": (NONE,),
        "event_rate": (10.0,),
    },
    where=(FAR_BETWEEN, OPENED, ON_THEIR_WAY),
    units=EVENT_UNITS,
)


# --- PS-2: the window of confirms -----------------------------------------------------------------

CONFIRM_NEAR_S = 0.004
"""The distance of the trials that supply t and mu: who slept for longer wakes up later."""

MOST_OPEN, MOST_OPEN_NEAR = 5000, 200
"""Windows of the trials that supply mu, over a link and without distance.

A link needs many to be full.  Without distance 200 publish most: with 5,000 open, publisher and
broker hold more in memory, and do up to a tenth less.
"""


def confirm_near_s(load: Asked) -> float:
    """The distance of the trials that supply t and mu: a link's own work is part of both."""
    return CONFIRM_NEAR_S if load.services.link != "loopback" else 0.0


def most_open(load: Asked) -> int:
    """The window of the trial that supplies mu."""
    return MOST_OPEN if load.services.link != "loopback" else MOST_OPEN_NEAR


AT_MOST = Calibration(
    "most",
    {
        "confirms": WINDOW,
        "confirm_window": most_open,
        "services_rtt": confirm_near_s,
        "duration": 3.0,
    },
    (RATE,),
    text=f"{MOST_OPEN_NEAR} confirms open on loopback, or {MOST_OPEN} over the same kind of link "
    f"at {CONFIRM_NEAR_S * 1e3:g} ms: the most that publisher, link and broker can do (mu)",
)
ONE_BY_ONE = Calibration(
    "one",
    {"confirms": WINDOW, "confirm_window": 1, "services_rtt": confirm_near_s, "duration": 3.0},
    (RATE,),
    text="one confirm after the other, on loopback or over the same kind of link at "
    f"{CONFIRM_NEAR_S * 1e3:g} ms: what a confirm takes in addition to the round trip (t)",
)
WITH_A_WINDOW: Mapping[str, Wanted] = {
    "clients": (1,),
    "event_rate": (0.0,),
    "payload": SIZES,
    "confirms": (WINDOW,),
    "confirm_window": Range(1, 1000),
    "warmup": Free(0.5),
}
_CONFIRMS = Units("confirms", 200, lambda load: 1 / (0.002 + services_rtt_s(load)), at_least_s=2)
CONFIRMED_NEAR = Domain({**WITH_A_WINDOW, "services_link": ("loopback",)}, units=_CONFIRMS)
CONFIRMED_FAR = Domain(
    {**WITH_A_WINDOW, "services_link": ("emulated",), "services_rtt": Range(0.002, 0.02)},
    units=_CONFIRMS,
)


# --- PS-3: prefetch -------------------------------------------------------------------------------

BEHIND = 0.2
"""How far, as a share of R + s, a receiver is behind at least where its buffer's wait is told."""

FULL_QUEUE: Mapping[str, Wanted] = {
    "clients": (1,),
    "event_rate": (0.0,),
    "confirms": (WINDOW,),
    "confirm_window": Free(20),
    "queue_limit": Range(20, 100),
    "acknowledgement": (MANUAL,),
    "prefetch": Range(1, 100),
    "work_time": Range(0.003, 0.05),
    "payload": Range(48, 1000),
    "link": ("emulated",),
    "rtt": Range(0.02, 0.2),
    "drain": FREE,
}
FILLED = Condition(
    "the warm-up is at least 1.5 times as long as it takes to deal with a whole prefetch",
    lambda load: load.window.warmup_s >= 1.5 * _cycle_s(load),
)


def _cycle_s(load: Asked) -> float:
    """How long an event is with a receiver: on its way and in the buffer."""
    own = load.own
    return max(own.prefetch * own.work_time_s, load.link.rtt_s + own.work_time_s)


def _received_per_s(load: Asked) -> float:
    own = load.own
    return laws.received_per_s(own.prefetch, load.link.rtt_s, own.work_time_s)


def _is_behind(load: Asked) -> bool:
    own, needed_s = load.own, load.link.rtt_s + load.own.work_time_s
    return laws.buffer_wait(own.prefetch, load.link.rtt_s, own.work_time_s) >= BEHIND * needed_s


_RECEIVED = Units("events", 100, _received_per_s, at_least_s=2)
PREFETCHED = Domain({**FULL_QUEUE, "warmup": Free(8.0)}, where=(FILLED,), units=_RECEIVED)
BUFFERED = Domain(
    {**FULL_QUEUE, "warmup": Free(8.0)},
    where=(
        FILLED,
        Condition(
            "the prefetch is more than is needed by a fifth",
            _is_behind,
        ),
    ),
    units=_RECEIVED,
)
# --- PS-5: bytes ----------------------------------------------------------------------------------

NAME_BYTES = len("fan-out-") + 12
TAG_BYTES = 1
ANY_LOAD: Mapping[str, Wanted] = {
    "clients": Range(1, 200),
    "event_rate": Range(4, 100),
    "payload": Range(48, 300_000),
    "request_timeout": FREE,
    "confirms": (NONE, EACH, WINDOW),
    "confirm_window": FREE,
    "durable": ("off", "on"),
    "warmup": Free(0.3),
}
SOME_BYTES = Condition(
    "at most 20 MB of events a second, to all receivers together",
    lambda load: load.own.event_rate_per_s * load.own.payload_bytes * load.window.clients <= 2e7,
)
FRAMED = Domain(
    ANY_LOAD,
    where=(SOME_BYTES,),
    units=Units("events", 50, lambda load: load.own.event_rate_per_s, at_least_s=2),
)
