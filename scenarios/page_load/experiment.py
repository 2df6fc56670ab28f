"""The experiment `page_load`: question, load, metrics, predictions.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment, Pieces
from bench.model.law import Law
from bench.model.outcome import OutcomeNoun
from scenarios.page_load._domains import BROWSER, FACTS, MULTIPLEXED, over
from scenarios.page_load.claims import CLAIMS, NORMAL, browser_ms, http1_ms, multiplexed_ms
from scenarios.page_load.load import LOAD, check

PREDICTIONS = (
    Law(
        "MUX-1",
        "h + ceil(n/K)(R + S), at least the bandwidth's time",
        "one request at a time on each connection; set-up h as measured",
        "makespan_mean",
        ("http1_one",),
        lambda load, facts: http1_ms(load, facts, 1),
        over(1),
        FACTS,
    ),
    Law(
        "MUX-1",
        "h + ceil(n/K)(R + S), at least the bandwidth's time",
        "one request at a time on each connection; set-up h as measured",
        "makespan_mean",
        ("http1_six",),
        lambda load, facts: http1_ms(load, facts, 6),
        over(6),
        FACTS,
    ),
    Law(
        "MUX-1",
        "h + ceil(n/M) S + R, + R (2R) where n > 10 (30), or slow start",
        "all at once on one connection; set-up h as measured",
        "makespan_mean",
        ("http2",),
        lambda load, facts: multiplexed_ms(load, facts, "2"),
        MULTIPLEXED,
        FACTS,
    ),
    Law(
        "MUX-1",
        "h + ceil(n/M) S + R + max(pacing, slow start)",
        "all at once on one connection; set-up h as measured",
        "makespan_mean",
        ("http3",),
        lambda load, facts: multiplexed_ms(load, facts, "3"),
        MULTIPLEXED,
        (*FACTS, "link_packets_down_per_event"),
    ),
    Law(
        "MUX-1",
        "as http1_six, http2 or http3",
        "depends on the browser's protocol; set-up h as measured",
        "makespan_mean",
        ("browser",),
        browser_ms,
        BROWSER,
        (*FACTS, "link_packets_down_per_event"),
    ),
)


EXPERIMENT = Experiment(
    name="page_load",
    title="Loading a page",
    question="A client needs many small resources from one server at once: how long until it "
    "has all of them, over how many connections, and what does it cost the server?",
    load=LOAD,
    check=check,
    operations=("resource", "open", "page"),
    outcome_operation="page",
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
    predictions=PREDICTIONS,
    claims=CLAIMS,
    normal=NORMAL,
)
