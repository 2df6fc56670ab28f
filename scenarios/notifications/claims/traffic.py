"""Claims about requests and bytes: what crosses the network.  Data only."""

from __future__ import annotations

from bench.model.claim import Claim, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, Threshold
from bench.verdicts.trends import Crossover
from scenarios.notifications import _claim_laws as filled
from scenarios.notifications.claims import setups as at

SWEPT = {**at.USUAL, "duration": 2}
SWEPT_OFTEN = {**at.USUAL, "poll_interval": 0.1}
ELSEWHERE = {"clients": 100, "schedule": "poisson", "event_rate": 10}
"""A level of its own trials, for facts of laws about the others."""

FAR = {"link": "emulated", "audience": "one", "event_rate": 400}
ON_A_NARROW_LINK = {
    "link": "emulated",
    "audience": "one",
    "poll_interval": 0.2,
    "rate": 2e6,
}
FEW, MANY = {**ON_A_NARROW_LINK, "clients": 50}, {**ON_A_NARROW_LINK, "clients": 400}
FULL = 0.95

TWO_BYTES = Band(0.02, "a header that is two bytes longer is 2 % of an event")

CLAIMS = (
    Claim(
        "N3",
        "Short polling is chatty: it sends requests more often than events happen",
        (at.RATES, at.OFTEN_POLLED, at.SELDOM_POLLED),
        AllOf(
            (
                *(
                    Crossover(
                        "requests_per_event",
                        "short_polling",
                        "",
                        "event_rate",
                        filled.polls_alike_per_s,
                        "SP-2",
                        where=where,
                        claimed="more",
                        form="inverse",
                    )
                    for where in (SWEPT, SWEPT_OFTEN)
                ),
                Threshold(
                    "requests_per_event",
                    "",
                    "short_polling",
                    at_least=1,
                    where={**at.USUAL, "poll_interval": 5},
                ),
                AgreesWithLaw(
                    "useless_share",
                    "",
                    "short_polling",
                    filled.useless_share,
                    "SP-2",
                    {
                        **at.USUAL,
                        "poll_interval": lambda seconds: seconds <= 1,
                        "event_rate": lambda rate: 0.01 < rate < 1,
                    },
                ),
                AgreesWithLaw(
                    "useless_share",
                    "",
                    "short_polling",
                    filled.useless_share,
                    "SP-2",
                    {**SWEPT_OFTEN, "event_rate": lambda rate: rate < 10},
                ),
            )
        ),
        "SP-2",
    ),
    Claim(
        "N4",
        "Short polling wastes network bandwidth",
        (at.RATES, at.IDLE, at.SIZES),
        Crossover(
            "wire_bytes_per_event",
            "short_polling",
            "sse",
            "event_rate",
            filled.bytes_break_even,
            "SP-3",
            where=SWEPT,
            claimed="more",
            form="inverse",
            facts_at={**at.WHILE_IDLE, "schedule": "poisson"},
            other_facts_at={**ELSEWHERE, "duration": 2},
        ),
        "SP-3",
    ),
    Claim(
        "N6",
        "Long polling is less chatty than short polling",
        (at.RATES,),
        Crossover(
            "requests_per_s",
            "long_polling",
            "short_polling",
            "event_rate",
            filled.polls_break_even,
            "LP-3",
            where=SWEPT,
        ),
        "LP-2, LP-3",
    ),
    Claim(
        "N8",
        "A long poll's timeout costs little",
        (*at.TIMEOUTS, at.IDLE),
        AllOf(
            (
                AgreesWithLaw(
                    "requests_per_s",
                    "/s",
                    "long_polling",
                    filled.timeout_requests_per_s,
                    "LP-2",
                    at.WHILE_IDLE,
                ),
                Ratio(
                    "backend_cpu_us_per_s",
                    "long_polling",
                    "short_polling",
                    below=0.5,
                    where={**at.WHILE_IDLE, "long_poll_timeout": 5},
                    other_where={**at.WHILE_IDLE, "duration": 4},
                ),
            )
        ),
        "LP-2",
        must_see=(
            MustSee(
                "empty_replies",
                50,
                ("long_polling",),
                "timeouts",
                at.WHILE_IDLE,
                per="trial",
            ),
        ),
    ),
    Claim(
        "N14",
        "SSE works over plain HTTP; WebSocket has the lighter frame",
        (at.RATES, at.PUSH_RATES, at.FAR_AWAY, *at.PROXIED),
        AllOf(
            (
                Threshold(
                    "passed_share",
                    "",
                    "sse_proxied",
                    at_least=0.9,
                    where={**at.THROUGH_PROXY, "proxy": "http_only"},
                ),
                Ratio(
                    "stream_bytes_down_per_event",
                    "websocket",
                    "sse",
                    below=1,
                    where={**SWEPT, "event_rate": 30},
                ),
                AgreesWithLaw(
                    "stream_bytes_down_per_event",
                    "B",
                    "sse",
                    filled.sse_bytes,
                    "SSE-1",
                    {**SWEPT, "event_rate": 30},
                    TWO_BYTES,
                ),
                AgreesWithLaw(
                    "stream_bytes_down_per_event",
                    "B",
                    "websocket",
                    filled.websocket_bytes,
                    "WS-1",
                    {**SWEPT, "event_rate": 30},
                    TWO_BYTES,
                ),
                *(
                    AgreesWithLaw("connect_p50", "ms", push, filled.set_up_ms, "WS-1", FAR)
                    for push in at.OWN_PUSHES
                ),
            )
        ),
        "SSE-1, WS-1",
    ),
    Claim(
        "N17",
        "Polling congests the network",
        at.FULL_LINK,
        AllOf(
            (
                Crossover(
                    "link_used_share",
                    "short_polling",
                    "",
                    "clients",
                    filled.clients_that_fill_the_link,
                    "SP-3",
                    against=FULL,
                    where={**ON_A_NARROW_LINK, "clients": lambda clients: clients < 300},
                    claimed="more",
                    form="straight",
                ),
                Ratio(
                    "bystander_p50",
                    "short_polling",
                    "short_polling",
                    above=3,
                    where=MANY,
                    other_where=FEW,
                ),
                Ratio(
                    "latency_mean",
                    "short_polling",
                    "short_polling",
                    above=1.5,
                    where=MANY,
                    other_where=FEW,
                ),
                Ratio("bystander_p50", "short_polling", "sse", above=3, where=MANY),
                Ratio("latency_mean", "short_polling", "sse", above=1.5, where=MANY),
            )
        ),
        "SP-3",
        must_see=(
            MustSee(
                "link_used_share",
                FULL,
                ("short_polling",),
                "of the link's bandwidth used",
                MANY,
                per="trial",
            ),
        ),
    ),
)
