"""The claims of `event_delivery`: what the field repeats, as data with a rule.  Pure.

Numbers stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import EveryTrial, Threshold

CLASSIC, QUORUM, STREAM = "rabbitmq_classic", "rabbitmq_quorum", "rabbitmq_stream"
NATS, JETSTREAM, REDIS = "nats_core", "jetstream", "redis_pubsub"
RABBIT = (CLASSIC, QUORUM, STREAM)
KEEPING = (*RABBIT, JETSTREAM)
"""Patterns that keep events for a consumer that is away."""

PASSING = (NATS, REDIS)
"""Those that hand on and forget."""

LOSSY, LOST, DOUBLED = "lossy_kills", "lost_event_share", "doubled_share"

BRIEF = {"warmup": "200ms", "drain": "30s", "event_rate": "100/s"}
# Four kills in each of six trials; a process of ours is back in less than a second.
QUICKLY = "@300ms,every=1s,times=4"
CONSUMER = {**BRIEF, "duration": "3500ms", "fault": f"consumer:restart{QUICKLY}"}
PUBLISHER = {**BRIEF, "duration": "3500ms", "fault": f"publisher:restart{QUICKLY}"}
NATS_DIES = {**BRIEF, "duration": "3500ms", "fault": f"nats:restart{QUICKLY}"}
# RabbitMQ takes up to 5.3 s to start on its data, and is to work for two more before it dies again.
# The first time it dies two seconds after its queue was declared: a quorum queue that is younger
# than one is not found again (docs/claims.md).
SLOWLY = {**BRIEF, "warmup": "1500ms", "drain": "60s"}
RABBIT_DIES = {
    **SLOWLY,
    "duration": "23500ms",
    "fault": "rabbitmq:restart@700ms,every=7500ms,times=4",
}
# Careless modes lose something at most kills: half as many show that.
RABBIT_DIES_TWICE = {
    **SLOWLY,
    "event_rate": "200/s",
    "duration": "8500ms",
    "fault": "rabbitmq:restart@700ms,every=7500ms,times=2",
}
TRANSIENT, UNCONFIRMED = {"durable": "off"}, {"confirms": "none"}
UNACKNOWLEDGED = {"acknowledgement": "none"}

SURE = (
    ClaimSetup((*KEEPING, *PASSING), CONSUMER),
    ClaimSetup(KEEPING, PUBLISHER),
    ClaimSetup(RABBIT, RABBIT_DIES),
    ClaimSetup((JETSTREAM, NATS), NATS_DIES),
)
CARELESS = (
    ClaimSetup((CLASSIC,), CONSUMER | UNACKNOWLEDGED),
    ClaimSetup((CLASSIC,), PUBLISHER | UNCONFIRMED),
    ClaimSetup((CLASSIC,), RABBIT_DIES_TWICE | TRANSIENT),
    ClaimSetup((CLASSIC,), RABBIT_DIES_TWICE | UNCONFIRMED),
    ClaimSetup((JETSTREAM,), NATS_DIES | TRANSIENT),
)

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "durable": "on",
    "confirms": "window",
    "acknowledgement": "manual",
}
"""What holds for evidence where a rule does not ask for something else."""


def of(actor: str) -> Mapping[str, Any]:
    """Trials in which this one is killed."""
    return {"fault": lambda text: text.startswith(f"{actor}:restart")}


ANY: Mapping[str, Any] = {"fault": lambda text: "restart" in text}
ANY_MODE: Mapping[str, Any] = {
    **ANY,
    "durable": lambda _: True,
    "confirms": lambda _: True,
    "acknowledgement": lambda _: True,
}

ENOUGH_KILLS, FEWER_KILLS = 20, 10
NEVER, SOMETIMES = 0.2, 0.2
"""0 of 24 kills says, at 95 %, fewer than 15 of 100; 6 of 12 say more than 20."""

MOSTLY, HARDLY = 0.95, 0.2
"""A consumer that has subscribed again is away until it says that it is ready."""


def _loses_nothing(pattern: str, actor: str) -> Threshold:
    return Threshold(LOSSY, "", pattern, at_most=NEVER, where=of(actor))


def _loses(pattern: str, actor: str, **mode: str) -> Threshold:
    return Threshold(LOSSY, "", pattern, at_least=SOMETIMES, where={**of(actor), **mode})


def _accounts(patterns: tuple[str, ...], where: Mapping[str, Any]) -> tuple[EveryTrial, ...]:
    """Every event has its place in the account, and no account ends too early to say so."""
    return tuple(
        EveryTrial(metric, "", one, at_most=0, where=where)
        for one in patterns
        for metric in ("unaccounted", "cut_off")
    )


CLAIMS = (
    Claim(
        "F3",
        "Receivers need not be running: a queue or a stream keeps what they missed",
        SURE[:1],
        AllOf(
            tuple(
                Threshold("kept_while_away", "", one, at_least=MOSTLY, where=of("consumer"))
                for one in KEEPING
            )
        ),
        must_see=(MustSee("kills", ENOUGH_KILLS, KEEPING, "kills", of("consumer")),),
    ),
    Claim(
        "F3b",
        "Core NATS and Redis pub/sub keep nothing for a receiver that is not running",
        SURE[:1],
        AllOf(
            tuple(
                Threshold("kept_while_away", "", one, at_most=HARDLY, where=of("consumer"))
                for one in PASSING
            )
        ),
        must_see=(MustSee("kills", ENOUGH_KILLS, PASSING, "kills", of("consumer")),),
    ),
    Claim(
        "F5",
        "Durable, confirmed and acknowledged, an event is not lost whoever is killed; it may be "
        "delivered twice",
        SURE,
        AllOf(
            (
                *(_loses_nothing(one, "consumer") for one in KEEPING),
                *(_loses_nothing(one, "publisher") for one in KEEPING),
                *(_loses_nothing(one, "rabbitmq") for one in RABBIT),
                _loses_nothing(JETSTREAM, "nats"),
            )
        ),
        preconditions=_accounts(KEEPING, ANY),
        must_see=(MustSee("kills", ENOUGH_KILLS, KEEPING, "kills", ANY),),
    ),
    Claim(
        "F5b",
        "Delivery is an issue: without one of the three, events are lost",
        (*SURE, *CARELESS),
        AllOf(
            (
                _loses(CLASSIC, "consumer", acknowledgement="none"),
                _loses(CLASSIC, "rabbitmq", durable="off"),
                _loses(CLASSIC, "rabbitmq", confirms="none"),
                _loses(JETSTREAM, "nats", durable="off"),
                *(_loses(one, "consumer") for one in PASSING),
                _loses(NATS, "nats"),
            )
        ),
        preconditions=_accounts((CLASSIC, JETSTREAM), ANY_MODE),
        must_see=(MustSee("kills", FEWER_KILLS, (CLASSIC, JETSTREAM), "kills", ANY_MODE),),
    ),
)
