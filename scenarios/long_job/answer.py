"""The words of the answer of `long_job`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

HANDLES = ("handle_short_polling", "handle_long_polling", "handle_sse", "queue_reply")

ANSWER = Answer(
    level={
        "leave_rate": "clients that leave {} times per second",
        "job_time": "jobs of {}",
        "job_rate": "{} jobs per second",
    },
    says=(
        Contrast(
            "acknowledged_mean",
            HANDLES,
            "blocking_request",
            less="[acknowledges|acknowledge] a job in {share} of the time that a blocking request "
            "takes",
            more="[acknowledges|acknowledge] a job in {times} times the time that a blocking "
            "request takes",
        ),
        Contrast(
            "requests_per_job",
            ("handle_short_polling",),
            "handle_long_polling",
            less="[sends|send] {share} of {others} requests",
            more="[sends|send] {times} times {others} requests",
        ),
    ),
)
