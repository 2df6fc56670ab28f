"""The experiment `cpu_handlers`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.cpu_handlers.load import LOAD

EXPERIMENT = Experiment(
    name="cpu_handlers",
    title="Handlers that compute",
    question="Some of a server's handlers compute: how long do all other requests wait, where one "
    "event loop, threads, or processes serve them?",
    load=LOAD,
    operations=("light", "heavy"),
    outcome_operation="light",
    operation_words={
        "light": "a request that is answered at once",
        "heavy": "a request whose handler computes before it answers; not counted as an outcome",
    },
    noun=OutcomeNoun.of_work("light request", "light requests", "answered"),
    work_by="clients",
    headline=(
        "latency_p50",
        "latency_p99",
        "heavy_mean",
        "server_cpu_share",
        "completeness",
    ),
    tradeoff=(("server_cpu_share", "latency_p99"),),
    quick={"duration": "4s", "warmup": "200ms"},
    quick_repeats=5,
    verify_with={},
)
