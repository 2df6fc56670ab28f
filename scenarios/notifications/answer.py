"""The words of the answer of `notifications`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast, TurningPoint

ANSWER = Answer(
    at={"link": "loopback", "clients": 100, "event_rate": 8.0, "audience": "every", "fault": ""},
    level={
        "event_rate": "{} events/s",
        "clients": "{} clients",
        "poll_interval": "a poll every {}",
    },
    says=(
        Contrast(
            "latency_mean",
            ("sse", "websocket"),
            "short_polling",
            has="[brings|bring] an event after {value}",
            rest="[takes|take] {times} times as long",
        ),
        Contrast(
            "wire_bytes_per_event",
            ("sse", "websocket"),
            "short_polling",
            has="[sends|send] {value} per event",
            rest="[sends|send] {times} times as many bytes",
        ),
        Contrast(
            "backend_cpu_us_per_event",
            ("sse", "websocket"),
            "short_polling",
            has="[costs|cost] the backend {value} of CPU per event",
            rest="[costs|cost] {times} times as much",
        ),
        TurningPoint(
            "N4",
            below="short polling sends fewer bytes than SSE below {x} events/s",
            above="short polling sends fewer bytes than SSE above {x} events/s",
        ),
        TurningPoint(
            "N10",
            below="SSE costs the backend less CPU only below {x} events/s",
            above="SSE costs the backend less CPU only above {x} events/s",
        ),
    ),
)
