"""The words of the answer of `chat`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={
        "speak_rate": "members that write {} times per second",
        "room_size": "rooms of {}",
        "clients": "{} members",
    },
    says=(
        Contrast(
            "latency_mean",
            ("websocket", "sse_post"),
            "short_polling",
            less="[is|are] heard {times} times sooner than {other}",
            more="[is|are] heard {times} times later than {other}",
        ),
        Contrast(
            "wire_bytes_per_message",
            ("websocket",),
            "sse_post",
            less="[sends|send] {share} of {others} bytes",
            more="[sends|send] {times} times {others} bytes",
        ),
    ),
)
