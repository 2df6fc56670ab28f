"""The experiment `page_load`: question, load, metrics, predictions.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.model import Experiment, Facts, Load, Prediction, UsageError, parameter
from scenarios.page_load import laws
from scenarios.page_load.claims import CLAIMS, NORMAL

CONNECTIONS = {"http1_one": 1, "http1_six": 6}


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


def rtt_s(facts: Facts) -> float:
    """By the probe of the link; on loopback by the sockets (QUIC has none that tell)."""
    probed = facts.get("link_rtt_probe_ms", math.nan) / 1e3
    return facts["rtt_us"] / 1e6 if math.isnan(probed) else probed


def _bounded(load: PageLoad, seconds: float) -> float:
    return max(seconds, laws.transmission_s(load.page_bytes, load.rate)) * 1e3


def http1_ms(load: PageLoad, facts: Facts, connections: int) -> float:
    """MUX-1 with set-up, and with SSE-2's connections where streams are held."""
    rtt = rtt_s(facts)
    free = laws.free_connections(connections, load.streams)
    if not free:
        return math.inf
    setup = laws.setup_s(rtt, "1.1", load.tls == "on")
    return _bounded(
        load,
        setup + laws.http1_makespan(len(load.sizes_bytes), free, rtt, load.server_delay_s),
    )


def multiplexed_ms(load: PageLoad, facts: Facts, version: str) -> float:
    rtt = rtt_s(facts)
    # A connection that already carries streams is there.
    setup = 0.0 if load.streams else laws.setup_s(rtt, version, True)
    fetching = laws.multiplexed_makespan(
        len(load.sizes_bytes), load.max_streams, rtt, load.server_delay_s
    )
    return _bounded(load, setup + fetching + laws.slow_start_s(load.page_bytes, 1, rtt))


def _is_lossless(load: PageLoad) -> bool:
    return not load.loss


PREDICTIONS = (
    Prediction(
        "MUX-1",
        "2R + ceil(n/K)(R + S), at least the bandwidth's time",
        "one request at a time on each connection; TLS 1.3, without it R less",
        "makespan_p50",
        ("http1_one",),
        lambda load, facts: http1_ms(load, facts, 1) if _is_lossless(load) else math.nan,
    ),
    Prediction(
        "MUX-1",
        "2R + ceil(n/K)(R + S), at least the bandwidth's time",
        "one request at a time on each connection; TLS 1.3, without it R less",
        "makespan_p50",
        ("http1_six",),
        lambda load, facts: http1_ms(load, facts, 6) if _is_lossless(load) else math.nan,
    ),
    Prediction(
        "MUX-1",
        "2R + ceil(n/M) S + R + slow start",
        "all at once on one connection; TLS 1.3",
        "makespan_p50",
        ("http2",),
        lambda load, facts: multiplexed_ms(load, facts, "2") if _is_lossless(load) else math.nan,
    ),
    Prediction(
        "MUX-1",
        "R + ceil(n/M) S + R + slow start",
        "all at once on one connection; QUIC",
        "makespan_p50",
        ("http3",),
        lambda load, facts: multiplexed_ms(load, facts, "3") if _is_lossless(load) else math.nan,
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
    verify_with={"streams": 0},
    predictions=PREDICTIONS,
    claims=CLAIMS,
    normal=NORMAL,
)
