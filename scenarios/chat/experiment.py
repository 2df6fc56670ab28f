"""The experiment `chat`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.chat.load import LOAD, check, gives_up_after_s, patience_s, unit_of

EXPERIMENT = Experiment(
    name="chat",
    title="Chat rooms",
    question="Each member of a room writes to all the others: how late do they read it, how many "
    "bytes cross the wire up and down, what does it cost, and how soon do they know who is there?",
    load=LOAD,
    check=check,
    operations=(
        "heard",
        "again",
        "spoken",
        "request",
        "login",
        "drop",
        "knows_login",
        "knows_drop",
    ),
    outcome_operation="heard",
    operation_words={
        "heard": "a member hears a message; `sequence` is the message's id (its speaker's number, "
        "then six digits), `intended_ns` when it was to be written, `sent_ns` when its speaker "
        "sent it. `pending`: it was to be written, and never came",
        "again": "the same message once more",
        "spoken": "a member sends a message; `sequence` is its id, `done_ns` when the server had "
        "it, or when it was sent where the server says nothing",
        "request": "a poll; `sequence` is the room's last message that its member had received",
        "login": "a member that was away begins to log in; `sequence` is its number, then "
        "six digits that count its logins",
        "drop": "a member is gone without a goodbye; `sequence` as of its login",
        "knows_login": "a member knows that another one logged in; `sequence` is the login's, "
        "`intended_ns` when it was to begin",
        "knows_drop": "a member knows that another one is gone; `sequence` is the drop's, "
        "`intended_ns` when it was to happen",
    },
    noun=OutcomeNoun(
        event="heard message",
        events="heard messages",
        outcome="heard message",
        outcomes="heard messages",
        owed="expected",
        done="heard",
        arrived="were heard",
        missing="were never heard",
        lost="lost",
    ),
    work_by="clients",
    headline=(
        "latency_mean",
        "latency_p50",
        "latency_p99",
        "completeness",
        "requests_per_message",
        "wire_bytes_per_message",
        "wire_bytes_per_event",
        "backend_cpu_us_per_message",
    ),
    tradeoff=(
        ("backend_cpu_us_per_message", "latency_mean"),
        ("wire_bytes_per_message", "latency_mean"),
    ),
    unit_of=unit_of,
    patience_s=patience_s,
    gives_up_after_s=gives_up_after_s,
    quick={
        "clients": "40",
        "speak_rate": "1/s",
        "duration": "2s",
        "warmup": "300ms",
        "poll_interval": "200ms",
    },
    verify_with={"movers": 0, "heartbeat_s": 0.0, "poll_interval_s": 0.02},
)
