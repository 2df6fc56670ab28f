"""The experiment `waiting`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment, Pieces
from bench.model.outcome import OutcomeNoun
from scenarios.waiting.load import LOAD, check_machine, serial_s

EXPERIMENT = Experiment(
    name="waiting",
    title="Waiting for many answers",
    question="A program makes many calls and each takes a while: how long does it wait in all, "
    "what does waiting cost, and what can it do meanwhile?",
    load=LOAD,
    check_machine=check_machine,
    operations=("batch", "wait"),
    outcome_operation="batch",
    operation_words={
        "batch": "n calls, from the first until all are answered. `bytes_up` is the number of "
        "units of useful work done meanwhile, `bytes_down` the microseconds that they take by "
        "themselves",
        "wait": "one call of a batch: intended when the batch began, sent, and answered",
    },
    noun=OutcomeNoun.of_work("batch", "batches", "answered"),
    pieces=Pieces("wait", queued="not sent yet", sent="waiting for its answer"),
    work_by="caller",
    headline=(
        "makespan_mean",
        "makespan_in_waits",
        "work_share",
        "caller_cpu_us_per_wait",
        "caller_memory_bytes_per_wait",
        "completeness",
    ),
    tradeoff=(("caller_cpu_us_per_wait", "makespan_mean"),),
    quick={"duration": "1s", "warmup": "300ms", "waits": "20", "wait_time": "50ms"},
    verify_with={"wait_time_s": 0.01},
    patience_s=lambda load: load.window.drain_s + 2 * serial_s(load),
)
