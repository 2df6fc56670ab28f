"""The words of the answer of `streamed_reply`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={
        "pieces": "replies of {} pieces",
        "piece_interval": "a piece every {}",
        "batch": "{} between two sendings",
        "leave_rate": "readers that leave at a rate of {} per second",
    },
    says=(
        Contrast(
            "first_piece_mean",
            ("sse", "websocket", "ndjson"),
            "whole_reply",
            has="[shows|show] the first piece after {value}",
            rest="[takes|take] {times} times as long",
        ),
        Contrast(
            "wire_bytes_down_per_piece",
            ("sse", "websocket", "ndjson"),
            "whole_reply",
            has="[sends|send] {value} per piece",
            rest="[sends|send] {times} times as many bytes",
        ),
        Contrast(
            "server_cpu_us_per_piece",
            ("sse", "websocket", "ndjson"),
            "whole_reply",
            has="[takes|take] {value} of server CPU per piece",
            rest="[takes|take] {times} times as much",
        ),
    ),
)
