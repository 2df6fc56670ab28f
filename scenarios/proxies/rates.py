"""Whose rates the load of `proxies` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from scenarios.proxies.load import ProxyLoad


def sentence(load: Load[ProxyLoad]) -> str:
    """Whose requests they are, or that there is no rate."""
    rate, clients = load.own.request_rate_per_s, load.window.clients
    who = counted(clients, "client")
    if not rate:
        return f"{who}, each sends its next request as soon as it has the reply (no rate)"
    each = per_second(rate / clients, "request")
    return f"{who}, {each} from each of them = {per_second(rate, 'request')}"


RATES = Rates(
    sentence,
    about="Whose requests? --set request_rate=200/s is the rate of all clients together; "
    "--per-client 2/s is that of each of them. Without a rate (the default) each client sends its "
    "next request as soon as it has the reply.",
    per_client=lambda rate, clients: {"request_rate": rate * clients},
    level="request_rate",
    is_paced=lambda load: load.own.request_rate_per_s > 0,
)
