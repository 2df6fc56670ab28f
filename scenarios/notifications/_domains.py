"""Where the laws of `notifications` claim to hold.  Pure, and data only.

A domain ends where something happens that its law does not know: a process that is saturated,
events that queue behind one another, too few events to tell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bench.model.domain import FREE, Condition, Domain, Free, Range, Units, Wanted
from bench.model.links import LOOPBACK
from bench.model.load import Load
from scenarios.notifications.load import NotificationLoad, audience, rate_per_client

Asked = Load[NotificationLoad]

MOST_POLLS_PER_S = 2000
"""About a tenth of what one core of server or load process does."""

MOST_DELIVERIES_PER_S = 10_000
"""About a tenth of a core of a server that pushes."""

INDIFFERENT: Mapping[str, Wanted] = {
    "warmup": Free(0.5),
    "trace": FREE,
    "recovery": FREE,
    "poll_interval": FREE,
    "long_poll_timeout": FREE,
}
"""What makes no difference to a push: it is of polls, or of clients that are away."""

INDIFFERENT_TO_POLLS: Mapping[str, Wanted] = {
    **INDIFFERENT,
    "keep_alive": FREE,
    "slow_policy": FREE,
    "send_buffer": FREE,
    "deflate": FREE,
}
"""To polls what is of pushes does not matter either."""

ANY_LINK: Mapping[str, Wanted] = {
    "link": ("loopback", "emulated"),
    "rtt": Range(0.001, 0.2),
    "cc": FREE,
    "queue": FREE,
}


def polls_per_s(load: Asked) -> float:
    """Polls of all clients together."""
    return load.window.clients / load.own.poll_interval_s


def deliveries_per_s(load: Asked) -> float:
    """Deliveries to all clients together."""
    return load.own.event_rate_per_s * audience(load)


def poll_observations_per_s(load: Asked) -> float:
    """Independent waits for a poll, or as many as make the number of polls as sure.

    A broadcast's clients poll at times of their own; of these, four count at most.  In a window
    of W each client polls W/T times, give or take one half: 2.5 % of N clients' polls at W =
    20 T/sqrt(N).
    """
    waits = load.own.event_rate_per_s * min(audience(load), 4)
    polls = EVENTS / 20 * math.sqrt(load.window.clients) / load.own.poll_interval_s
    return min(waits, polls)


EVENTS = 600
"""The mean of so many waits is known to 2.4 % (a uniform one's spread over its mean is 0.58)."""


FEW_POLLS = Condition(
    f"at most {MOST_POLLS_PER_S} polls per second",
    lambda load: polls_per_s(load) <= MOST_POLLS_PER_S,
)
FEW_DELIVERIES = Condition(
    f"at most {MOST_DELIVERIES_PER_S} deliveries per second",
    lambda load: deliveries_per_s(load) <= MOST_DELIVERIES_PER_S,
)
SOME_ARE_EMPTY = Condition(
    "0.02 to 0.8 events per poll interval and client",
    lambda load: 0.02 <= rate_per_client(load) * load.own.poll_interval_s <= 0.8,
)
MANY_PHASES = Condition(
    "evenly spaced events for every client: at least 100 clients, as a client's wait is always the "
    "same where the interval is a multiple of the events' spacing",
    lambda load: (
        load.own.schedule == "poisson" or load.own.audience == "one" or load.window.clients >= 100
    ),
)
EVENLY_TO_ALL = Condition(
    "evenly spaced events go to every client: those for one come to it at random",
    lambda load: load.own.schedule == "poisson" or load.own.audience == "every",
)
SMALL_REPLIES = Condition(
    "at most 10 kB of events per poll interval and client: a reply needs no more round trips",
    lambda load: (
        rate_per_client(load) * load.own.poll_interval_s * load.own.payload_bytes <= 10_000
    ),
)
ANSWERED_IN_TIME = Condition(
    "a poll interval of at least 1.2 round trips: a poll is answered before the next one is due",
    lambda load: load.own.poll_interval_s >= 1.2 * load.link.rtt_s,
)
NO_KEEP_ALIVE = Condition(
    "at least ten events per keep-alive interval and client",
    lambda load: rate_per_client(load) * load.own.keep_alive_s >= 10,
)

_POLLING: Mapping[str, Any] = {
    **INDIFFERENT_TO_POLLS,
    **ANY_LINK,
    "clients": Range(1, 200),
    "event_rate": Range(0.5, 150),
    "schedule": ("poisson", "constant"),
    "audience": ("every", "one"),
    "payload": Range(48, 1000),
    "poll_interval": Range(0.05, 2),
}
POLLS = Units("waits for a poll", EVENTS, poll_observations_per_s, at_most_s=15)
_POLLED = (ANSWERED_IN_TIME, FEW_POLLS, FEW_DELIVERIES)
POLLING = Domain(_POLLING, where=(*_POLLED, MANY_PHASES, SMALL_REPLIES), units=POLLS)
POLLING_EMPTY = Domain(_POLLING, where=(*_POLLED, EVENLY_TO_ALL, SOME_ARE_EMPTY), units=POLLS)

FAR_OR_MANY = Condition(
    "a round trip of at least 10 ms, or a broadcast to at least 200 clients: in a shorter delay, "
    "the time that a sleeping core needs to wake up is not small, and it varies",
    lambda load: (
        load.link.rtt_s >= 0.01 or (load.own.audience == "every" and load.window.clients >= 200)
    ),
)
FAR = Condition(
    "a round trip of at least 10 ms: in a shorter delay, the time that a sleeping core needs to "
    "wake up is not small, and it varies",
    lambda load: load.link.rtt_s >= 0.01,
)

LINK_TAKES_LITTLE = Condition(
    "over a link a broadcast to at most one client for each millisecond of round trip: on two "
    "cores the link's packets, 10 to 20 us for each client on average, are taken from both ends",
    lambda load: (
        load.link.link == LOOPBACK
        or load.own.audience == "one"
        or load.window.clients <= 1000 * load.link.rtt_s
    ),
)

WAITING = Domain(
    {
        **INDIFFERENT_TO_POLLS,
        **ANY_LINK,
        "clients": Range(1, 200),
        "event_rate": Range(0.5, 150),
        "schedule": ("poisson",),
        "audience": ("every", "one"),
        "payload": Range(48, 1000),
        "long_poll_timeout": Range(5, 60),
    },
    where=(
        Condition(
            "at most 1000 deliveries per second", lambda load: deliveries_per_s(load) <= 1000
        ),
        Condition(
            "at most 10 kB of events per round trip and client: a reply needs no more round trips",
            lambda load: rate_per_client(load) * load.link.rtt_s * load.own.payload_bytes <= 10_000,
        ),
    ),
    units=Units("events", 400, lambda load: load.own.event_rate_per_s, at_most_s=15),
)

WAITING_FAR = Domain(WAITING.load, where=(*WAITING.where, FAR), units=WAITING.units)

BROADCAST = Domain(
    {
        **INDIFFERENT,
        **ANY_LINK,
        "clients": Range(1, 1000),
        "event_rate": Range(0.5, 100),
        "schedule": ("poisson", "constant"),
        "audience": ("every", "one"),
        "payload": Range(48, 1000),
    },
    where=(FEW_DELIVERIES, FAR_OR_MANY, LINK_TAKES_LITTLE),
    units=Units("events", 100, lambda load: load.own.event_rate_per_s, at_most_s=15),
)

IN_ONE_PACKET = 60_000
"""Bytes.  A packet of loopback carries 65,483; what is left of a longer message waits until the
first packet is acknowledged, up to 40 ms (delayed ACK), where the receiver's window is as long."""

PUSHED_BYTES = Domain(
    {
        **INDIFFERENT,
        **ANY_LINK,
        "clients": Range(1, 200),
        "event_rate": Range(5, 200),
        "schedule": ("poisson", "constant"),
        "audience": ("every", "one"),
        "payload": Range(48, IN_ONE_PACKET),
    },
    where=(
        FEW_DELIVERIES,
        NO_KEEP_ALIVE,
        Condition(
            "at most 10 kB of events per round trip and client: a connection carries them as they "
            "come, from its first one on",
            lambda load: rate_per_client(load) * load.link.rtt_s * load.own.payload_bytes <= 10_000,
        ),
        Condition(
            "at most 20 MB/s of payload",
            lambda load: deliveries_per_s(load) * load.own.payload_bytes <= 20e6,
        ),
    ),
    units=Units("deliveries", 50, deliveries_per_s, at_least_s=2, at_most_s=10),
)
PUSHED_RECORDS = Domain(
    {**PUSHED_BYTES.load, "payload": Range(48, 16_000)},
    where=(
        *PUSHED_BYTES.where,
        Condition(
            "at most 20 events per second and client: each has a record of its own",
            lambda load: rate_per_client(load) <= 20,
        ),
    ),
    units=PUSHED_BYTES.units,
)
