"""The experiment `disk_reads`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.disk_reads.load import LOAD, check, check_machine

EXPERIMENT = Experiment(
    name="disk_reads",
    title="Reading files in an event loop",
    question="A program with an event loop reads large files that are not in memory: how late is "
    "everything else on the loop meanwhile?",
    load=LOAD,
    check=check,
    check_machine=check_machine,
    operations=("read",),
    outcome_operation="read",
    operation_words={
        "read": "one file, from when it was due until all of it is in the program's memory. "
        "`bytes_up` is what the page cache held of it just before, `bytes_down` its size",
    },
    noun=OutcomeNoun.of_work("read", "reads", "finished"),
    work_by="caller",
    headline=(
        "caller_lag_p50",
        "caller_lag_p99",
        "latency_p50",
        "cached_share",
        "completeness",
    ),
    tradeoff=(("latency_p50", "caller_lag_p99"),),
    shows_loop_lag=True,
    quick={"duration": "5s", "warmup": "200ms"},
    quick_repeats=5,
    verify_with={},
)
