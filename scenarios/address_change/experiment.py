"""The experiment `address_change`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment, Progress
from bench.model.outcome import OutcomeNoun
from scenarios.address_change.load import LOAD, check

EXPERIMENT = Experiment(
    name="address_change",
    title="A client whose address changes",
    question="A client's address changes while a request is under way, as when a phone leaves the "
    "Wi-Fi: is the request lost or done twice, and how long does its user wait?",
    load=LOAD,
    check=check,
    operations=("request", "attempt", "broken", "setup", "moved"),
    outcome_operation="request",
    operation_words={
        "request": "a request with an action, from when its client asks until it has the answer; "
        "all attempts together. `pending`: its client gave it up",
        "attempt": "an attempt of a request that was answered. `bytes_up` and `bytes_down` are "
        "the size of the reply",
        "broken": "an attempt whose connection broke or was given up; nothing of it lasts",
        "setup": "a connection is set up, with its TLS handshake; `sequence` counts those of a "
        "client",
        "moved": "a client is told that its address has changed",
    },
    noun=OutcomeNoun.of_work("request", "requests", "answered"),
    progress=Progress("attempt", "broken", "from asking to the answer"),
    account=(
        ("done_once_share", "answered, done once"),
        ("done_twice_share", "answered, done twice"),
        ("lost_done_share", "not answered, but done"),
        ("lost_undone_share", "not answered and not done"),
    ),
    work_by="clients",
    headline=(
        "address_changes",
        "pause_mean",
        "pause_max",
        "lost_per_change",
        "doubled_per_change",
        "setups_per_change",
        "latency_mean",
        "completeness",
        "server_cpu_us_per_event",
    ),
    tradeoff=(("lost_per_change", "doubled_per_change"), ("setups_per_change", "pause_mean")),
    quick={
        "duration": "3s",
        "warmup": "300ms",
        "link": "emulated",
        "rtt": "80ms",
        "fault": "path.1:renumber@500ms,every=1s,times=2",
    },
    verify_with={},
    patience_s=lambda load: load.window.drain_s + load.own.answer_timeout_s * load.own.tries,
)
