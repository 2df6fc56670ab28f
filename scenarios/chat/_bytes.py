"""CHAT-1 filled in: what a spoken message carries, from a load alone.  Pure.

Sizes are those of what clients and servers write (_framing.py): none is measured.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Callable
from typing import Any

from bench.model.law import SEED, Facts
from bench.model.load import Load
from scenarios.chat import _framing as framing
from scenarios.chat import _planned as planned
from scenarios.chat import laws
from scenarios.chat.load import ChatLoad, room_rate, rooms

Asked = Load[ChatLoad]

# --- what is said on the way --------------------------------------------------------------------

HOST, PORT = "127.0.0.1", 40_000
"""A port has five digits; an address on a link is as long to within two."""


def _who(load: Asked) -> str:
    """The query of a member in the middle, as most have as many digits."""
    member = load.window.clients * 3 // 5
    return f"room={member // int(load.own.room_size)}&member={member}"


def _digits(load: Asked) -> float:
    """Mean number of digits of a message's number in its room, over the window."""
    window = load.window
    first = room_rate(load) * window.warmup_s
    last = first + room_rate(load) * window.duration_s
    steps = [first + (last - first) * (step + 0.5) / 100 for step in range(100)]
    return statistics.fmean(len(str(math.floor(one) + 1)) for one in steps)


def _post(load: Asked) -> float:
    body = b"." * load.own.payload_bytes
    request = framing.post("/messages", _who(load), HOST, PORT, body)
    return laws.exchanged(len(request), len(framing.empty_reply()))


def _poll_request(load: Asked) -> float:
    return len(framing.poll(_who(load), 0, HOST, PORT)) - 1 + _digits(load)


def _head_of(body: int) -> int:
    return len(framing.reply_head(body))


def _hearers(load: Asked) -> int:
    return load.own.room_size - 1


# --- CHAT-1 ---------------------------------------------------------------------------------------


def websocket_bytes(load: Asked, _: Facts) -> float:
    """CHAT-1: masked up, unmasked down."""
    size = load.own.payload_bytes
    up = laws.pushed(framing.frame_bytes(size, masked=True))
    return laws.of_room(up, laws.pushed(framing.frame_bytes(size, masked=False)), _hearers(load))


def sse_bytes(load: Asked, _: Facts) -> float:
    """CHAT-1: a request up, a chunk down."""
    digits, size = _digits(load), load.own.payload_bytes
    event = framing.stream_bytes(size, 1) - 1 + digits
    return laws.of_room(_post(load), laws.pushed(event), _hearers(load))


def long_poll_bytes(load: Asked, _: Facts) -> float:
    """CHAT-1: a request up, a held request down."""
    size = load.own.payload_bytes
    down = laws.held(_poll_request(load), _head_of(size) + size)
    return laws.of_room(_post(load), down, _hearers(load))


def _rate(load: Asked, facts: Facts) -> float:
    """Messages per second of each member: those that the trial's plan has in its window."""
    if SEED not in facts:
        return load.own.speak_rate_per_s
    start_ns = round(load.window.warmup_s * planned.SECOND_NS)
    end_ns = start_ns + round(load.window.duration_s * planned.SECOND_NS)
    plans = (planned.room_plan(load, int(facts[SEED]), room, end_ns) for room in range(rooms(load)))
    spoken = sum(at >= start_ns for plan in plans for at in plan.messages.values())
    return spoken / load.window.duration_s / load.window.clients


def short_poll_bytes(load: Asked, facts: Facts) -> float:
    """CHAT-1: a request up, and the polls of the room."""
    own = load.own
    polls = laws.polls_of_message(
        own.room_size,
        _rate(load, facts),
        own.poll_interval_s,
        own.payload_bytes,
        _poll_request(load),
        len(framing.empty_reply()),
        _head_of,
    )
    return _post(load) + polls


PROPERTIES = 4 + 1 + 1 + 33
"""What aio-pika sends: an empty table of headers, whether to keep it on disk, priority, and an id
of 32 characters."""

TAG_BYTES = len("ctag1.") + 32
"""aio-pika's consumer tags."""


def rabbitmq_bytes(load: Asked, facts: Facts) -> float:
    """CHAT-1 with PS-5: a fanout exchange sends to all m, the speaker among them."""
    size = load.own.payload_bytes
    exchange = f"patternbench.chat.{facts[SEED]:.0f}.{rooms(load) // 2}"
    up = framing.publish_bytes(size, exchange, PROPERTIES)
    down = framing.deliver_bytes(size, exchange, TAG_BYTES, PROPERTIES)
    return laws.of_room(laws.pushed(up), laws.pushed(down), load.own.room_size)


def _alike(changed: Callable[[float], Asked], low: float, high: float) -> float:
    """Where short polling and WebSocket carry the same; NaN where that lies not between."""

    def difference(value: float) -> float:
        return short_poll_bytes(changed(value), {}) - websocket_bytes(changed(value), {})

    if difference(low) * difference(high) > 0:
        return math.nan
    for _ in range(50):
        middle = math.sqrt(low * high)
        if difference(low) * difference(middle) <= 0:
            high = middle
        else:
            low = middle
    return math.sqrt(low * high)


def rate_alike(load: Asked, _: Facts, __: Facts) -> float:
    """CHAT-1: the speaking rate at which polls carry as many bytes as a WebSocket."""
    return _alike(lambda rate: _with(load, speak_rate_per_s=rate), 1e-3, 1e3)


def members_alike(load: Asked, _: Facts, __: Facts) -> float:
    """CHAT-1: the size of a room from which on they do."""
    return _alike(lambda size: _with(load, room_size=size), 2, 1e4)


def _with(load: Asked, **own: Any) -> Asked:
    return dataclasses.replace(load, own=dataclasses.replace(load.own, **own))
