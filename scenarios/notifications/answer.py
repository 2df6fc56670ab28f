"""The words of the answer of `notifications`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast, TurningPoint

PUSHES = ("sse", "websocket")

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
            PUSHES,
            "short_polling",
            less="[delivers|deliver] {times} times sooner than {other}",
            more="[delivers|deliver] {times} times later than {other}",
        ),
        Contrast(
            "backend_cpu_us_per_event",
            PUSHES,
            "short_polling",
            less="[uses|use] {share} of {others} backend CPU",
            more="[uses|use] {times} times {others} backend CPU",
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
