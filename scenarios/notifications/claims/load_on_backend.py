"""Claims about what it costs the backend: CPU and memory.  Data only."""

from __future__ import annotations

from bench.model.claim import Claim
from bench.verdicts.growth import Growth
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf
from bench.verdicts.slopes import Slope
from bench.verdicts.trends import Crossover
from scenarios.notifications import _claim_laws as filled
from scenarios.notifications.claims import setups as at

SWEPT = {**at.USUAL, "duration": 2}
ELSEWHERE = {"clients": 100, "schedule": "poisson", "event_rate": 10, "duration": 2}
WHILE_POLLED = {**at.WHILE_IDLE, "duration": 4, "schedule": "poisson"}
IDLE_STREAM = {**at.WHILE_IDLE, "duration": 31}
LITTLE_BYTES = 1000
"""A connection that costs less is next to nothing: a kernel's socket alone takes more."""

CLAIMS = (
    Claim(
        "N5",
        "Short polling wastes backend resources: it costs CPU even when nothing happens",
        (at.RATES, at.IDLE, at.IDLE_STREAM),
        AllOf(
            (
                Ratio(
                    "backend_cpu_us_per_s",
                    "short_polling",
                    "sse",
                    above=2,
                    where=WHILE_POLLED,
                    other_where=IDLE_STREAM,
                ),
                Ratio(
                    "backend_cpu_us_per_event",
                    "short_polling",
                    "sse",
                    above=2,
                    where={**SWEPT, "event_rate": 0.5},
                ),
            )
        ),
        "FAN-2",
    ),
    Claim(
        "N6b",
        "Long polling puts less load on the backend than short polling",
        (at.RATES,),
        Crossover(
            "backend_cpu_us_per_s",
            "long_polling",
            "short_polling",
            "event_rate",
            where=SWEPT,
        ),
        "FAN-2",
    ),
    Claim(
        "N10",
        "Push can cost the server more than polling",
        (at.RATES, at.IDLE, at.SIZES),
        Crossover(
            "backend_cpu_us_per_s",
            "sse",
            "short_polling",
            "event_rate",
            filled.cpu_break_even,
            "FAN-2",
            where=SWEPT,
            claimed="more",
            facts_at=ELSEWHERE,
            other_facts_at=WHILE_POLLED,
        ),
        "FAN-2",
    ),
    Claim(
        "N16",
        "Cost grows straight with clients",
        (at.SIZES,),
        AllOf(
            tuple(
                Growth(
                    metric,
                    unit,
                    push,
                    "clients",
                    where={"event_rate": 10, "schedule": "poisson"},
                )
                for push in ("sse",)
                for metric, unit in (("backend_cpu_us_per_s", "us"), ("latency_mean", "ms"))
            )
        ),
        "FAN-1",
    ),
    Claim(
        "N18",
        "A connection that waits costs memory",
        (at.WAITING,),
        AllOf(
            tuple(
                Slope(
                    f"{role}_memory_growth_bytes",
                    "B",
                    pattern,
                    "clients",
                    above=LITTLE_BYTES,
                    where={"event_rate": 0.001, "poll_interval": 60},
                )
                for pattern in (*at.POLLS, *at.OWN_PUSHES)
                for role in ("server", "generator")
            )
        ),
    ),
)
