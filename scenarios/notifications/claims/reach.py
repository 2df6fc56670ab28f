"""Claims about who is reached: absent, slow and light clients, and those behind a proxy.  Data."""

from __future__ import annotations

from bench.model.claim import Claim, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, Threshold
from scenarios.notifications import _claim_laws as filled
from scenarios.notifications.claims import setups as at

AWAY = {"away": lambda seconds: seconds > 0}
READING = {"payload": 16_000, "event_rate": 50}
SLOW = {**READING, "fault": lambda text: text.startswith("clients") and ":stop@" in text}
SMALL_BUFFER, LARGE_BUFFER = 65_536, 10**9
WAITS = {**SLOW, "slow_policy": "wait", "send_buffer": SMALL_BUFFER}
HOLDS = {**SLOW, "slow_policy": "wait", "send_buffer": LARGE_BUFFER}
DROPS = {**SLOW, "slow_policy": "drop"}
STOPPED_CLIENTS = 4
POLLED = {**at.WHILE_IDLE, "duration": lambda seconds: seconds in (4, 16)}
STREAM = {**at.WHILE_IDLE, "duration": 31}
NEARLY_ALL = 0.9
"""Of 120 clients in all: with none off, 97 % are sure."""


def fares(how: str, pattern: str, proxy: str) -> Threshold:
    """Nearly all clients are passed, refused or held."""
    where = {**at.THROUGH_PROXY, "proxy": proxy}
    return Threshold(f"{how}_share", "", pattern, at_least=NEARLY_ALL, where=where)


def passes(pattern: str, proxy: str) -> Threshold:
    return fares("passed", pattern, proxy)


CLAIMS = (
    Claim(
        "N11",
        "Push clients must be online: events that happen while they are offline are lost, "
        "unless a position or a durable queue keeps them",
        (at.ABSENCE,),
        AllOf(
            (
                *(
                    AgreesWithLaw(
                        "completeness",
                        "",
                        push,
                        filled.absence_completeness,
                        "d/W",
                        {**AWAY, "recovery": "none"},
                        Band(0.2, "360 events of which half are missed tell the share to 11 %"),
                    )
                    for push in at.PUSHES
                ),
                *(
                    Threshold(
                        "completeness",
                        "",
                        push,
                        # No event of 360 missed: at most 1 % are, with 95 % certainty.
                        at_least=0.98,
                        where={**AWAY, "recovery": "position"},
                    )
                    for push in at.PUSHES
                ),
            )
        ),
    ),
    Claim(
        "N12",
        "Push clients may not keep up: a slow reader loses events or gets them late or fills the "
        "server's memory, while the others do not suffer",
        at.SLOW,
        AllOf(
            (
                *(
                    rule
                    for push in at.OWN_PUSHES
                    for rule in (
                        Threshold("completeness", "", push, at_most=0.95, where=DROPS),
                        Threshold("slow_latency_mean", "ms", push, at_least=500, where=WAITS),
                        Ratio(
                            "others_latency_mean",
                            push,
                            push,
                            where=WAITS,
                            other_where=READING,
                            within=Band(0.5, "half of 1 ms is nothing to a reader late by 1 s"),
                        ),
                    )
                ),
                AgreesWithLaw(
                    "send_backlog_bytes", "B", "sse", filled.backlog_bytes, "BACK-1", HOLDS
                ),
                Ratio(
                    "server_memory_growth_bytes",
                    "sse",
                    "sse",
                    above=1.5,
                    where=HOLDS,
                    other_where=WAITS,
                ),
            )
        ),
        "BACK-1",
        must_see=(
            MustSee(
                "full_send_buffers",
                STOPPED_CLIENTS,
                at.OWN_PUSHES,
                "full send buffers",
                SLOW,
                per="trial",
            ),
        ),
    ),
    Claim(
        "N13",
        "Polling suits light clients: it costs an idle client less",
        (at.IDLE, at.IDLE_AND_SELDOM_POLLED, at.IDLE_STREAM),
        AllOf(
            tuple(
                Ratio(
                    metric,
                    "short_polling",
                    "sse",
                    below=1,
                    where={**POLLED, "poll_interval": interval},
                    other_where=STREAM,
                )
                for metric in ("generator_cpu_us_per_client_s", "wire_bytes_per_client_s")
                for interval in (1, 5)
            )
        ),
        must_see=(
            MustSee("keep_alives_per_client", 1, ("sse",), "keep-alives", STREAM, per="trial"),
            MustSee(
                "requests_per_client",
                3,
                ("short_polling",),
                "polls a client",
                {**POLLED, "poll_interval": lambda seconds: seconds in (1, 5)},
                per="trial",
            ),
        ),
    ),
    Claim(
        "N19",
        "Push needs a protocol that works both ways; SSE passes where only HTTP passes",
        at.PROXIED,
        AllOf(
            (
                fares("refused", "websocket_proxied", "http_only"),
                passes("sse_proxied", "http_only"),
                passes("long_polling_proxied", "http_only"),
                fares("held", "sse_proxied", "buffers"),
                passes("long_polling_proxied", "buffers"),
                passes("websocket_proxied", "passes"),
            )
        ),
    ),
)
