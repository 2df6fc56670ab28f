"""Whose rates the load of `connection_pool` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from bench.model.units import show
from scenarios.connection_pool.load import PoolLoad


def sentence(load: Load[PoolLoad]) -> str:
    """Whose queries they are, and how many they come to."""
    own, clients = load.own, load.window.clients
    who, each = counted(clients, "client"), "" if clients == 1 else " from each of them"
    if own.arrivals == "steady":
        rate = own.request_rate_per_s
        one = per_second(rate, "query", "queries")
        return f"{who}, {one}{each} = {per_second(rate * clients, 'query', 'queries')}"
    burst = f"a burst of {counted(own.burst, 'query', 'queries')}"
    rate = own.burst * clients / own.burst_interval_s
    every = show(own.burst_interval_s, "s")
    return f"{who}, {burst}{each} every {every} = {per_second(rate, 'query', 'queries')}"


RATES = Rates(
    sentence,
    about="Whose queries? Bursts (the default: --set burst=50 --set burst_interval=1s) and steady "
    "arrivals (--set arrivals=steady --set request_rate=100/s) are both of each client; "
    "--per-client 100/s is short for steady arrivals at that rate.",
    per_client=lambda rate, _: {"arrivals": "steady", "request_rate": rate},
    level="request_rate",
)
