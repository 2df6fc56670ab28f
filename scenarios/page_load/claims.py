"""The claims of `page_load`, as data with a rule, and the laws as its load and facts fill them.

Pure.  Numbers (bounds, tolerances, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.model.law import Law
from bench.model.load import Load
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, Exactly, Threshold
from bench.verdicts.trends import Crossover
from scenarios.page_load import laws
from scenarios.page_load.load import PageLoad
from scenarios.page_load.predictions import (
    OVER_FREE,
    OVER_HTTP2,
    OVER_HTTP3,
    OVER_SIX,
    SET_UP_HTTP2,
    SET_UP_HTTP3,
)

Facts = Mapping[str, float]

LIMITED = ("http1_six", "http2", "http3")
CONTROLS = ("reno", "cubic", "bbr")

LINK = {"link": "emulated", "rtt": "50ms", "cc": "cubic"}
BRIEF = {**LINK, "resource_size": "100B", "warmup": "500ms", "duration": "2s"}
# Of 36 pages that all have so many connections, 90 % are sure: six in each of six repeats.
WAVES = ClaimSetup((*LIMITED, "http1_unlimited"), {**BRIEF, "resources": "6,12,30"})
IN_TURN = tuple(
    ClaimSetup(("http1_one",), {**BRIEF, "resources": resources, "duration": duration})
    for resources, duration in (("6", "3s"), ("12", "5500ms"), ("30", "13s"))
)
ONE_MORE = ClaimSetup(("http1_six",), {**BRIEF, "resources": "7,13"})
DISTANCES = ClaimSetup(
    LIMITED, {**BRIEF, "resources": "12", "rtt": "20,120ms", "duration": "2600ms"}
)
BANDWIDTHS = ClaimSetup(
    LIMITED, {**BRIEF, "resources": "30", "resource_size": "10kB", "rate": "10,50mbit"}
)
LOSSES = ClaimSetup(
    LIMITED,
    {
        **BRIEF,
        "rate": "20mbit",
        "loss": "1,3,6%",
        "cc": ",".join(CONTROLS),
        "resources": "20",
        "resource_size": "5kB",
        "server_delay": "0",
        "drain": "60s",
    },
)
# Without a warm-up a page that never comes is one that was begun in the window.
HOLDING = {**BRIEF, "resources": "12", "warmup": "0", "drain": "3s"}
HELD = ClaimSetup(("http1_six", "http2"), {**HOLDING, "streams": "3,5,6"})
SEEN = ClaimSetup(("browser", "http1_six"), {**BRIEF, "resources": "12,30", "duration": "4500ms"})
SEEN_HELD = ClaimSetup(
    ("browser",), {**HOLDING, "streams": "6", "protocol": "http1,http2", "duration": "4500ms"}
)
LARGE = ClaimSetup(
    ("http1_one", "http2", "http3"),
    {
        "resources": "1",
        "resource_size": "10MB",
        "server_delay": "0",
        "warmup": "500ms",
        "duration": "2s",
    },
)

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "loss": 0,
    "streams": 0,
    "rate": 0,
    "resource_size": 100,
    "protocol": "http1",
}
"""What holds for evidence where a rule does not ask for something else."""

NARROW = {"rate": lambda rate: rate > 0, "resource_size": 10_000}
LOSSY = {"rate": 20e6, "resource_size": 5_000, "loss": lambda loss: loss > 0}
IS_LARGE = {"resource_size": 10_000_000}
MANY = {"resources": 30}
HOLDS_ALL = {"streams": 6}
BY_HTTP2 = {"protocol": "http2"}

TWO_WAVES = 1.5
"""Waves beyond which a page has seen more than one."""


def _each_ones(load: Load[PageLoad]) -> int:
    return len(load.own.sizes_bytes)


def _exactly(pattern: str, connections: int) -> Exactly:
    return Exactly("connections_per_page", pattern, lambda _: connections, str(connections))


def _waves(pattern: str, connections: int) -> AgreesWithLaw:
    """A page's waves at every number of resources and every distance."""

    def law(load: Load[PageLoad], _: Facts) -> float:
        return laws.waves(_each_ones(load), connections)

    return AgreesWithLaw("waves_per_page", "", pattern, law, "MUX-1")


def _makespan(pattern: str, law: Law) -> tuple[AgreesWithLaw, AgreesWithLaw]:
    """A page's time at every number, distance, size and bandwidth."""
    small, narrow = (
        AgreesWithLaw("makespan_mean", "ms", pattern, law, law.id, where) for where in ({}, NARROW)
    )
    return small, narrow


def _first_window(*_: object) -> float:
    """Ten segments leave at once: the end of the handshake and nine requests."""
    return laws.FIRST_REQUESTS + 0.5


