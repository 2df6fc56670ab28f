"""Where the laws of `chat` claim to hold.  Pure, and data only.

A domain ends where something happens that its law does not know: acknowledgements that two messages
share, keep-alives, a process that is saturated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from bench.model.domain import FREE, Condition, Domain, Free, Range, Units, Wanted
from bench.model.load import Load
from scenarios.chat.load import ChatLoad, heard_per_s, messages_per_s, room_rate

Asked = Load[ChatLoad]

_INDIFFERENT: Mapping[str, Wanted] = {
    "warmup": Free(0.5),
    "size_limit": FREE,
    "keep_messages": FREE,
    "slow_policy": FREE,
    "send_buffer": FREE,
    "leave_rate": FREE,
    "away": FREE,
    "leave_by": FREE,
    "gone_after": FREE,
}
_ROOMS: Mapping[str, Wanted] = {
    **_INDIFFERENT,
    "clients": Range(10, 200),
    "room_size": Range(2, 50),
    "speak_rate": Range(0.02, 2.0),
    "schedule": ("poisson", "constant"),
    "payload": Range(64, 2000),
}
FULL_ROOMS = Condition(
    "every room is full", lambda load: load.window.clients % load.own.room_size == 0
)
APART = Condition(
    "at most 4 messages per second in a room: two that come within 40 ms share an acknowledgement",
    lambda load: room_rate(load) <= 4,
)
FEW_HEARD = Condition(
    "at most 2000 heard messages per second", lambda load: heard_per_s(load) <= 2000
)


MESSAGES = Units("messages", 60, messages_per_s, at_least_s=2, at_most_s=15)
SPOKEN = Domain(
    {**_ROOMS, "poll_interval": FREE, "long_poll_timeout": FREE, "keep_alive": FREE},
    where=(FULL_ROOMS, APART, FEW_HEARD),
    units=MESSAGES,
)
STREAMED = Domain(
    {**_ROOMS, "poll_interval": FREE, "long_poll_timeout": FREE},
    where=(
        FULL_ROOMS,
        APART,
        FEW_HEARD,
        Condition(
            "at least one message per second in a room: keep-alives are seldom",
            lambda load: room_rate(load) >= 1,
        ),
    ),
    units=MESSAGES,
)
HELD = Domain(
    {**_ROOMS, "poll_interval": FREE, "keep_alive": FREE},
    where=(
        FULL_ROOMS,
        APART,
        FEW_HEARD,
        Condition(
            "at least 20 messages in a room for each timeout of a long poll",
            lambda load: room_rate(load) * load.own.long_poll_timeout_s >= 20,
        ),
    ),
    units=MESSAGES,
)

MOST_POLLS_PER_S = 1000


def _poll_units(load: Asked) -> float:
    """Waits for a poll, or as many as make the number of polls for each message as sure."""
    polls = 30 * math.sqrt(load.window.clients) / load.own.poll_interval_s
    return min(min(load.own.room_size - 1, 4) * messages_per_s(load), polls)


FEW_POLLS = Condition(
    f"at most {MOST_POLLS_PER_S} polls per second",
    lambda load: load.window.clients / load.own.poll_interval_s <= MOST_POLLS_PER_S,
)
ANSWERED_IN_TIME = Condition(
    "a poll interval of at least 1.2 round trips: a poll is answered before the next one is due",
    lambda load: load.own.poll_interval_s >= 1.2 * load.link.rtt_s,
)
_POLLED: Mapping[str, Wanted] = {
    **_ROOMS,
    "poll_interval": Range(0.1, 2),
    "long_poll_timeout": FREE,
    "keep_alive": FREE,
}
POLLED = Domain(
    {
        **_POLLED,
        "schedule": ("poisson",),
        "link": ("loopback", "emulated"),
        "rtt": Range(0.001, 0.2),
        "cc": FREE,
        "queue": FREE,
    },
    where=(FULL_ROOMS, FEW_HEARD, FEW_POLLS, ANSWERED_IN_TIME),
    units=Units("waits for a poll", 600, _poll_units, at_least_s=2, at_most_s=20),
)
POLLED_BYTES = Domain(
    {**_POLLED, "schedule": ("poisson",)},
    where=(FULL_ROOMS, FEW_HEARD, FEW_POLLS),
    units=Units("messages", 400, messages_per_s, at_least_s=2, at_most_s=20),
)
