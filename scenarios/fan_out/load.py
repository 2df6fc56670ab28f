"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

import resource
from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter
from bench.model.unit import Unit
from bench.model.units import show

NONE, EACH, WINDOW = "none", "each", "window"
MANUAL = "manual"
CLASSIC, QUORUM = "classic", "quorum"
REFUSES, SILENT = "refuses", "silent"

SPARE_DESCRIPTORS = 200
"""What a process has open beside its connections."""

LARGEST_BYTES = {
    "rabbitmq_fanout": 134_217_728,
    "rabbitmq_stream": 1_048_000,
    "nats_core": 1_048_576,
    "nats_jetstream": 1_048_576,
    "redis_pubsub": 536_870_912,
}
"""The largest message that a pattern's broker takes, with its own settings."""


@dataclass(frozen=True, kw_only=True)
class FanOutLoad:
    """What is published, how it is confirmed and acknowledged, and who fails to receive."""

    event_rate_per_s: float = parameter(
        10.0,
        "/s",
        "events per second, evenly spaced; 0: the next one as soon as the publisher is free "
        "(closed loop)",
        low=0,
        high=100_000,
    )
    payload_bytes: int = parameter(100, "B", "size of an event", low=48, high=200_000_000)
    queue_type: str = parameter(
        CLASSIC,
        "",
        "rabbitmq_fanout: kind of the receivers' queues. With one node a quorum queue writes a "
        "log and replicates nothing",
        choices=(CLASSIC, QUORUM),
    )
    durable: str = parameter(
        "off",
        "",
        "rabbitmq_fanout, nats_jetstream: events are kept on the disk (on) or in memory (off); "
        "a quorum queue is always durable",
        choices=("off", "on"),
    )
    confirms: str = parameter(
        NONE,
        "",
        "what the publisher waits for: nothing (none), the broker's confirm of each event "
        "(each), or only where confirm_window events are unconfirmed (window). HTTP and Redis "
        "always answer each",
        choices=(NONE, EACH, WINDOW),
    )
    confirm_window: int = parameter(
        100, "", "confirms=window: events that may be unconfirmed at once", low=1, high=100_000
    )
    acknowledgement: str = parameter(
        NONE,
        "",
        "rabbitmq_fanout, nats_jetstream: whether receivers acknowledge each event (manual)",
        choices=(NONE, MANUAL),
    )
    prefetch: int = parameter(
        100,
        "",
        "acknowledgement=manual: unacknowledged events that a receiver may have at once",
        low=1,
        high=65_535,
    )
    queue_limit: int = parameter(
        0,
        "",
        "rabbitmq_fanout: events that a receiver's queue holds; what comes then is refused, and "
        "the publisher sends it again. 0: any number",
        low=0,
        high=10_000_000,
    )
    work_time_s: float = parameter(
        0.0, "s", "time that a receiver takes for an event, one after the other", low=0, high=60
    )
    slow_receivers: int = parameter(
        0, "", "so many receivers take slow_time for an event", low=0, high=10_000
    )
    slow_time_s: float = parameter(0.1, "s", "what a slow receiver takes", low=0, high=60)
    dead_receivers: int = parameter(
        0, "", "so many receivers are dead: they had subscribed, and are gone", low=0, high=10_000
    )
    dead_host: str = parameter(
        REFUSES,
        "",
        "direct patterns: what answers for a dead receiver. Its host refuses the connection, or "
        "nobody says anything (silent)",
        choices=(REFUSES, SILENT),
    )
    request_timeout_s: float = parameter(
        1.0, "s", "direct patterns: how long the publisher waits for a receiver", low=0.01, high=60
    )

    @property
    def window(self) -> int:
        """Events that may be unconfirmed; 0 where nothing is confirmed."""
        return {NONE: 0, EACH: 1, WINDOW: self.confirm_window}[self.confirms]

    @property
    def unacknowledged(self) -> int:
        """Events that a receiver may have unacknowledged; 0 where it acknowledges none."""
        return self.prefetch if self.acknowledgement == MANUAL else 0

    @property
    def is_durable(self) -> bool:
        """Whether events are kept on the disk."""
        return self.durable == "on" or self.queue_type == QUORUM

    def work_of(self, receiver: int) -> float:
        """Seconds that a receiver takes for an event: the dead come first, then the slow."""
        is_slow = self.dead_receivers <= receiver < self.dead_receivers + self.slow_receivers
        return self.slow_time_s if is_slow else self.work_time_s

    def is_dead(self, receiver: int) -> bool:
        """Whether this receiver is one of the dead."""
        return receiver < self.dead_receivers


LOAD = LoadType(
    FanOutLoad,
    changes={
        "clients": Change(default=10, high=10_000, meaning="receivers; each gets every event")
    },
    without=frozenset({"second_path"}),
    links=("services",),
)

EVENT = Unit(("sequence",), "event", "events")
"""All deliveries of an event share its fate."""


def unit_of(_: str, __: Load[FanOutLoad]) -> Unit:
    """What is one independent observation."""
    return EVENT


def owed_to(load: Load[FanOutLoad]) -> int:
    """To how many receivers an event is owed."""
    return load.window.clients


def gives_up_after_s(load: Load[FanOutLoad]) -> float | None:
    """What the dead do not get never comes; what is lost at a fault does not either."""
    if load.own.dead_receivers or load.faults.fault or load.link.loss or load.link.rate:
        return 3.0 + load.own.work_time_s
    return None


def check(load: Load[FanOutLoad]) -> None:
    """UsageError where values do not go together."""
    own, receivers = load.own, load.window.clients
    odd = own.dead_receivers + own.slow_receivers
    if odd > receivers:
        raise UsageError(
            f"dead_receivers={own.dead_receivers}, slow_receivers={own.slow_receivers}: there are "
            f"{receivers} receivers; set clients={odd} or more"
        )
    if own.queue_limit and not own.window:
        raise UsageError(
            f"queue_limit={own.queue_limit}: without confirms the publisher does not hear that an "
            "event was refused; add confirms=window"
        )
    if own.queue_limit and not own.unacknowledged:
        raise UsageError(
            f"queue_limit={own.queue_limit}: a receiver that acknowledges nothing is sent all at "
            "once, and its queue stays empty; add acknowledgement=manual"
        )


def check_machine(pattern: str, load: Load[FanOutLoad]) -> None:
    """UsageError where the broker or this machine does not allow so much."""
    largest, size = LARGEST_BYTES.get(pattern, 0), load.own.payload_bytes
    if largest and size > largest:
        raise UsageError(
            f"payload={show(size, 'B')}: the broker of {pattern} takes messages of at most "
            f"{show(largest, 'B')}; set a smaller payload"
        )
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = hard - SPARE_DESCRIPTORS
    if hard != resource.RLIM_INFINITY and load.window.clients > most:
        raise UsageError(
            f"clients={load.window.clients}: a process may have {hard} files and connections open "
            f"here (ulimit -n); set clients={most} or fewer, or raise the limit"
        )
