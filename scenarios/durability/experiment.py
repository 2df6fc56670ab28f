"""The experiment `durability`: question, load, metrics.

Declares what a trial needs; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.durability.load import LOAD, check

EXPERIMENT = Experiment(
    name="durability",
    title="What is stored when a program is told so",
    question="A program stores records and is told that they are stored: how long does it wait "
    "for that, and which of them are there after a crash?",
    load=LOAD,
    check=check,
    operations=("store", "check"),
    outcome_operation="store",
    operation_words={
        "store": "one record, from the request to its acknowledgement. `bytes_up` is its size, "
        "`bytes_down` that too where it was acknowledged",
        "check": "what a client finds after a crash. `sequence` is the number of records that had "
        "been acknowledged and are lost, `bytes_up` their bytes, `bytes_down` those of the records "
        "that are there; `intended` is when the oldest lost one was acknowledged, `sent` when the "
        "client noticed the crash",
    },
    noun=OutcomeNoun.of_work("record", "records", "acknowledged"),
    work_by="caller",
    losses="check",
    headline=(
        "deliveries_per_s",
        "latency_mean",
        "latency_p99",
        "lossy_crashes",
        "lost_per_crash",
        "lost_bytes_per_crash",
        "loss_window_max",
        "outage_mean",
        "disk_flush_us",
    ),
    tradeoff=(("latency_mean", "lost_per_crash"),),
    quick={"duration": "1s", "warmup": "200ms"},
    verify_with={},
)
