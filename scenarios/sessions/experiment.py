"""The experiment `sessions`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Course, Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.sessions.load import LOAD, check

EXPERIMENT = Experiment(
    name="sessions",
    title="Where sessions are kept",
    question="Visitors log in, fill a basket and log out, served by several equal backends, which "
    "are restarted or joined by another one: whose workflows break, and what does it cost that "
    "none do?",
    load=LOAD,
    check=check,
    operations=("call", "workflow", "served"),
    outcome_operation="call",
    operation_words={
        "call": "a request, from when a client wants it until the answer is there, asked again "
        "while nobody serves it",
        "workflow": "all requests of one visitor, from its login to its logout: `sequence` is the "
        "workflow's number, `first_byte_ns` when the login was answered (0 where it was not), "
        "`bytes_up` how many requests were answered. `failed`: it broke, and `bytes_down` says "
        "why: 1 the session was not known, 2 nobody served it in time, 3 it saw what another "
        "visitor had laid down, 4 another answer was wrong",
        "served": "who answered a request: `bytes_up` is the backend's number, `sequence` the "
        "workflow's",
    },
    noun=OutcomeNoun.of_work("request", "requests", "answered"),
    work_by="clients",
    course=Course("workflow", "of workflows that ended whole", "of workflows that broke"),
    account_of="workflows",
    account=(
        ("whole_share", "whole"),
        ("lost_session_share", "session lost"),
        ("given_up_share", "nobody served it in time"),
        ("wrong_workflow_share", "wrong answer"),
    ),
    headline=(
        "whole_share",
        "open_broken_share",
        "moved_workflow_share",
        "latency_mean",
        "latency_p50",
        "latency_p99",
        "request_bytes",
        "store_operations_per_request",
        "server_cpu_us_per_event",
        "backend_cpu_us_per_event",
    ),
    tradeoff=(("backend_cpu_us_per_event", "open_broken_share"), ("request_bytes", "latency_p50")),
    quick={
        "duration": "4s",
        "warmup": "300ms",
        "pause": "50ms",
        "fault": "backend.0:restart@1s",
    },
    verify_with={"pause_s": 0.0, "idle_for_s": 0.0},
)
