"""Claims about how late clients learn of an event.  Data only."""

from __future__ import annotations

from bench.model.claim import Claim, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, Threshold
from bench.verdicts.slopes import Slope
from scenarios.notifications import _claim_laws as filled
from scenarios.notifications.claims import setups as at

PUSHED = {**at.USUAL, "event_rate": 8}
FAR = {"link": "emulated", "audience": "one"}
VERY_FAR = {**FAR, "rtt": 0.2}
POLLED = {**at.USUAL, "event_rate": 8}
POLLED_FROM_AFAR = {**POLLED, "link": "emulated"}
SELDOM = {**at.USUAL, "event_rate": 2, "poll_interval": 5}
A_HUNDREDTH = 10
"""Milliseconds for one more second of interval; polling adds 500."""

THREEFOLD = 3
"""Rates are up to 15-fold apart, and a push's own delay on loopback scatters by a third."""

HOST = Band(0.1)
TIGHT = Band(0.03, "LP-1 differs by 3 % from the mean wait if all events had to wait")

CLAIMS = (
    Claim(
        "N1",
        "Push, SSE and WebSocket deliver in real time: their latency does not depend on a "
        "polling interval",
        (at.RATES, at.PUSH_RATES, at.INTERVALS, at.FAR_AWAY),
        AllOf(
            (
                *(
                    Slope(
                        "latency_mean",
                        "ms",
                        push,
                        "poll_interval",
                        at_most=A_HUNDREDTH,
                        where={**PUSHED, "poll_interval": lambda seconds: seconds <= 5},
                    )
                    for push in at.PUSHES
                ),
                *(
                    Ratio(
                        "latency_mean",
                        push,
                        push,
                        where={**PUSHED, "event_rate": lambda rate: rate in (2, 30)},
                        other_where=PUSHED,
                        below=THREEFOLD,
                        above=1 / THREEFOLD,
                    )
                    for push in at.PUSHES
                ),
                *(
                    AgreesWithLaw("latency_mean", "ms", push, filled.one_way_ms, "R/2", FAR, HOST)
                    for push in at.PUSHES
                ),
            )
        ),
        "FAN-1",
    ),
    Claim(
        "N2",
        "Short polling is as late as its interval: half of it on average, nearly all at worst",
        (at.RATES, at.OFTEN_POLLED, at.SELDOM_POLLED, *at.POLLED_FROM_AFAR),
        AllOf(
            (
                *(
                    AgreesWithLaw(
                        "latency_mean", "ms", "short_polling", filled.poll_mean_ms, "SP-1", where
                    )
                    for where in (
                        {**POLLED, "poll_interval": lambda seconds: seconds < 5},
                        SELDOM,
                        {**POLLED_FROM_AFAR, "poll_interval": lambda seconds: seconds < 5},
                        {**SELDOM, "link": "emulated"},
                    )
                ),
                *(
                    AgreesWithLaw(
                        "latency_p90", "ms", "short_polling", filled.poll_p90_ms, "SP-1", where
                    )
                    for where in (
                        {**POLLED, "poll_interval": lambda seconds: seconds < 5},
                        SELDOM,
                    )
                ),
            )
        ),
        "SP-1",
    ),
    Claim(
        "N7",
        "Long polling is not real time: when events are frequent it is later than a push, by up "
        "to three transits",
        (at.FAR_AWAY, at.FAR_AND_RARE),
        AllOf(
            (
                AgreesWithLaw(
                    "latency_mean",
                    "ms",
                    "long_polling",
                    filled.long_poll_mean_ms,
                    "LP-1",
                    FAR,
                    Band(0.05, "LP-1 runs from R/2 to R: 5 % is a tenth of what it says"),
                ),
                AgreesWithLaw(
                    "latency_max",
                    "ms",
                    "long_polling",
                    filled.long_poll_max_ms,
                    "LP-1",
                    {**FAR, "event_rate": 400},
                    Band(0.05, "half a transit more would be a sixth"),
                ),
                Ratio(
                    "latency_mean",
                    "long_polling",
                    "sse",
                    above=1.5,
                    where={**VERY_FAR, "event_rate": 400},
                ),
            )
        ),
        "LP-1",
    ),
    Claim(
        "N9",
        "A broadcast makes long-poll clients return as a herd",
        at.HERDS,
        AllOf(
            (
                Ratio(
                    "herd_peak_requests_per_s",
                    "long_polling",
                    "short_polling",
                    above=3,
                    where={"clients": 200, "schedule": "poisson"},
                ),
                AgreesWithLaw(
                    "herd_return_ms",
                    "ms",
                    "long_polling",
                    filled.herd_return_ms,
                    "LP-4",
                    {"clients": lambda clients: clients >= 200, "schedule": "poisson"},
                    Band(0.25, "a request and its reply are taken to cost the same"),
                ),
                AgreesWithLaw(
                    "herd_return_ms",
                    "ms",
                    "long_polling",
                    filled.herd_return_ms,
                    "LP-4",
                    {"clients": 200, "schedule": "poisson", "link": "emulated"},
                    Band(0.25, "a request and its reply are taken to cost the same"),
                ),
                Threshold(
                    "herd_wait_ratio",
                    "",
                    "long_polling",
                    at_least=1.2,
                    where={"clients": 400, "schedule": "poisson"},
                ),
            )
        ),
        "LP-4",
        must_see=(
            MustSee(
                "events_inside",
                10,
                ("long_polling",),
                "events inside a herd",
                {"clients": 400, "schedule": "poisson"},
            ),
        ),
    ),
)
