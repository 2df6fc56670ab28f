"""The experiment `proxies`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.proxies.load import LOAD

EXPERIMENT = Experiment(
    name="proxies",
    title="Proxies that change the protocol",
    question="A proxy merges many HTTP/1.1 connections into one HTTP/2 connection, or spreads "
    "one HTTP/2 connection over a few HTTP/1.1 connections: what happens to throughput and "
    "latency, and what does a request cost the backend and the proxy?",
    load=LOAD,
    operations=("query",),
    outcome_operation="query",
    operation_words={
        "query": "one query and its answer",
    },
    noun=OutcomeNoun.of_work("request", "requests", "answered"),
    work_by="clients",
    headline=(
        "deliveries_per_s",
        "latency_p50",
        "latency_p99",
        "completeness",
        "server_cpu_us_per_event",
        "proxy_cpu_us_per_event",
        "proxied_capacity_per_s",
        "upstream_connections",
        "downstream_connections",
        "requests_per_upstream_connection",
    ),
    tradeoff=(("backend_cpu_us_per_event", "deliveries_per_s"),),
    quick={"clients": "64", "duration": "2s", "warmup": "500ms"},
    verify_with={"request_rate_per_s": 0.0},
)
