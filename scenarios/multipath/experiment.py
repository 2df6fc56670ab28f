"""The experiment `multipath`: question, load, metrics, predictions.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

import math

from bench.model.experiment import Experiment
from bench.model.law import Prediction
from bench.model.load import Load
from bench.model.outcome import OutcomeNoun
from scenarios.multipath import laws
from scenarios.multipath.claims import CLAIMS, NORMAL, PATHS, mptcp_mbit, tcp_mbit
from scenarios.multipath.load import LOAD, MultipathLoad, check, loses_path, rates


def second_share(load: Load[MultipathLoad]) -> float:
    """MP-2, where both paths are there all the time."""
    return math.nan if loses_path(load) else laws.second_share(*rates(load))


PREDICTIONS = (
    Prediction(
        "MP-1",
        "C1 (1500 - 52)/1500 / N",
        "headers of full packets; long transfers",
        "goodput",
        ("tcp",),
        lambda load, facts: tcp_mbit(load),
    ),
    Prediction(
        "MP-1",
        "(C1 + C2) (1500 - 52 - 28)/1500 / N",
        "headers of full packets; long transfers",
        "goodput",
        ("mptcp",),
        lambda load, facts: mptcp_mbit(load),
    ),
    Prediction(
        "MP-2",
        "C2/(C1 + C2)",
        "each path is full; long transfers",
        "second_path_share",
        ("mptcp",),
        lambda load, facts: second_share(load),
    ),
)


EXPERIMENT = Experiment(
    name="multipath",
    title="Two paths",
    question="A client has two paths to the backend: does a connection that uses both get the sum "
    "of their rates, and does it survive the loss of one?",
    load=LOAD,
    check=check,
    operations=("transfer",),
    outcome_operation="transfer",
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
    predictions=PREDICTIONS,
    claims=CLAIMS,
    normal=NORMAL,
)