CLAIMS = (
    Claim(
        "M1",
        "HTTP/1.1 opens a connection for each concurrent request, HTTP/2 and HTTP/3 open one "
        "for all",
        (WAVES, *IN_TURN),
        AllOf(
            (
                Exactly("connections_per_page", "http1_unlimited", _each_ones, "n"),
                _exactly("http1_six", 6),
                _exactly("http1_one", 1),
                _exactly("http2", 1),
                _exactly("http3", 1),
            )
        ),
    ),
    Claim(
        "M2",
        "Six connections serve n requests in ceil(n/6) waves",
        (WAVES, *IN_TURN, ONE_MORE, DISTANCES, BANDWIDTHS),
        AllOf(
            (
                _waves("http1_six", 6),
                _waves("http1_one", 1),
                *_makespan("http1_six", OVER_SIX),
            )
        ),
        "MUX-1, MUX-5",
    ),
    Claim(
        "M3",
        "HTTP/2 and HTTP/3 need one wave",
        (WAVES, DISTANCES, BANDWIDTHS),
        AllOf(
            (
                Crossover(
                    "waves_per_page",
                    "http2",
                    "",
                    "resources",
                    _first_window,
                    "MUX-5",
                    against=TWO_WAVES,
                    where={"rtt": 0.05},
                ),
                Threshold("waves_per_page", "", "http3", at_most=TWO_WAVES),
                *_makespan("http2", OVER_HTTP2),
                *_makespan("http3", OVER_HTTP3),
                Ratio("makespan_mean", "http2", "http1_six", below=1, where=MANY),
                Ratio("makespan_mean", "http3", "http1_six", below=1, where=MANY),
            )
        ),
        "MUX-1, MUX-5",
    ),
    Claim(
        "M4",
        "Under loss one connection is worse than six, and HTTP/3 suffers less than HTTP/2",
        (LOSSES,),
        AllOf(
            (
                *(
                    Crossover(
                        "makespan_mean",
                        "http2",
                        "http1_six",
                        "loss",
                        where={**LOSSY, "cc": control},
                        claimed="more",
                    )
                    for control in CONTROLS
                ),
                *(
                    Crossover(
                        "makespan_mean",
                        "http3",
                        "http2",
                        "loss",
                        where={**LOSSY, "cc": control},
                    )
                    for control in CONTROLS
                ),
            )
        ),
        "MUX-2, MUX-3",
        must_see=(MustSee("link_lost_packets", 1, LIMITED, "lost packets", LOSSY, per="trial"),),
    ),
    Claim(
        "M5",
        "QUIC saves a round trip at set-up",
        (WAVES, DISTANCES),
        AllOf(
            (
                Ratio("setup_mean", "http3", "http2", below=0.75),
                Ratio("ttfb_mean", "http3", "http2", below=1),
                AgreesWithLaw("setup_mean", "ms", "http2", SET_UP_HTTP2, "MUX-1"),
                AgreesWithLaw("setup_mean", "ms", "http3", SET_UP_HTTP3, "MUX-1"),
            )
        ),
        "MUX-1",
    ),
    Claim(
        "M6",
        "A browser behaves like the model: Chromium's own times match those of six connections",
        (SEEN,),
        AllOf(
            (
                Ratio("makespan_mean", "browser", "http1_six", within=Band()),
                _exactly("browser", 6),
            )
        ),
        "MUX-1",
    ),
    Claim(
        "M7",
        "HTTP/2 and HTTP/3 cost more CPU per byte than HTTP/1.1",
        (LARGE,),
        AllOf(
            (
                Ratio("proxy_cpu_us_per_event", "http2", "http1_one", above=1, where=IS_LARGE),
                Ratio("proxy_cpu_us_per_event", "http3", "http1_one", above=1, where=IS_LARGE),
            )
        ),
    ),
    Claim(
        "N15",
        "HTTP/1.1 lets a client hold six streams to a host: with six held, no other request is "
        "answered; over HTTP/2 it is",
        (HELD, SEEN_HELD),
        AllOf(
            (
                AgreesWithLaw(
                    "makespan_mean",
                    "ms",
                    "http1_six",
                    OVER_FREE,
                    "SSE-2",
                    {"streams": lambda held: 0 < held < 6},
                ),
                # One page a trial is begun and never ends: of six none, at most 46 % do.
                Threshold("completeness", "", "http1_six", at_most=0.5, where=HOLDS_ALL),
                Threshold("completeness", "", "http2", at_least=0.9, where=HOLDS_ALL),
                Threshold("completeness", "", "browser", at_most=0.5, where=HOLDS_ALL),
                Threshold(
                    "completeness", "", "browser", at_least=0.9, where={**HOLDS_ALL, **BY_HTTP2}
                ),
            )
        ),
        "SSE-2",
    ),
)
