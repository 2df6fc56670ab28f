"""Whose rates the load of `sidecar` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from scenarios.sidecar.load import POISSON, UNIFORM, SidecarLoad

SPACED = {POISSON: "at random", UNIFORM: "evenly spaced"}


def sentence(load: Load[SidecarLoad]) -> str:
    """Whose requests they are and how they are spaced, or that there is no rate."""
    own, clients = load.own, load.window.clients
    who = counted(clients, "client")
    if not own.request_rate_per_s:
        return f"{who}, each sends its next request as soon as it has the reply (no rate)"
    how = SPACED.get(own.arrivals, "evenly spaced, all clients at the same time")
    return f"{per_second(own.request_rate_per_s, 'request')} in all, from {who}, {how}"


RATES = Rates(
    sentence,
    about="request_rate is that of all clients together; 0: each client sends its next request "
    "as soon as it has the reply.",
    per_client=lambda rate, clients: {"request_rate": rate * clients},
    level="request_rate",
    is_paced=lambda load: load.own.request_rate_per_s > 0,
)
