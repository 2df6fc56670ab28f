"""The claims of `chat`: what the field repeats, as data with a rule.  Pure.

Each names the trials that it needs and the rule of its verdict; the laws are in
predictions.py.  Numbers (bounds, bands, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import AgreesWithLaw, EveryTrial, Threshold
from bench.verdicts.trends import Crossover
from scenarios.chat import _bytes as filled
from scenarios.chat.load import KILLED, SILENT
from scenarios.chat.predictions import (
    ALL,
    BYTES,
    LATENESS,
    PUSHES,
    SHORT,
    SSE,
    WEBSOCKET,
)

BRIEF = {"warmup": "300ms", "clients": "100", "poll_interval": "1s", "duration": "4s"}
RATES = ClaimSetup(
    (SHORT, WEBSOCKET), {**BRIEF, "room_size": "20", "speak_rate": "0.02,0.1,0.4,1.5/s"}
)
SIZES = ClaimSetup(
    (SHORT, WEBSOCKET, SSE), {**BRIEF, "room_size": "2,10,20,50,100", "speak_rate": "0.1/s"}
)
MOVING = {
    **BRIEF,
    "room_size": "20",
    "speak_rate": "0.05/s",
    "movers": "2",
    "leave_rate": "1/s",
    "away": "1s",
    "gone_after": "1s",
    "duration": "6s",
}
KILLING = ClaimSetup(ALL, {**MOVING, "leave_by": KILLED})
SILENCING = (
    ClaimSetup(PUSHES, {**MOVING, "leave_by": SILENT, "heartbeat": "0s,1s"}),
    ClaimSetup((SHORT,), {**MOVING, "leave_by": SILENT}),
)

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "movers": 0,
    "schedule": "poisson",
    "payload": 100,
    "poll_interval": 1,
}
"""What holds for evidence where a rule does not ask for something else."""

OVER_RATE: Mapping[str, Any] = {"room_size": 20, "duration": 4}
OVER_SIZE: Mapping[str, Any] = {"speak_rate": 0.1, "duration": 4}
BOTH: Mapping[str, Any] = {"room_size": 20, "speak_rate": 0.1, "duration": 4}
MOVERS: Mapping[str, Any] = {"movers": 2, "room_size": 20}
KILLS: Mapping[str, Any] = {**MOVERS, "leave_by": KILLED}
SILENCE: Mapping[str, Any] = {**MOVERS, "leave_by": SILENT}
WATCHED: Mapping[str, Any] = {**SILENCE, "heartbeat": 1}
UNWATCHED: Mapping[str, Any] = {**SILENCE, "heartbeat": 0}

AT_ONCE = 0.2
"""In less than this share of the time that polling takes, with an interval of 1 s."""

HEARTBEATS_MS = 2500
"""Two and a half heartbeats of 1 s."""


def everybody_hears(patterns: tuple[str, ...], where: Mapping[str, Any]) -> tuple[EveryTrial, ...]:
    """Numbers of what was heard, where all was: nothing lost, and each speaker's order kept."""
    return tuple(
        rule
        for pattern in patterns
        for rule in (
            EveryTrial("completeness", "", pattern, at_least=1, where=where),
            EveryTrial("out_of_speakers_order", "", pattern, at_most=0, where=where),
        )
    )


CLAIMS = (
    Claim(
        "K1",
        "Request and response do not suit a chat",
        (RATES, SIZES),
        AllOf(
            (
                AgreesWithLaw("latency_mean", "ms", SHORT, LATENESS, "SP-1", BOTH),
                Crossover(
                    "latency_mean", SHORT, WEBSOCKET, "speak_rate", where=OVER_RATE, claimed="more"
                ),
                Crossover(
                    "wire_bytes_per_message",
                    SHORT,
                    WEBSOCKET,
                    "speak_rate",
                    filled.rate_alike,
                    "CHAT-1",
                    where=OVER_RATE,
                    claimed="more",
                    form="inverse",
                ),
                Crossover(
                    "wire_bytes_per_message",
                    SHORT,
                    WEBSOCKET,
                    "room_size",
                    filled.members_alike,
                    "CHAT-1",
                    where=OVER_SIZE,
                    claimed="more",
                    form="straight",
                ),
            )
        ),
        "SP-1, CHAT-1",
        preconditions=everybody_hears((SHORT, WEBSOCKET), OVER_RATE),
    ),
    Claim(
        "K1b",
        "Polling a chat costs the backend more CPU than a push",
        (RATES, SIZES),
        AllOf(
            (
                Crossover(
                    "backend_cpu_us_per_message",
                    SHORT,
                    WEBSOCKET,
                    "speak_rate",
                    where=OVER_RATE,
                    claimed="more",
                    form="inverse",
                ),
                Crossover(
                    "backend_cpu_us_per_message",
                    SHORT,
                    WEBSOCKET,
                    "room_size",
                    where=OVER_SIZE,
                    claimed="more",
                    form="straight",
                ),
            )
        ),
    ),
    Claim(
        "K2",
        "A connection in both directions sends more cheaply than a request for each message",
        (SIZES,),
        AllOf(
            (
                *(
                    AgreesWithLaw(
                        "wire_bytes_per_message", "B", pattern, BYTES[pattern], "CHAT-1", BOTH
                    )
                    for pattern in (WEBSOCKET, SSE)
                ),
                Crossover(
                    "wire_bytes_per_message",
                    WEBSOCKET,
                    SSE,
                    "room_size",
                    where=OVER_SIZE,
                    form="straight",
                ),
            )
        ),
        "CHAT-1",
        preconditions=everybody_hears((WEBSOCKET, SSE), OVER_SIZE),
    ),
    Claim(
        "K2b",
        "A connection in both directions also costs the backend less CPU",
        (SIZES,),
        Crossover(
            "backend_cpu_us_per_message",
            WEBSOCKET,
            SSE,
            "room_size",
            where=OVER_SIZE,
            form="straight",
        ),
    ),
    Claim(
        "K3",
        "Presence is a notification too: with a push, the others know at once who has logged in "
        "or dropped out",
        (KILLING,),
        AllOf(
            tuple(
                Ratio(metric, pattern, SHORT, below=AT_ONCE, where=KILLS)
                for metric in ("login_known_mean", "drop_known_mean")
                for pattern in PUSHES
            )
        ),
        preconditions=tuple(
            EveryTrial(metric, "", pattern, at_least=1, where=KILLS)
            for metric in ("login_known_share", "drop_known_share")
            for pattern in (SHORT, *PUSHES)
        ),
        must_see=(MustSee("drops", 50, (SHORT, *PUSHES), "members killed", KILLS),),
    ),
    Claim(
        "K3b",
        "A push does not notice a member whose link goes silent, unless there are heartbeats",
        SILENCING,
        AllOf(
            (
                *(
                    Threshold("drop_known_share", "", pattern, at_most=0.05, where=UNWATCHED)
                    for pattern in PUSHES
                ),
                *(
                    Threshold(
                        "drop_known_mean", "ms", pattern, at_most=HEARTBEATS_MS, where=WATCHED
                    )
                    for pattern in PUSHES
                ),
                *(
                    Threshold("drop_known_share", "", pattern, at_least=0.95, where=WATCHED)
                    for pattern in PUSHES
                ),
                Threshold("drop_known_share", "", SHORT, at_least=0.95, where=SILENCE),
            )
        ),
        must_see=(MustSee("drops", 50, (SHORT, *PUSHES), "links gone silent", SILENCE),),
    ),
)
