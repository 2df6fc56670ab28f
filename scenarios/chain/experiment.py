"""The experiment `chain`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.chain.load import LOAD, check

EXPERIMENT = Experiment(
    name="chain",
    title="Services in a row",
    question="A request goes through several services, one of which is slow, fails or stands "
    "still for a while: what do latency, failures and the other requests make of it?",
    load=LOAD,
    check=check,
    operations=("call", "attempt", "bypass"),
    outcome_operation="call",
    operation_words={
        "call": "a request, from when it is due until its client has the answer or gives up, "
        "all attempts together",
        "attempt": "one attempt of a client at the first service",
        "bypass": "a request whose way leaves out the troubled service: its row of `call` once "
        "more",
    },
    noun=OutcomeNoun.of_work("request", "requests", "answered"),
    in_time="good_within_s",
    work_by="clients",
    headline=(
        "latency_mean",
        "latency_p99",
        "success_share",
        "goodput_per_s",
        "upstream_under_way_max",
        "wasted_share",
        "unaffected_p99",
        "recovery",
        "backend_cpu_us_per_event",
    ),
    tradeoff=(("backend_cpu_us_per_event", "latency_mean"),),
    quick={
        "duration": "4s",
        "warmup": "500ms",
        "troubled": "2",
        "bypass": "50%",
        "attempt_timeout": "300ms",
        "service_workers": "24",
        "breaker_requests": "6",
        "fault": "service.2:stop@1s,for=1s",
    },
    quick_repeats=5,
    verify_with={"failing": 0.0, "attempt_timeout_s": 10.0},
)
