"""The words of the answer of `cpu_handlers`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    at={"clients": 20, "request_rate": 200, "heavy_share": 0.1, "heavy_time": 0.02},
    level={"heavy_share": "a share of {} that computes"},
    says=(
        Contrast(
            "latency_p99",
            ("server_processes", "server_threads"),
            "server_async",
            has="[answers|answer] light requests with a p99 of {value}",
            rest="[has|have] {times} times as much",
        ),
    ),
)
