"""The experiment `page_load`: question, load, metrics, predictions.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.law import Prediction
from bench.model.load import Load, parameter
from scenarios.page_load.claims import CLAIMS, NORMAL, browser_ms, http1_ms, multiplexed_ms


@dataclass(frozen=True, kw_only=True)
class PageLoad(Load):
    """What a page consists of, and what serving one resource takes."""

    clients: int = parameter(1, "", "simulated clients", low=1, high=1000)
    resources: int = parameter(30, "", "resources of a page", low=1, high=10_000)
    resource_size_bytes: int = parameter(
        1000, "B", "size of each resource", low=0, high=100_000_000
    )
    sizes: str = parameter(
        "",
        "",
        "CSV file with one size in bytes per line, from a recorded page: instead of resources "
        "and resource_size",
    )
    server_delay_s: float = parameter(
        0.02, "s", "time that the server takes for a resource", low=0, high=60
    )
    tls: str = parameter(
        "on", "", "HTTP/1.1 with or without TLS; the others always have it", choices=("on", "off")
    )
    streams: int = parameter(
        0, "", "long streams that the page holds open before it fetches", low=0, high=1000
    )
    protocol: str = parameter(
        "http1",
        "",
        "what the browser is to speak; the other patterns say it themselves",
        choices=("http1", "http2", "http3"),
    )
    max_streams: int = parameter(
        128, "", "HTTP/2, HTTP/3: streams that a connection may have at once", low=1, high=1000
    )

    @cached_property
    def sizes_bytes(self) -> tuple[int, ...]:
        """The size of each resource."""
        if self.sizes:
            return read_sizes(Path(self.sizes))
        return (self.resource_size_bytes,) * self.resources

    @property
    def page_bytes(self) -> int:
        return sum(self.sizes_bytes)

    def check(self) -> None:
        """UsageError where the file of sizes is none."""
        _ = self.sizes_bytes


def read_sizes(path: Path) -> tuple[int, ...]:
    """One size per line, a header allowed; UsageError with the line where it is no size."""
    try:
        rows = list(csv.reader(path.read_text().splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"sizes={path}: cannot be read ({error}); name a CSV file") from None
    sizes = []
    for number, row in enumerate(rows, start=1):
        if not row or row[0].lstrip().startswith("#"):
            continue
        if not row[0].strip().isdecimal():
            if number == 1:
                continue
            raise UsageError(f"sizes={path} line {number}: {row[0]!r} is no size; write e.g. 1200")
        sizes.append(int(row[0]))
    if not sizes:
        raise UsageError(f"sizes={path}: has no size in it; write one per line")
    return tuple(sizes)


PREDICTIONS = (
    Prediction(
        "MUX-1",
        "h + ceil(n/K)(R + S), at least the bandwidth's time",
        "one request at a time on each connection; set-up h as measured",
        "makespan_mean",
        ("http1_one",),
        lambda load, facts: http1_ms(load, facts, 1),
    ),
    Prediction(
        "MUX-1",
        "h + ceil(n/K)(R + S), at least the bandwidth's time",
        "one request at a time on each connection; set-up h as measured",
        "makespan_mean",
        ("http1_six",),
        lambda load, facts: http1_ms(load, facts, 6),
    ),
    Prediction(
        "MUX-1",
        "h + ceil(n/M) S + R, + R (2R) where n > 10 (30), or slow start",
        "all at once on one connection; set-up h as measured",
        "makespan_mean",
        ("http2",),
        lambda load, facts: multiplexed_ms(load, facts, "2"),
    ),
    Prediction(
        "MUX-1",
        "h + ceil(n/M) S + R + max(pacing, slow start)",
        "all at once on one connection; set-up h as measured",
        "makespan_mean",
        ("http3",),
        lambda load, facts: multiplexed_ms(load, facts, "3"),
    ),
    Prediction(
        "MUX-1",
        "as http1_six, http2 or http3",
        "by the protocol that the browser is to speak; set-up h as measured",
        "makespan_mean",
        ("browser",),
        browser_ms,
    ),
)


EXPERIMENT = Experiment(
    name="page_load",
    title="Loading a page",
    question="A client needs many small things from one server at once: how long until it has "
    "all of them, over how many connections, and what does it cost the server?",
    load=PageLoad,
    operations=("resource", "open", "page"),
    outcome_operation="page",
    piece="page",
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
    quick={"link": "emulated", "rtt": "50ms", "duration": "4s", "warmup": "500ms"},
    verify_with={"streams": 0, "resources": 1, "sizes": ""},
    predictions=PREDICTIONS,
    claims=CLAIMS,
    normal=NORMAL,
)
