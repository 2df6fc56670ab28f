"""The words of the answer of `chat`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={
        "speak_rate": "a message rate of {} per member and second",
        "room_size": "rooms of {}",
        "clients": "{} members",
    },
    says=(
        Contrast(
            "latency_mean",
            ("websocket", "sse_post"),
            "short_polling",
            has="[delivers|deliver] a message after {value}",
            rest="[takes|take] {times} times as long",
        ),
        Contrast(
            "wire_bytes_per_message",
            ("websocket", "sse_post"),
            "short_polling",
            has="[sends|send] {value} per message",
            rest="[sends|send] {times} times as many bytes",
        ),
        Contrast(
            "backend_cpu_us_per_message",
            ("websocket", "sse_post"),
            "short_polling",
            has="[takes|take] {value} of backend CPU per message",
            rest="[takes|take] {times} times as much CPU",
        ),
    ),
)
