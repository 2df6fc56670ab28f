"""The experiment `reconnect_storm`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.reconnect_storm.load import LOAD

EXPERIMENT = Experiment(
    name="reconnect_storm",
    title="All clients come back at once",
    question="All clients lose their connection at the same moment, as when a proxy is replaced, "
    "and come back: how many per second, and what do their handshakes cost the server?",
    load=LOAD,
    operations=("return",),
    outcome_operation="return",
    operation_words={
        "return": "a client comes back, from when its own random wait is over until its first "
        "request on the new connection is answered; `first_byte_ns` is when the connection was "
        "ready, its TLS handshake included",
    },
    noun=OutcomeNoun.of_work("return", "returns", "completed"),
    work_by="clients",
    headline=(
        "return_rate",
        "all_back",
        "latency_p50",
        "latency_p99",
        "resumed_share",
        "server_cpu_us_per_event",
        "generator_cpu_us_per_event",
        "wire_bytes_per_event",
    ),
    tradeoff=(("server_cpu_us_per_event", "latency_p99"),),
    quick={
        "duration": "2s",
        "warmup": "300ms",
        "clients": "50",
        "return_within": "500ms",
        "fault": "clients:cut@100ms",
    },
    quick_repeats=5,
    verify_with={},
)
