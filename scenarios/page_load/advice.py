"""What `bench advise` knows of `page_load`: a page's words, its one cost, the laws.  Data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bench.model.advice import Advice, Cost, Input
from bench.model.domain import Either, Range
from bench.model.load import Load
from scenarios.page_load._costs import ALONE, RTT
from scenarios.page_load.load import PageLoad
from scenarios.page_load.predictions import (
    OVER_HTTP2,
    OVER_HTTP3,
    OVER_MANY,
    OVER_ONE,
    OVER_SIX,
)

Asked = Load[PageLoad]


def _settle(load: Asked, _: Mapping[str, float], given: Collection[str]) -> Mapping[str, Any]:
    """Of congestion controls, what most servers have."""
    return {} if "cc" in given or load.link.link == "loopback" else {"cc": "cubic"}


def _probe_ms(load: Asked, constants: Mapping[str, float]) -> float:
    """The link's round trip, with what this machine adds to it."""
    added_ms = constants[ALONE.key(RTT)] - float(ALONE.settings["rtt"]) * 1e3
    return load.link.rtt_s * 1e3 + added_ms


ADVICE = Advice(
    about="Over which protocol should a page load?",
    inputs=(
        Input("resources", "How many resources does the page have?", Range(1, 60)),
        Input("resource_size", "How large is each, e.g. 20kB?", Range(100, 10_000)),
        Input("server_delay", "How long does the server need for each, e.g. 20ms?", Range(0, 0.1)),
        Input("rtt", "How far away is the browser: a round trip, e.g. 50ms?", Range(0.01, 0.2)),
        Input(
            "rate",
            "What bandwidth does it have, e.g. 20mbit; 0 for no limit?",
            Either(Range(5e6, 100e6), (0.0,)),
        ),
    ),
    costs=(
        Cost(
            "wait",
            "makespan_mean",
            "How long may the page take, on average, e.g. 1s?",
            "s",
            "until the page is complete, on average",
            factor=1e3,
            drawn=Range(0.1, 3),
        ),
    ),
    laws=(OVER_ONE, OVER_SIX, OVER_MANY, OVER_HTTP2, OVER_HTTP3),
    facts={RTT: _probe_ms},
    settle=_settle,
    claims={"wait": ("M2", "M3", "M5")},
    limitations=(
        "Loss is not weighed: under loss the order differs (M4).",
        "CPU is not weighed (M7).",
        "No crossing is sought, because the laws simulate packets; intervals are the laws' bands.",
    ),
    steps=0,
    moves_constants=False,
)
