"""The experiment `page_load`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment, Pieces
from bench.model.outcome import OutcomeNoun
from scenarios.page_load._own import OWN
from scenarios.page_load.load import LOAD, check

EXPERIMENT = Experiment(
    name="page_load",
    title="Loading a page",
    question="A client needs many small resources from one server at once: how long until it "
    "has all of them, over how many connections, and what does it cost the server?",
    load=LOAD,
    own=OWN,
    check=check,
    operations=("resource", "open", "page"),
    outcome_operation="page",
    operation_words={
        "resource": "one resource of a page; `sequence` is the page's",
        "open": "a connection that was opened for a page",
        "page": "a whole page, until the last byte of its last resource",
    },
    pieces=Pieces("resource", "open"),
    noun=OutcomeNoun.of_work("page", "pages", "loaded"),
    work_by="clients",
    headline=(
        "makespan_mean",
        "makespan_p50",
        "ttfb_p50",
        "queue_time_mean",
        "completeness",
        "connections_per_page",
        "wire_bytes_per_event",
        "server_cpu_us_per_event",
        "proxy_cpu_us_per_event",
    ),
    tradeoff=(
        ("backend_cpu_us_per_event", "makespan_mean"),
        ("wire_bytes_per_event", "makespan_mean"),
    ),
    takes=("overhead_bytes_per_page", "connections_per_page"),
    quick={"link": "emulated", "rtt": "50ms", "duration": "4s", "warmup": "500ms"},
    verify_with={"streams": 0, "resources": 1, "sizes": ""},
)
