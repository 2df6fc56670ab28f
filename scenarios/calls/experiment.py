"""The experiment `calls`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import CostParts, Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.calls._own import OWN
from scenarios.calls.load import LOAD

EXPERIMENT = Experiment(
    name="calls",
    title="Calls",
    question="A program asks a server for an order and reads the fields that it needs: what do "
    "the ways to call cost in bytes, CPU and time?",
    load=LOAD,
    own=OWN,
    operations=("call",),
    outcome_operation="call",
    operation_words={
        "call": "one call, from its request until its answer is read. `bytes_up` and "
        "`bytes_down` are those of the two messages, without HTTP's headers or gRPC's frames",
    },
    noun=OutcomeNoun.of_work("call", "calls", "answered"),
    work_by="caller",
    headline=(
        "ends_cpu_us_per_event",
        "caller_cpu_us_per_event",
        "server_cpu_us_per_event",
        "messages_cpu_share",
        "wire_bytes_per_event",
        "latency_p50",
        "completeness",
    ),
    tradeoff=(("ends_cpu_us_per_event", "wire_bytes_per_event"),),
    quick={"duration": "1s", "warmup": "200ms"},
    verify_with={},
    cost_parts=CostParts(
        whole="ends_cpu_us_per_event",
        floor="raw",
        part="messages_cpu_us_per_event",
        floor_words="what raw bytes take too: Python, the event loop, the kernel",
        part_words="writing and reading messages",
        rest_words="what carries them: HTTP and the library",
    ),
)
