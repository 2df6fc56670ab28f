"""The words of the answer of `cold_cache`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    says=(
        Contrast(
            "store_operations_per_lookup",
            ("cached",),
            "uncached",
            has="[asks|ask] the store for {value} of the lookups",
            rest="[asks|ask] it {times} times as often",
        ),
        Contrast(
            "latency_p50",
            ("cached",),
            "uncached",
            has="[has|have] a median latency of {value}",
            rest="[takes|take] {times} times as long",
        ),
        Contrast(
            "backend_cpu_us_per_event",
            ("cached",),
            "uncached",
            has="[takes|take] {value} of backend CPU per lookup",
            rest="[takes|take] {times} times as much CPU",
        ),
    ),
)
