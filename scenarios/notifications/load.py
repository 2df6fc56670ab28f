"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.fault import parse_faults
from bench.model.load import Load, LoadType, parameter
from bench.model.unit import BY_OUTCOME, Unit
from bench.plan import arrivals
from bench.plan.named_file import lines_of

PASSES, HTTP_ONLY, BUFFERS, AROUND = ("passes", "http_only", "buffers", "around")
"""What stands between clients and server, where a pattern has a proxy."""


@dataclass(frozen=True, kw_only=True)
class NotificationLoad:
    """What happens in the backend, and how clients ask for it."""

    event_rate_per_s: float = parameter(
        1.0, "/s", "events per second in the backend", low=0.001, high=100_000
    )
    schedule: str = parameter(
        "poisson",
        "",
        "spacing of events; `trace` replays the file that the parameter trace names",
        choices=("poisson", "constant", "trace"),
    )
    trace: str = parameter(
        "",
        "",
        "CSV file with time_s,size_bytes lines, for schedule=trace; it restarts when it ends",
    )
    audience: str = parameter(
        "every",
        "",
        "who gets an event: every client, or one chosen at random",
        choices=("every", "one"),
    )
    payload_bytes: int = parameter(100, "B", "size of an event", low=48, high=16_000_000)
    poll_interval_s: float = parameter(
        1.0, "s", "short polling: time between a client's polls", low=0.001, high=3600
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
    away_s: float = parameter(
        0.0,
        "s",
        "how long clients are offline in the middle of the window",
        low=0,
        high=3600,
        in_window=True,
    )
    recovery: str = parameter(
        "position",
        "",
        "what a returning client gets: what it missed (from its position in the feed, or a "
        "durable queue at the broker), or only new events",
        choices=("position", "none"),
        in_window=True,
    )
    slow_policy: str = parameter(
        "wait",
        "",
        "SSE, WebSocket: what the server does for a client whose send buffer is full: wait for "
        "it, drop the event, or disconnect it",
        choices=("wait", "drop", "disconnect"),
    )
    send_buffer_bytes: int = parameter(
        65_536, "B", "SSE, WebSocket: send buffer per client, in the server", low=4096, high=10**9
    )
    burn_s: float = parameter(
        0.0,
        "s",
        "extra CPU time per delivery in the server, to test that it is detected",
        low=0,
        high=1,
    )
    deflate: str = parameter(
        "off",
        "",
        "WebSocket: offer and accept permessage-deflate",
        choices=("off", "on"),
    )
    proxy: str = parameter(
        PASSES,
        "",
        "patterns with a proxy: it passes everything, knows no upgrade (HTTP only), or buffers "
        "each response until it is complete; around: clients do not use it",
        choices=(PASSES, HTTP_ONLY, BUFFERS, AROUND),
    )
    bystander_rate_per_s: float = parameter(
        0.0,
        "/s",
        "requests per second of a bystander: a client that asks the same server for something "
        "else, on a connection of its own",
        low=0,
        high=10_000,
    )


LOAD = LoadType(NotificationLoad, without=frozenset({"second_path"}), links=("services",))


def rate_per_client(load: Load[NotificationLoad]) -> float:
    """Events per second that one client sees (lambda)."""
    share = 1 if load.own.audience == "every" else load.window.clients
    return load.own.event_rate_per_s / share


def audience(load: Load[NotificationLoad]) -> int:
    """How many clients an event is owed to."""
    return load.window.clients if load.own.audience == "every" else 1


EVENT = Unit(("sequence",), "event", "events")
"""All deliveries of a broadcast share its fate."""

POLL = Unit(("client", "done_ns"), "poll", "polls")
"""One reply brings all events since the last; each client polls from a phase of its own."""


def unit_of(pattern: str, load: Load[NotificationLoad]) -> Unit:
    """What is one independent observation."""
    if pattern in ("short_polling", "short_polling_own"):
        return POLL
    return EVENT if load.own.audience == "every" else BY_OUTCOME


def patience_s(load: Load[NotificationLoad]) -> float:
    """The slowest client comes by once in a poll interval."""
    return load.window.drain_s + load.own.poll_interval_s


def gives_up_after_s(load: Load[NotificationLoad]) -> float | None:
    """Absent clients and faults may lose events for good; polls come once in an interval.

    A connection whose reader was stopped is probed by the kernel in growing
    steps: it may take seconds until it moves again.
    """
    own = load.own
    verbs = {fault.verb for fault in parse_faults(load.faults.fault)}
    if verbs - {"stop"} or (verbs and own.slow_policy != "wait"):
        return 5.0 + own.poll_interval_s
    if own.proxy != PASSES:
        return 1.0 + own.poll_interval_s
    if own.away_s and own.recovery == "none":
        return 1.5 + own.poll_interval_s
    return None


def check(load: Load[NotificationLoad]) -> None:
    """A recorded trace must be there and readable before anything starts."""
    if load.own.schedule != "trace":
        return
    trace = load.own.trace
    if not trace:
        raise UsageError("schedule=trace: needs a trace; add --set trace=FILE.csv")
    arrivals.read_trace(lines_of("trace", trace), trace)
