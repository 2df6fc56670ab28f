"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

import operator
from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.fault import Planned, parse_faults, timeline
from bench.model.load import Change, Load, LoadType, parameter
from bench.model.units import show

SECOND_NS = 1_000_000_000
ON, OFF = "on", "off"
WINDOW, NONE, MANUAL = "window", "none", "manual"


@dataclass(frozen=True, kw_only=True)
class DeliveryLoad:
    """What is published, and what publisher, broker and consumer do for it."""

    event_rate_per_s: float = parameter(
        200.0, "/s", "events per second, evenly spaced", low=0.1, high=5_000
    )
    payload_bytes: int = parameter(100, "B", "size of an event", low=8, high=1_000_000)
    durable: str = parameter(
        ON,
        "",
        "rabbitmq_classic, jetstream: whether events and their queue are kept on the disk. A "
        "quorum queue and a stream of RabbitMQ always are; NATS and Redis pub/sub keep nothing",
        choices=(ON, OFF),
    )
    confirms: str = parameter(
        WINDOW,
        "",
        "RabbitMQ, jetstream: whether the broker confirms events to the publisher, which "
        "sends again what was not confirmed",
        choices=(WINDOW, NONE),
    )
    confirm_window: int = parameter(
        100, "", "confirms=window: events that may be unconfirmed at once", low=1, high=10_000
    )
    acknowledgement: str = parameter(
        MANUAL,
        "",
        "rabbitmq_classic, rabbitmq_quorum, jetstream: whether the consumer acknowledges an "
        "event when it has dealt with it, or the broker forgets it when it is sent",
        choices=(MANUAL, NONE),
    )
    prefetch: int = parameter(
        50,
        "",
        "acknowledgement=manual: unacknowledged events that the consumer may have",
        low=1,
        high=10_000,
    )
    work_time_s: float = parameter(
        0.002, "s", "time that the consumer takes to deal with an event", low=0, high=10
    )
    settle_time_s: float = parameter(
        0.001,
        "s",
        "time from when the consumer has dealt with an event until it acknowledges it",
        low=0,
        high=10,
    )
    ack_wait_s: float = parameter(
        1.0,
        "s",
        "jetstream: after so long the server sends again what was not acknowledged",
        low=0.1,
        high=3600,
    )
    quiet_s: float = parameter(
        1.5,
        "s",
        "after the last event: for so long nothing must come before what is missing counts as lost",
        low=0.1,
        high=600,
    )

    @property
    def is_durable(self) -> bool:
        return self.durable == ON

    @property
    def is_confirmed(self) -> bool:
        return self.confirms == WINDOW

    @property
    def is_acknowledged(self) -> bool:
        return self.acknowledgement == MANUAL

    @property
    def busy(self) -> float:
        """The share of its time that the events take the consumer."""
        return self.event_rate_per_s * (self.work_time_s + self.settle_time_s)


def check(load: Load[DeliveryLoad]) -> None:
    """UsageError where the consumer could never deal with all events."""
    own = load.own
    if own.busy >= 1:
        raise UsageError(
            f"event_rate={own.event_rate_per_s:g}/s: an event takes the consumer "
            f"{show(own.work_time_s + own.settle_time_s, 's')} (work_time and settle_time), so the "
            "queue would grow without end; use a lower rate or shorter times"
        )


BACK_S = 0.7
"""About what a process of ours takes to start again, and NATS or Redis at most."""

SLOWLY_BACK_S = {"rabbitmq": 5.0}
"""Whoever takes longer: about what it takes on two shared cores."""


def goes_on_s(load: Load[DeliveryLoad]) -> float:
    """How long after the window a trial takes: until all are back, and all is dealt with.

    The consumer deals with nothing while somebody is away, and at its own pace with what waits.
    """
    own, window_s = load.own, load.window.duration_s
    absences = timeline(parse_faults(load.faults.fault), round(window_s * SECOND_NS), seed=0)
    lengths_s = [_away_s(one) for one in absences]
    begins_s = [one.begin_ns / SECOND_NS for one in absences]
    all_back_s = max(map(operator.add, begins_s, lengths_s), default=0.0)
    dealt_with_s = sum(lengths_s) + window_s * own.busy
    return max(0.0, all_back_s - window_s, dealt_with_s - window_s) + own.quiet_s


def _away_s(absence: Planned) -> float:
    if absence.end_ns is not None:
        return (absence.end_ns - absence.begin_ns) / SECOND_NS
    return SLOWLY_BACK_S.get(absence.fault.actor.name, BACK_S)


LOAD = LoadType(
    DeliveryLoad,
    changes={
        "clients": Change(default=1, high=1, meaning="pairs of a publisher and a consumer"),
        "drain_s": Change(default=30.0),
    },
    without=frozenset({"second_path"}),
)
