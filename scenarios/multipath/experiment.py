"""The experiment `multipath`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.multipath.load import LOAD, PATHS, check_link

EXPERIMENT = Experiment(
    name="multipath",
    title="Two paths",
    question="A client has two paths to the backend: does a connection that uses both get the sum "
    "of their rates, and does it survive the loss of one?",
    load=LOAD,
    check_link=check_link,
    operations=("transfer",),
    outcome_operation="transfer",
    operation_words={
        "transfer": "one reply, from its request to its last byte",
    },
    noun=OutcomeNoun.of_work("transfer", "transfers"),
    work_by="clients",
    headline=(
        "goodput",
        "completeness",
        "latency_mean",
        "second_path_share",
        "backend_cpu_us_per_event",
    ),
    tradeoff=(("backend_cpu_us_per_event", "goodput"),),
    quick={**PATHS, "transfer": "4MB", "duration": "2s", "warmup": "500ms"},
    verify_with={},
)
