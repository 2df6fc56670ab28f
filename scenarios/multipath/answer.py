"""The words of the answer of `multipath`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={"rate": "{} on the first path", "second_path": "{} on the second"},
    says=(
        Contrast(
            "goodput",
            ("mptcp",),
            "tcp",
            has="carries {value}",
            rest="carries {times} times as much",
        ),
        Contrast(
            "latency_mean",
            ("mptcp",),
            "tcp",
            has="completes a transfer in {value}",
            rest="takes {times} times as long",
        ),
    ),
)
