"""The words of the answer of `sessions`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    says=(
        Contrast(
            "open_broken_share",
            ("store_session", "jwt", "jwt_deny_list", "pure_function", "hashed_session"),
            "memory_session",
            has="[breaks|break] {value} of the open workflows",
            rest="[breaks|break] {times} times as many",
            none="[breaks|break] no open workflow",
        ),
        Contrast(
            "request_bytes",
            ("store_session", "jwt"),
            "memory_session",
            has="[sends|send] {value} per request",
            rest="[sends|send] {times} times as many bytes",
        ),
        Contrast(
            "backend_cpu_us_per_event",
            ("store_session", "jwt"),
            "memory_session",
            has="[takes|take] {value} of backend CPU per request",
            rest="[takes|take] {times} times as much",
        ),
    ),
)
