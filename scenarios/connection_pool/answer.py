"""The words of the answer of `connection_pool`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast, TurningPoint

ANSWER = Answer(
    at={"burst": 50, "pool_size": 5, "query_time": 0.002, "services_link": "loopback"},
    level={
        "burst": "bursts of {} queries",
        "query_time": "{} a query",
        "pool_size": "{} connections in the pool",
    },
    says=(
        Contrast(
            "latency_mean",
            ("pool",),
            "per_request",
            has="answers a query after {value}",
            rest="takes {times} times as long",
        ),
        Contrast(
            "database_cpu_us_per_event",
            ("pool",),
            "per_request",
            has="takes {value} of database CPU per query",
            rest="takes {times} times as much",
        ),
        TurningPoint(
            "D2b",
            below="a pool answers sooner only where a query takes less than {x}",
            above="a pool answers sooner only where a query takes more than {x}",
        ),
    ),
)
