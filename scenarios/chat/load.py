"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.load import Load, LoadType, parameter
from bench.model.unit import Unit
from scenarios.chat._text import LEAST_BYTES

KILLED, SILENT = "killed", "silent"


@dataclass(frozen=True, kw_only=True)
class ChatLoad:
    """Who speaks to whom and how often, and who comes and goes."""

    room_size: int = parameter(10, "", "members of a room", low=2, high=10_000)
    speak_rate_per_s: float = parameter(
        0.1, "/s", "messages per second that each member writes", low=0.0001, high=1000
    )
    schedule: str = parameter(
        "poisson",
        "",
        "spacing of a member's messages; `constant`: evenly, from a random phase on",
        choices=("poisson", "constant"),
    )
    payload_bytes: int = parameter(100, "B", "size of a message", low=LEAST_BYTES, high=16_000_000)
    size_limit_bytes: int = parameter(
        65_536,
        "B",
        "largest message that the server takes; RabbitMQ has a limit of its own (128 MiB)",
        low=LEAST_BYTES,
        high=16_000_000,
    )
    keep_messages: int = parameter(
        1000,
        "",
        "messages that a room keeps for members who are behind: an older one is lost to them",
        low=1,
        high=1_000_000,
    )
    poll_interval_s: float = parameter(
        1.0, "s", "short polling: time between a member's polls", low=0.001, high=3600
    )
    long_poll_timeout_s: float = parameter(
        30.0,
        "s",
        "long polling: longest time for which the server holds a request",
        low=0.01,
        high=3600,
    )
    keep_alive_s: float = parameter(
        15.0, "s", "SSE: time between two keep-alive comments", low=0.1, high=3600
    )
    slow_policy: str = parameter(
        "wait",
        "",
        "SSE, WebSocket: what the server does for a member whose send buffer is full: wait for "
        "it, drop the message, or disconnect it",
        choices=("wait", "drop", "disconnect"),
    )
    send_buffer_bytes: int = parameter(
        65_536, "B", "SSE, WebSocket: send buffer per member, in the server", low=4096, high=10**9
    )
    movers: int = parameter(
        0,
        "",
        "members of each room that come and go, and write nothing; the room is then told who "
        "logs in and who is gone",
        low=0,
        high=10_000,
    )
    leave_rate_per_s: float = parameter(
        0.2,
        "/s",
        "how often a mover goes that has been there for as long as it is away",
        low=0.0001,
        high=1000,
        in_window=True,
    )
    away_s: float = parameter(
        1.0,
        "s",
        "how long a mover is away, and the least time for which it is there",
        low=0.001,
        high=3600,
        in_window=True,
    )
    leave_by: str = parameter(
        KILLED,
        "",
        "how a mover goes, without goodbye: its process is killed (the kernel closes its "
        "connections), or its link goes silent (nothing arrives any more in either direction)",
        choices=(KILLED, SILENT),
        in_window=True,
    )
    heartbeat_s: float = parameter(
        0.0,
        "s",
        "SSE, WebSocket, RabbitMQ: time between two signs of life, by which a silent member is "
        "noticed; 0: none. RabbitMQ's are whole seconds",
        low=0,
        high=3600,
    )
    gone_after_s: float = parameter(
        1.0,
        "s",
        "long polling: a member that has no request under way for so long is gone",
        low=0.01,
        high=3600,
    )


LOAD = LoadType(ChatLoad, without=frozenset({"second_path"}), links=("services",))


def rooms(load: Load[ChatLoad]) -> int:
    """How many rooms there are."""
    return load.window.clients // load.own.room_size


def room_rate(load: Load[ChatLoad]) -> float:
    """Messages per second in a room."""
    return (load.own.room_size - load.own.movers) * load.own.speak_rate_per_s


def messages_per_s(load: Load[ChatLoad]) -> float:
    """Messages per second in all rooms."""
    return rooms(load) * room_rate(load)


def heard_per_s(load: Load[ChatLoad]) -> float:
    """How often in a second some member hears a message."""
    return messages_per_s(load) * (load.own.room_size - 1)


MESSAGE = Unit(("sequence",), "message", "messages")
"""All who hear a message hear it by the same act of the server."""

POLL = Unit(("client", "done_ns"), "poll", "polls")
"""One reply brings all messages since the last; each member polls from a phase of its own."""


def unit_of(pattern: str, _: Load[ChatLoad]) -> Unit:
    """What is one independent observation."""
    return POLL if pattern == "short_polling" else MESSAGE


def patience_s(load: Load[ChatLoad]) -> float:
    """The slowest member comes by once in a poll interval."""
    return load.window.drain_s + load.own.poll_interval_s


def gives_up_after_s(load: Load[ChatLoad]) -> float | None:
    """Faults may lose messages for good, and who is gone may never be noticed."""
    own = load.own
    if not load.faults.fault and not own.movers:
        return None
    return 2.0 + 3 * max(own.poll_interval_s, own.heartbeat_s, own.gone_after_s)


def check(load: Load[ChatLoad]) -> None:
    """UsageError where rooms are not full, or messages larger than the server takes."""
    own, clients = load.own, load.window.clients
    if clients % own.room_size:
        near = max(1, round(clients / own.room_size)) * own.room_size
        raise UsageError(
            f"clients={clients}: {own.room_size} members a room leave one that is not full; use "
            f"clients={near} or another room_size"
        )
    if own.payload_bytes > own.size_limit_bytes:
        raise UsageError(
            f"payload={own.payload_bytes}: the server takes {own.size_limit_bytes} bytes at most; "
            "use a smaller message or a larger size_limit"
        )
    if own.movers > own.room_size - 2:
        raise UsageError(
            f"movers={own.movers}: of {own.room_size} members two must stay, to speak and to hear; "
            f"use movers={own.room_size - 2} or fewer"
        )
