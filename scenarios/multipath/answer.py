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
            less="carries {share} as much as TCP",
            more="carries {times} times as much as TCP",
        ),
    ),
)
