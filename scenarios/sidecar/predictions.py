"""The laws of `sidecar` as they apply to its patterns and metrics.  Pure.

What sidecars add where nobody waits is taken from trials at the same rate, evenly spaced, for
at a lower one every process on the way sleeps more, and takes longer (decision 0129); what a
request costs in CPU is as measured, or from a trial with half as many clients.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from bench.model.domain import Condition, Domain, Free, Range, Units, Wanted
from bench.model.law import SEED, Calibration, Facts, Law
from bench.model.load import Load
from scenarios.sidecar import laws
from scenarios.sidecar._planned import due_ns
from scenarios.sidecar.load import POISSON, TOGETHER, UNIFORM, SidecarLoad

Asked = Load[SidecarLoad]

DIRECT, LIBRARY, TCP, PAIR = "direct", "library", "tcp_proxy", "envoy_pair"
ALL = (DIRECT, LIBRARY, TCP, PAIR)
PROXIED = (TCP, PAIR)

COSTS = ("server_cpu_us_per_event", "proxy_cpu_us_per_event", "generator_cpu_us_per_event")
BACKEND_COSTS = COSTS[:2]
CALM = {"arrivals": UNIFORM}

WITHOUT = Calibration(
    "without",
    {},
    ("latency_mean", "server_cpu_us_per_event"),
    DIRECT,
    "the same load without sidecars",
)
CALMER = Calibration(
    "calm",
    CALM,
    ("latency_mean",),
    text="as many requests, evenly spaced: nobody waits",
)
CALMER_WITHOUT = Calibration(
    "calm_without",
    CALM,
    ("latency_mean",),
    DIRECT,
    "the same without sidecars",
)
HALF = Calibration(
    "half",
    {"clients": lambda load: load.window.clients // 2},
    COSTS,
    text="half as many clients: what a request costs",
)

_SHARED: Mapping[str, Wanted] = {
    "warmup": Free(0.5),
    "response": Range(100, 10_000),
    "most_connections": Range(8, 32),
}
PACED = Domain(
    {
        **_SHARED,
        "clients": Range(2, 12),
        "request_rate": Range(200, 500),
        "arrivals": (POISSON, TOGETHER),
    },
    units=Units("requests", 1000, lambda load: load.own.request_rate_per_s, at_least_s=3),
)
CLOSED = Domain(
    {**_SHARED, "clients": Range(8, 24), "request_rate": (0.0,), "arrivals": (POISSON,)},
    where=(
        Condition("an even number of clients", lambda load: not load.window.clients % 2),
        Condition(
            "as many connections as clients: nobody waits for one",
            lambda load: load.window.clients <= load.own.most_connections,
        ),
    ),
    units=Units("seconds", 3, lambda _: 1.0),
)


def _due_s(load: Asked, seed: int) -> list[float]:
    """When all clients' requests are due, from the start of the warm-up to the window's end."""
    end_ns = round((load.window.warmup_s + load.window.duration_s) * 1e9)
    found: list[int] = []
    for client in range(load.window.clients):
        found += itertools.takewhile(lambda at: at < end_ns, due_ns(load, seed, client) or ())
    return [at / 1e9 for at in sorted(found)]


def latency_ms(load: Asked, facts: Facts) -> float:
    """SC-1: the latency without sidecars, and what they add."""
    since_s = load.window.warmup_s
    until_s = since_s + load.window.duration_s
    due_s, cores = _due_s(load, int(facts[SEED])), int(facts["backend_cores"])
    with_s = sum(facts[key] for key in BACKEND_COSTS) / 1e6
    without_s = facts[WITHOUT.key("server_cpu_us_per_event")] / 1e6
    delays = [laws.mean_delay(due_s, s, cores, since_s, until_s) for s in (with_s, without_s)]
    undisturbed_ms = facts[CALMER.key("latency_mean")] - facts[CALMER_WITHOUT.key("latency_mean")]
    added_s = laws.added_latency(undisturbed_ms / 1e3, *delays)
    return facts[WITHOUT.key("latency_mean")] + added_s * 1e3


def throughput(load: Asked, facts: Facts) -> float:
    """SC-2 with the costs as measured with half the clients."""
    server_s, client_s = (
        facts[HALF.key(f"{role}_cpu_us_per_event")] / 1e6 for role in ("server", "generator")
    )
    proxies_s = facts.get(HALF.key("proxy_cpu_us_per_event"), 0.0) / 1e6  # there may be none
    cores = facts["backend_cores"]
    return laws.shared_throughput(load.window.clients, cores, server_s, proxies_s, client_s)


SCATTER = (
    "mean latency at the same load scatters by 9 to 20 % from trial to trial, and both sides do"
)
BATCHES = (
    "with twice as many clients a request costs up to a quarter less, as one wake-up serves more "
    "of them, or more, as they wait in longer lines"
)
PREDICTIONS = (
    Law(
        "SC-1",
        "L without + sum of (t_ipc + t_parse/(1 - rho))",
        "what proxies add to requests that meet no other, from a calm trial; how requests share "
        "the core, from the seed's schedule",
        "latency_mean",
        PROXIED,
        latency_ms,
        PACED,
        (SEED, "backend_cores", *BACKEND_COSTS),
        (WITHOUT, CALMER, CALMER_WITHOUT),
        band=0.25,
        band_reason=SCATTER,
        fitted_with=(9147, 9149),
        passed_with=(9151,),
    ),
    Law(
        "SC-2",
        "least of c/(s_app + k s_proxy), 1/s_client, N/(all s)",
        "something is always busy: an upper bound; costs as measured with half the clients",
        "deliveries_per_s",
        ALL,
        throughput,
        CLOSED,
        ("backend_cores",),
        (HALF,),
        band=0.25,
        band_reason=BATCHES,
        fitted_with=(9147, 9149),
        passed_with=(9151,),
    ),
)
