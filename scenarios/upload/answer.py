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
            has="[sends|send] {value} times the bytes of a file",
            rest="[sends|send] {times} times as many",
        ),
        Contrast(
            "lost_per_cut",
            ("chunked", "resumable"),
            "single_request",
            has="[loses|lose] {value} per cut",
            rest="[loses|lose] {times} times as many bytes per cut",
        ),
    ),
)
