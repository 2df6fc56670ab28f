"""The words of the answer of `long_job`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={
        "leave_rate": "clients that leave at a rate of {} per second",
        "job_time": "jobs of {}",
        "job_rate": "{} jobs per second",
    },
    says=(
        Contrast(
            "lost_share",
            ("handle_short_polling", "handle_long_polling", "handle_sse", "queue_reply"),
            "blocking_request",
            has="[loses|lose] {value} of the results",
            rest="[loses|lose] {times} times as many",
            none="[loses|lose] no result",
        ),
        Contrast(
            "acknowledged_mean",
            ("handle_short_polling", "handle_long_polling", "handle_sse", "queue_reply"),
            "blocking_request",
            has="[acknowledges|acknowledge] a job after {value}",
            rest="[takes|take] {times} times as long",
        ),
        Contrast(
            "requests_per_job",
            ("handle_short_polling", "handle_long_polling"),
            "blocking_request",
            has="[sends|send] {value} requests per job",
            rest="[sends|send] {times} times as many",
        ),
    ),
)
