"""The words of the answer of `streamed_reply`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

STREAMS = ("sse", "websocket", "ndjson")

ANSWER = Answer(
    level={
        "pieces": "replies of {} pieces",
        "piece_interval": "a piece every {}",
        "batch": "{} between two sendings",
        "leave_rate": "readers that leave {} times per second",
    },
    says=(
        Contrast(
            "first_piece_mean",
            STREAMS,
            "whole_reply",
            less="[shows|show] the first piece in {share} of the time that a whole reply takes",
            more="[shows|show] the first piece in {times} times the time that a whole reply takes",
        ),
        Contrast(
            "wire_bytes_down_per_piece",
            ("polling",),
            "sse",
            less="[sends|send] {share} of {others} bytes for a piece",
            more="[sends|send] {times} times {others} bytes for a piece",
        ),
    ),
)
