"""The experiment `long_job`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment, Life
from bench.model.outcome import OutcomeNoun
from scenarios.long_job.load import LOAD, check

EXPERIMENT = Experiment(
    name="long_job",
    title="Jobs that take long",
    question="A client asks for work that takes a while, and may go away before it is done: how "
    "does it learn of the result, and what does waiting cost?",
    load=LOAD,
    check=check,
    operations=("job", "work", "request", "listening", "away"),
    outcome_operation="job",
    operation_words={
        "job": "a job, from asking for it until its caller has the result; `first_byte_ns` is when "
        "it was acknowledged. `pending`: its caller left and cannot come back to it",
        "work": "a worker does a job whose result is known: from `sent_ns` to `done_ns`; "
        "`intended_ns` is when the job was asked for",
        "request": "a request or message of a job; `empty`: it is not done yet",
        "listening": "a connection that its client keeps open for answers",
        "away": "a client is away: from `sent_ns` to `done_ns`",
    },
    noun=OutcomeNoun.of_work("job", "jobs", "answered"),
    life=Life("work", "away"),
    work_by="clients",
    headline=(
        "acknowledged_mean",
        "latency_mean",
        "known_mean",
        "lost_share",
        "work_for_nobody_share",
        "requests_per_job",
        "connection_s_per_job",
        "backend_cpu_us_per_event",
    ),
    tradeoff=(("requests_per_job", "known_mean"), ("connection_s_per_job", "known_mean")),
    quick={"duration": "3s", "warmup": "300ms", "leave_rate": "1/s", "away": "500ms"},
    verify_with={"leave_rate_per_s": 0.0, "job_time_s": 0.01, "poll_interval_s": 0.02},
)
