"""The words of the answer of `upload`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={
        "cut_rate": "{} cuts per second",
        "file_size": "files of {}",
        "chunk_size": "chunks of {}",
    },
    says=(
        Contrast(
            "sent_share",
            ("chunked", "resumable"),
            "single_request",
            less="[sends|send] {share} as many bytes as one request",
            more="[sends|send] {times} times as many bytes as one request",
        ),
    ),
)
