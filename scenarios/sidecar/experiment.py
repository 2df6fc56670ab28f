"""The experiment `sidecar`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.sidecar.load import LOAD, check, searched_for

EXPERIMENT = Experiment(
    name="sidecar",
    title="A sidecar beside each client and service",
    question="Proxies beside a client and a service give them HTTP/2, TLS and certificates "
    "without changing a line: what do they add to latency, CPU and memory, and what does a "
    "library inside both cost instead?",
    load=LOAD,
    check=check,
    searched_for=searched_for,
    operations=("call", "knock"),
    outcome_operation="call",
    operation_words={
        "call": "a request, from when it is due until its client has the reply",
        "knock": "a stranger's call to the service's entrance; `bytes_up` is what it shows (0: no "
        "certificate, 1: another authority's, 2: an expired one, 3: the right one), `bytes_down` "
        "1 where it was let in",
    },
    noun=OutcomeNoun.of_work("request", "requests", "answered"),
    work_by="clients",
    headline=(
        "latency_p50",
        "latency_p90",
        "latency_p99",
        "whole_cpu_us_per_event",
        "generator_cpu_us_per_event",
        "client_sidecar_cpu_us_per_event",
        "server_sidecar_cpu_us_per_event",
        "server_cpu_us_per_event",
        "client_sidecar_memory_bytes",
        "changed_lines",
    ),
    cost_stack=(
        ("generator_cpu_us_per_event", "client"),
        ("client_sidecar_cpu_us_per_event", "client's sidecar"),
        ("server_sidecar_cpu_us_per_event", "service's sidecar"),
        ("server_cpu_us_per_event", "service"),
    ),
    added_to="direct",
    main_curve=("client_sidecar_memory_bytes", "clients"),
    tradeoff=(("backend_cpu_us_per_event", "latency_p50"),),
    quick={"duration": "2s", "warmup": "500ms"},
    quick_repeats=5,
    verify_with={},
)
