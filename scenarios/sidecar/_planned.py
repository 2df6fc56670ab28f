"""When a client's requests are due: known from the load and the seed before the trial begins.

Pure: no clock; offsets in nanoseconds count from the start of the warm-up.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.model.load import Load
from bench.plan import arrivals
from scenarios.sidecar.load import POISSON, UNIFORM, SidecarLoad

SEED_STEP = 1_000_003
"""A prime: no client of one trial has the schedule of another client of another."""


def due_ns(load: Load[SidecarLoad], seed: int, client: int) -> Iterator[int] | None:
    """This client's share of all arrivals; None for a closed loop."""
    own, clients = load.own, load.window.clients
    if not own.request_rate_per_s:
        return None
    rate = own.request_rate_per_s / clients
    if own.arrivals == POISSON:
        # Independent Poisson streams of 1/N of the rate make one of the whole rate.
        return arrivals.poisson(rate, seed * SEED_STEP + client)
    interval_ns = round(arrivals.SECOND_NS / rate)
    phase_ns = interval_ns * client // clients if own.arrivals == UNIFORM else 0
    return arrivals.ticks(interval_ns, phase_ns)
